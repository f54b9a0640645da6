# ruff: noqa: ASYNC240 - a test may touch the disk
"""Fetching a model from a hub that does everything a hub can do to a download."""

import asyncio
import errno
import os
import resource
import shutil
import socket
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from assistant.errors import UserError
from assistant.models import download, find_voice, find_whisper
from assistant.models import get as get_module
from assistant.models.get import get
from assistant.models.hub import hub_reachable
from tests.models.conftest import TINY, VOICE
from tests.models.hub import Hub

MODEL = f"{TINY}/model.bin"


class Naps:
    """Stands in for the clock between tries, and knows how long it would have been."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0)


def files(folder: Path, pattern: str) -> list[Path]:
    return [path for path in folder.rglob(pattern) if path.is_file()]


async def complaint(name: str = "tiny.en") -> str:
    naps = Naps()
    with pytest.raises(UserError) as caught:
        await get(name, sleep=naps)
    assert sum(naps.taken) < 60
    return str(caught.value)


async def test_whisper_model_arrives_whole(hub: Hub, models_folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    found = await get("tiny.en", lambda done, total: seen.append((done, total)))
    folder = models_folder / "whisper" / "tiny.en"
    assert (found.path, found.problem) == (folder, "")
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json",
        "download.json",
        "model.bin",
        "tokenizer.json",
        "vocabulary.txt",
    ]
    assert (folder / "model.bin").read_bytes() == hub.files[MODEL]
    assert find_whisper() == find_whisper("tiny.en") == folder
    assert list((models_folder / "whisper").iterdir()) == [folder]
    total = sum(len(data) for path, data in hub.files.items() if path.startswith(TINY)) - len(b"not wanted")
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


async def test_voice_arrives_whole(hub: Hub, models_folder: Path) -> None:
    found = await get("en_US-ljspeech-medium")
    assert found.path == models_folder / "piper" / "en_US-ljspeech-medium.onnx" == find_voice()
    assert sorted(path.name for path in found.path.parent.iterdir()) == [
        "en_US-ljspeech-medium.download.json",
        "en_US-ljspeech-medium.onnx",
        "en_US-ljspeech-medium.onnx.json",
    ]


async def test_model_that_is_there_is_not_fetched_again(hub: Hub) -> None:
    await get("tiny.en")
    hub.requests.clear()
    await get("tiny.en")
    assert hub.requests == []


async def test_broken_line_is_continued(hub: Hub, models_folder: Path) -> None:
    hub.cut_after = [10**9, 10**9, 10**9, 1_500_000]  # the three small files come whole, the weights do not
    await get("tiny.en", sleep=Naps())
    asked = [byte_range for name, byte_range in hub.requests if name == "model.bin"]
    assert len(asked) == 2
    assert asked[0] == ""
    assert 0 < int(asked[1].removeprefix("bytes=").removesuffix("-")) <= 1_500_000
    folder = models_folder / "whisper" / "tiny.en"
    assert (folder / "model.bin").read_bytes() == hub.files[MODEL]


async def test_line_that_stays_broken_says_how_far_it_came_and_next_time_goes_on(hub: Hub) -> None:
    hub.cut_after = [10**9, 10**9, 10**9, 1_500_000, *[0] * 20]
    said = await complaint()
    assert "broke off at" in said
    assert "of 3.1 MB" in said
    assert "the same command goes on from there" in said
    assert find_whisper("tiny.en") is None

    hub.cut_after, before = [], len(hub.requests)
    await get("tiny.en")
    (asked,) = hub.requests[before:]
    assert asked[0] == "model.bin"
    assert int(asked[1].removeprefix("bytes=").removesuffix("-")) > 500_000


async def test_server_without_ranges_starts_over(hub: Hub) -> None:
    hub.ranges = False
    hub.cut_after = [10**9, 10**9, 10**9, 1_500_000]
    found = await get("tiny.en", sleep=Naps())
    assert (found.path / "model.bin").read_bytes() == hub.files[MODEL]


async def test_busy_server_is_asked_again_with_growing_pauses(hub: Hub) -> None:
    hub.status = [503, 429, 500]
    naps = Naps()
    await get("tiny.en", sleep=naps)
    assert naps.taken == [1.0, 2.0, 4.0]


async def test_stalled_server_is_left(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.models.hub.READ_TIMEOUT_S", 0.2)
    hub.stall = "en_US-ljspeech-medium.onnx"
    assert "no answer in time" in await complaint("en_US-ljspeech-medium")


async def test_wrong_content_is_never_installed(hub: Hub, models_folder: Path) -> None:
    hub.lie[MODEL] = hub.files[MODEL][:-1] + b"\0"
    said = await complaint()
    assert "model.bin arrived twice with a wrong checksum" in said
    assert find_whisper("tiny.en") is None
    assert not files(models_folder, "model.bin*")


async def test_wrong_small_file_is_noticed_too(hub: Hub) -> None:
    hub.lie[f"{TINY}/config.json"] = b'{"alignment_heads": {}}'
    assert "config.json arrived twice with a wrong checksum" in await complaint()


async def test_more_than_announced_is_not_taken(hub: Hub, models_folder: Path) -> None:
    hub.lie[MODEL] = hub.files[MODEL] * 3
    assert "model.bin has another size than the hub says" in await complaint()
    assert not files(models_folder, "model.bin*")


async def test_part_of_something_else_is_not_continued(hub: Hub) -> None:
    hub.cut_after = [10**9, 10**9, 10**9, 1_500_000, *[0] * 20]
    await complaint()
    hub.cut_after = []
    hub.files[MODEL] = bytes(reversed(hub.files[MODEL]))  # the hub has a new version now
    found = await get("tiny.en")
    assert (found.path / "model.bin").read_bytes() == hub.files[MODEL]
    assert not list(found.path.glob("*.part"))


async def test_damaged_model_is_replaced(hub: Hub) -> None:
    found = await get("tiny.en")
    (found.path / "model.bin").write_bytes(b"short")
    assert find_whisper("tiny.en") is None
    again = await get("tiny.en")
    assert (again.path / "model.bin").read_bytes() == hub.files[MODEL]
    assert [path.name for path in again.path.parent.iterdir()] == ["tiny.en"]


async def test_what_is_not_there(hub: Hub, models_folder: Path) -> None:
    assert "has no Systran/faster-whisper-base.en for everybody (status 401)" in await complaint("base.en")
    assert "no rhasspy/piper-voices/xx/xx_YY/nobody/low" in await complaint("xx_YY-nobody-low")
    hub.status = [404]
    assert "status 404" in await complaint()
    assert not files(models_folder, "*")


async def test_repository_without_a_whisper_model(hub: Hub) -> None:
    hub.files["someone/thing/pytorch_model.bin"] = b"x"
    said = await complaint("someone/thing")
    assert "someone/thing" in said
    assert (
        "is no Whisper model in CTranslate2's format: it has no config.json, model.bin, tokenizer.json"
        in said
    )


async def test_unknown_name_suggests_a_known_one() -> None:
    assert await complaint("smal.en") == "There is no model 'smal.en'; did you mean small.en?"
    assert "`assistant models list`" in await complaint("qqqqqq")
    assert "There is no model '../x'" in await complaint("../x")


async def test_no_network(monkeypatch: pytest.MonkeyPatch, models_folder: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{unused.getsockname()[1]}")
        said = await complaint()
        assert not await hub_reachable(0.5)
    assert "cannot be reached: no connection to 127.0.0.1." in said
    assert str(models_folder / "whisper") in said


async def test_address_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "nonsense")
    assert "HF_ENDPOINT is not a web address: nonsense" in await complaint()
    assert not await hub_reachable(0.5)


async def test_reachable(hub: Hub) -> None:
    assert await hub_reachable(5.0)


async def test_too_little_room_is_known_before_the_first_byte(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        total: int
        used: int
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9, 1_000_000))
    said = await complaint()
    assert "tiny.en needs 67 MB in" in said
    assert "where 1 MB are free" in said
    assert hub.requests == []


async def test_disk_that_fills_up_on_the_way(hub: Hub) -> None:
    """A limit on the size of files stands in for a full disk: the same write fails at the same place."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, hard))
    try:
        said = await complaint()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "There is no room left in" in said
    assert "goes on from there" in said
    found = await get("tiny.en")
    assert (found.path / "model.bin").read_bytes() == hub.files[MODEL]
    assert hub.requests[-1][1] == "bytes=1200000-"


def test_sentence_for_a_full_disk(tmp_path: Path) -> None:
    said = str(download.disk_error(tmp_path, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    assert said.startswith(f"There is no room left in {tmp_path} (No space left on device).")


async def test_folder_that_cannot_be_written(hub: Hub, models_folder: Path) -> None:
    models_folder.write_text("a file where a folder should be")
    said = await complaint()
    assert (
        "cannot be written: Not a directory. Mend that, or name another folder in ASSISTANT_MODELS_DIR."
        in said
    )


async def test_two_at_once(hub: Hub) -> None:
    hub.stall = "model.bin"
    first = asyncio.create_task(get("tiny.en"))
    await hub.stalled.wait()
    assert "is being fetched by another process" in await complaint()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_cancelling_keeps_what_has_come(hub: Hub) -> None:
    hub.stall, hub.cut_after = "en_US-ljspeech-medium.onnx", [10**9, 200_000]
    task = asyncio.create_task(get("en_US-ljspeech-medium"))
    await hub.stalled.wait()
    await asyncio.sleep(0.2)  # the client reads what is under way; less of it makes the test no weaker
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    hub.stall, hub.cut_after, before = "none", [], len(hub.requests)
    found = await get("en_US-ljspeech-medium")
    assert hub.requests[before:] == [("en_US-ljspeech-medium.onnx", "bytes=1000-")]
    assert found.path.read_bytes() == hub.files[f"{VOICE}/en_US-ljspeech-medium.onnx"]


async def test_a_process_that_is_killed_leaves_what_has_come(hub: Hub, models_folder: Path) -> None:
    """Killed, not asked to end: what was on the disk is gone on from, and the lock is gone with the process."""
    hub.stall, hub.stall_after = "model.bin", 2_500_000
    program = "import asyncio; from assistant.models.get import get; asyncio.run(get('tiny.en'))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    part = models_folder / "whisper" / ".tiny.en.part"
    async with asyncio.timeout(60):
        await hub.stalled.wait()
        while not any(  # noqa: ASYNC110 - another process writes it
            each.stat().st_size >= 2 << 20 for each in part.glob("model.bin.*.part")
        ):
            await asyncio.sleep(0.05)
    process.kill()
    await process.wait()
    hub.stall, before = "none", len(hub.requests)
    found = await get("tiny.en")
    [(name, asked)] = hub.requests[before:]
    assert name == "model.bin"
    assert 2 << 20 <= int(asked.removeprefix("bytes=").removesuffix("-")) <= 2_500_000
    assert (found.path / "model.bin").read_bytes() == hub.files[MODEL]


@pytest.mark.skipif(shutil.which("mount") is None or os.geteuid() != 0, reason="mounting needs root")
async def test_disk_that_is_really_full(
    hub: Hub, models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models_folder.mkdir()
    mount = await asyncio.create_subprocess_exec(
        "mount", "-t", "tmpfs", "-o", "size=2m", "none", models_folder
    )
    if await mount.wait() != 0:
        pytest.skip("mounting is not allowed here")
    try:
        assert "are free" in await complaint()
        monkeypatch.setattr(get_module, "_check_room", lambda *ignored: None)
        said = await complaint()
        assert "There is no room left in" in said
        assert "No space left on device" in said
    finally:
        umount = await asyncio.create_subprocess_exec("umount", models_folder)
        assert await umount.wait() == 0
