"""No sound of a person comes to the disk, whatever it is called and however short it is there, unless its owner wants
it."""

import ctypes
import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.config.model import Config
from assistant.events import Event, SoundKept
from assistant.privacy.recordings import as_wanted, notice, recordings_folder
from tests.conversation.conftest import engines, flite, sphinx  # noqa: F401
from tests.conversation.talk import Engines, Script, conversation
from tests.conversation.virtual_time import in_virtual_time
from tests.recognition.speech import needs_flite, say

pytestmark = pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")

TURNS = 100
_CREATED, _MOVED_HERE, _WRITTEN = 0x100, 0x80, 0x8
_HEADER = struct.Struct("iIII")


@contextmanager
def watched(*folders: Path) -> Iterator[list[str]]:
    """The names of files that were made, moved or written there meanwhile, those that are gone again too (inotify)."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.inotify_init1(os.O_NONBLOCK)
    assert handle >= 0, "the kernel has no inotify left"
    found: list[str] = []
    try:
        for folder in folders:
            watch = libc.inotify_add_watch(handle, str(folder).encode(), _CREATED | _MOVED_HERE | _WRITTEN)
            assert watch >= 0, folder
        yield found
        while True:
            try:
                events = os.read(handle, 65_536)
            except BlockingIOError:
                break
            while events:
                length = _HEADER.unpack_from(events)[3]
                name = events[_HEADER.size : _HEADER.size + length]
                found.append(name.rstrip(b"\0").decode())
                events = events[_HEADER.size + length :]
    finally:
        os.close(handle)


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """State, cache and temporary files of this process, and where it runs."""
    made = [tmp_path / name for name in ("state", "cache", "tmp", "here")]
    for folder in made:
        folder.mkdir()
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(made[0]))
    monkeypatch.setenv("ASSISTANT_CACHE_DIR", str(made[1]))
    monkeypatch.setenv("TMPDIR", str(made[2]))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(made[3])
    return made


def test_the_watcher_sees_what_is_there_for_a_moment_only(folders: list[Path]) -> None:
    with watched(*folders) as found, tempfile.NamedTemporaryFile(suffix=".part") as file:
        file.write(b"sound")
        file.flush()
    assert Path(file.name).name in found


@in_virtual_time
async def test_a_hundred_turns_leave_no_sound(engines: Engines, folders: list[Path]) -> None:  # noqa: F811
    config = Config()
    assert notice(config) == ""
    recognizer = as_wanted(config, engines.recognizer, "here", lambda event: None)
    assert recognizer is engines.recognizer
    speech = say("what time is it", "rms")
    with watched(*folders) as found:
        async with conversation(engines, Script({"what time is it": ["Noon."]})) as talk:
            for _ in range(TURNS):
                ended = await talk.turn(speech)
    assert ended.turn == TURNS
    assert found == []
    assert [path for folder in folders for path in folder.rglob("*")] == []


@in_virtual_time
async def test_who_wants_it_gets_a_file_for_each_turn(engines: Engines, folders: list[Path]) -> None:  # noqa: F811
    config = Config.model_validate({"privacy": {"keep_audio": True, "keep_audio_days": 2}})
    assert "2 days" in notice(config)
    told: list[Event] = []
    keeping = as_wanted(config, engines.recognizer, "here", told.append)
    async with conversation(
        replace(engines, recognizer=keeping), Script({"what time is it": ["Noon."]})
    ) as talk:
        for _ in range(3):
            await talk.turn(say("what time is it", "rms"))
    files = sorted(recordings_folder().iterdir())
    assert len(files) == 3
    assert all(file.read_bytes()[:4] == b"RIFF" and file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert len([event for event in told if isinstance(event, SoundKept) and event.seconds > 0.5]) >= 3
