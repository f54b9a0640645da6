"""What the owner adds is found, follows its files, and is gone when it is removed."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from assistant.config.documents import Documents
from assistant.documents.blocks import Block
from assistant.documents.chunks import MOST_CHARACTERS, chunks
from assistant.documents.library import Library
from assistant.documents.quote import spoken
from assistant.errors import UserError
from tests.documents.conftest import pdf

PRESSURE = "what pressure should the boiler have when it is cold"
LIMIT_S = 60.0


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not await true():  # noqa: ASYNC110 - what is waited for happens in files
            await asyncio.sleep(0.02)


async def test_an_answer_names_its_source_and_what_is_not_said_is_not_answered(
    library: Library, papers: Path
) -> None:
    assert await library.answer(PRESSURE) is None
    assert await library.search(PRESSURE) == []
    await library.add(papers)
    answer = await library.answer(PRESSURE)
    assert answer is not None
    assert spoken(answer) == (
        "From your boiler manual: When the system is cold the gauge should show between 1.0 and 1.5 bar."
    )
    assert answer.path == str(papers / "boiler-manual.md")
    assert 0.7 <= answer.score <= 1.0
    assert await library.answer("how much does the boiler cost") is None
    assert await library.answer("who is the president of france") is None
    assert await library.answer("") is None
    assert await library.answer('" OR (NEAR boiler* -') is None
    best, *_ = await library.search("how long is the guarantee on the heat exchanger", limit=1)
    assert "five years" in best.text
    assert best.source == "boiler manual"


async def test_one_bad_file_does_not_keep_the_others_away(library: Library, papers: Path) -> None:
    (papers / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (papers / "plans.pdf").write_bytes(pdf("The shed is four metres wide."))
    (papers / "photo.jpg").write_bytes(b"\xff\xd8")
    (papers / ".hidden.txt").write_text("hidden words")
    problems: list[str] = []
    await library.add(papers, lambda change: problems.append(change.problem))
    assert [each for each in problems if each] == [
        "broken.pdf is damaged, or no PDF that I can read; open and save it anew."
    ]
    assert [each.name for each in await library.table.documents()] == ["boiler manual", "broken", "plans"]
    assert await library.refresh() == []  # neither is tried again before it changes


async def test_a_link_out_of_the_folder_is_left_out_and_one_within_is_not(
    library: Library, papers: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("The secret is outside.")
    (papers / "out.txt").symlink_to(tmp_path / "secret.txt")
    (papers / "loop.md").symlink_to(papers / "loop.md")
    (papers / "again.md").symlink_to(papers / "boiler-manual.md")
    (papers / "folder").symlink_to(tmp_path)
    found = await library.add(papers)
    assert list(found.problems) == [f"{papers / 'out.txt'} leads out of its folder; it is left out."]
    assert [each.path for each in await library.table.documents()] == [str(papers / "boiler-manual.md")]


async def test_too_many_files_are_said(tmp_path: Path, papers: Path) -> None:
    for number in range(4):
        (papers / f"{number}.txt").write_text(f"Number {number}.")
    async with Library(Documents(max_files=2), tmp_path / "state") as library:
        found = await library.add(papers)
        assert "more than 2 documents" in found.problems[0]
        assert len(await library.table.documents()) == 2


async def test_files_are_followed_while_it_runs(tmp_path: Path, papers: Path) -> None:
    settings = Documents(folders=(str(papers),))
    told: list[str] = []
    async with Library(
        settings, tmp_path / "state", follow=True, period_s=0.02, notice=told.append
    ) as library:

        async def kept(words: str) -> bool:
            return any(words in each.text for each in await library.search("pressure bar gauge water tank"))

        await until(lambda: kept("1.0 and 1.5 bar"))
        (papers / "boiler-manual.md").write_text(
            "The gauge should show a pressure of 9 bar.", encoding="utf-8"
        )
        (papers / "tank.txt").write_text("The water tank holds 80 litres.", encoding="utf-8")
        await until(lambda: kept("9 bar"))
        await until(lambda: kept("80 litres"))
        assert not await kept("1.0 and 1.5 bar")
        (papers / "tank.txt").unlink()

        async def gone() -> bool:
            return not await kept("80 litres")

        await until(gone)
        (papers / "bad.pdf").write_bytes(b"%PDF-1.4")
        await until(lambda: asyncio.sleep(0, bool(told)))
    assert len(told) == 1
    assert told[0].startswith("bad.pdf is damaged")


async def test_a_folder_that_is_not_there_now_is_not_forgotten(library: Library, papers: Path) -> None:
    await library.add(papers)
    away = await asyncio.to_thread(papers.rename, papers.with_name("unplugged"))
    assert await library.refresh() == []
    assert await library.answer(PRESSURE) is not None
    await asyncio.to_thread(away.rename, papers)
    assert await library.refresh() == []


async def test_two_processes_share_one_library(tmp_path: Path, papers: Path) -> None:
    """As the command line and a running assistant do: each sees what the other did, with its words counted anew."""
    async with (
        Library(Documents(), tmp_path / "state") as running,
        Library(Documents(), tmp_path / "state") as command,
    ):
        assert await running.answer(PRESSURE) is None
        await command.add(papers)
        assert await running.answer(PRESSURE) is not None
        await command.remove(str(papers))
        assert await running.answer(PRESSURE) is None


@pytest.mark.parametrize("way", ["remove", "erase", "change"])
async def test_what_is_removed_is_gone_from_every_byte(tmp_path: Path, papers: Path, way: str) -> None:
    state = tmp_path / "state"
    canary = papers / "diary.md"
    canary.write_text("# Zanzibarium\n\n" + "The quixotryx sleeps beside the vermilionate.\n\n" * 60)
    async with Library(Documents(), state) as library:
        await library.add(canary)
        await library.add(papers / "boiler-manual.md")
        assert holding(state) > 0
        if way == "remove":
            assert await library.remove("diary") == [str(canary)]
        elif way == "erase":
            assert await library.erase() == 2
            assert await library.table.sources() == []
        else:
            canary.write_text("Nothing any more.")
            await library.refresh()
        assert holding(state) == 0  # while the database is still open, its log included
    assert holding(state) == 0
    assert canary.exists()


def holding(folder: Path) -> int:
    """Files with one of the words in them, or with its stem as it is indexed."""
    words = (b"anzibari", b"uixotry", b"ermilion")
    return sum(any(word in each.read_bytes() for word in words) for each in folder.iterdir())


async def test_what_cannot_be_removed_is_explained(tmp_path: Path, papers: Path) -> None:
    async with Library(Documents(folders=(str(papers),)), tmp_path / "state") as library:
        await library.refresh()
        with pytest.raises(UserError, match="take it out of the settings file"):
            await library.remove(str(papers))
        with pytest.raises(UserError, match="lies in a folder that is kept"):
            await library.remove("boiler manual")
        with pytest.raises(UserError, match="none of the documents"):
            await library.remove("nonsense")
        with pytest.raises(UserError, match="is not there"):
            await library.add(papers / "missing.md")


async def test_a_search_that_fails_finds_nothing_and_raises_nothing(library: Library, papers: Path) -> None:
    await library.add(papers)
    async with library._database.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE passage_vocabulary")
    assert await library.answer(PRESSURE) is None
    assert await library.search(PRESSURE) == []


def test_passages_are_bounded_and_keep_their_headings() -> None:
    blocks = [Block("Book", 1), Block("Part", 2), Block("word " * 5_000), Block("Next", 2), Block("End.")]
    found = chunks(blocks)
    assert max(len(each.text) for each in found) <= MOST_CHARACTERS
    assert sum(each.text.count("word") for each in found) == 5_000
    assert {each.heading for each in found} == {"Book › Part", "Book › Next"}


@pytest.mark.parametrize(
    "text",
    [
        "." * 300_000,
        "1" * 300_000,
        "one " * 100_000,
        "boiler " + "1.1.1." * 50_000,
        "# " + "boiler " * 50_000 + "\n\nword\n\nword",
        "wo-\n" * 100_000,
        "a" * 300_000,
        "> " * 20_000 + "boiler",
        "[" * 50_000,
    ],
    ids=["dots", "digits", "words", "sections", "heading", "divided", "letter", "quotes", "brackets"],
)
async def test_no_text_takes_time_without_end(library: Library, papers: Path, text: str) -> None:
    """Patterns that look for numbers, sentences and headings see each of these; where one of them tried every way to
    divide it, this would not end within the time a test has."""
    (papers / "odd.md").write_text(text)
    (papers / "odd.txt").write_text(text)
    await library.add(papers)
    for question in ("how long is the boiler one 1 word", "how many boiler words", "when is the boiler"):
        await library.answer(question)
    assert await library.answer(PRESSURE) is not None
