"""Files of each kind, and files that are none, through the process that reads them."""

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from assistant.config.documents import Documents
from assistant.documents.blocks import Block, Unreadable
from assistant.documents.reader import Reader
from tests.documents.conftest import pdf


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with Reader(Documents(max_file_mb=0.5, max_pages=3)) as made:
        yield made


def protected(data: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


PAGE = """<html><head><title>Guide</title></head><body><nav>Home</nav><h1>Washer</h1>
<p style="display: none">hidden</p><p>Use <b>cold</b>
water.<br>Always.</p><table><tr><th>Programme</th><th>Time</th></tr><tr><td>Wool</td><td>38 min</td></tr></table>
<script>run()</script><ul><li>one</li><li>two</li></ul></body></html>"""
MARKDOWN = (
    "---\na: b\n---\n# Bread\n\nMix *well* with [this](https://example.org).\n\n"
    "| Step | Time |\n|---|---|\n| Rise | 2 h |\n"
)
PLAIN = (
    "HOUSE RULES\n\nQuiet hours\nPlease be quiet from ten at night until seven in the "
    "morn-\ning, on all days.\n\n- no drums\n"
)


@pytest.mark.parametrize(
    ("name", "data", "blocks"),
    [
        (
            "a.html",
            PAGE.encode(),
            [
                Block("Washer", 1),
                Block("Use cold water. Always."),
                Block("Wool; Time: 38 min"),
                Block("one"),
                Block("two"),
            ],
        ),
        (
            "a.md",
            MARKDOWN.encode(),
            [Block("Bread", 1), Block("Mix well with this."), Block("Rise; Time: 2 h")],
        ),
        (
            "a.txt",
            PLAIN.encode("utf-16"),
            [
                Block("HOUSE RULES", 1),
                Block("Quiet hours", 2),
                Block("Please be quiet from ten at night until seven in the morning, on all days."),
                Block("no drums"),
            ],
        ),
        ("old.txt", "Zwölf Äpfel für 3 €.".encode("cp1252"), [Block("Zwölf Äpfel für 3 €.")]),
        ("a.pdf", pdf("The pump takes 3 litres."), [Block("The pump takes 3 litres.")]),
    ],
)
async def test_documents(reader: Reader, tmp_path: Path, name: str, data: bytes, blocks: list[Block]) -> None:
    (tmp_path / name).write_bytes(data)
    assert list((await reader.read(tmp_path / name)).blocks) == blocks


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("locked.pdf", protected(pdf("secret words")), "protected by a password"),
        ("broken.pdf", pdf("some words")[:200], "damaged"),
        ("long.pdf", pdf("a", "b", "c", "d"), "has 4 pages"),
        ("scan.pdf", pdf(""), "has no text"),
        ("picture.txt", bytes(range(256)) * 40, "is no text"),
        ("empty.txt", b"  \n", "is empty"),
        ("letter.docx", b"PK\x03\x04 words", "is an office document"),
        ("signs.txt", b"--- ***\n", "has no words"),
        ("big.txt", b"word " * 200_000, "more than `documents.max_file_mb`"),
    ],
)
async def test_what_is_none_is_named_and_the_reader_goes_on(
    reader: Reader, tmp_path: Path, name: str, data: bytes, why: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Unreadable, match=why) as error:
        await reader.read(tmp_path / name)
    assert str(error.value).startswith(name)
    (tmp_path / "good.txt").write_text("Good words.")
    assert (await reader.read(tmp_path / "good.txt")).blocks == (Block("Good words."),)


async def test_pipes_and_links_are_not_followed(reader: Reader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "link.txt").symlink_to("/etc/passwd")
    for name in ("pipe.txt", "link.txt", "missing.txt"):
        with pytest.raises(Unreadable, match=name):
            await reader.read(tmp_path / name)


async def test_a_file_that_takes_too_long_costs_only_itself(tmp_path: Path) -> None:
    """Less than a process takes to begin."""
    (tmp_path / "slow.html").write_text("<div>" * 100_000 + "words", encoding="utf-8")
    (tmp_path / "good.txt").write_text("Good words.")
    async with Reader(Documents(read_timeout_s=0.02)) as hasty:
        with pytest.raises(Unreadable, match=r"slow\.html"):
            await hasty.read(tmp_path / "slow.html")
    async with Reader(Documents()) as patient:
        assert (await patient.read(tmp_path / "good.txt")).blocks


async def test_a_reader_that_died_is_followed_by_another(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Good words.")
    async with Reader(Documents()) as reader:
        await reader.read(tmp_path / "good.txt")
        assert reader._process is not None
        reader._process.kill()
        await reader._process.wait()
        assert (await reader.read(tmp_path / "good.txt")).blocks == (Block("Good words."),)


async def test_whoever_stops_waiting_ends_the_reading(tmp_path: Path) -> None:
    """The process is stopped, so that it cannot be done before; cancelling must end it all the same."""
    (tmp_path / "good.txt").write_text("Good words.")
    async with Reader(Documents()) as reader:
        await reader.read(tmp_path / "good.txt")
        process = reader._process
        assert process is not None
        process.send_signal(signal.SIGSTOP)
        reading = asyncio.create_task(reader.read(tmp_path / "good.txt"))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert process.returncode == -signal.SIGKILL
        assert (await reader.read(tmp_path / "good.txt")).blocks == (Block("Good words."),)
