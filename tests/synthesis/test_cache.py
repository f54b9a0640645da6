"""The phrase cache: hits, limits, damage, a disk that does not take it."""

import asyncio
import errno
import logging
import os
import resource
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from assistant.synthesis.base import Clause, Mark
from assistant.synthesis.cache import DamagedEntry, PhraseCache, decode, encode
from assistant.synthesis.engine import Sound
from assistant.synthesis.flite import FliteEngine
from assistant.synthesis.voice import SpokenVoice

SOUND = Sound(np.arange(-500, 500, dtype=np.int16), (Mark(0, 0, 3), Mark(400, 4, 9)))
ENTRY_BYTES = len(encode(SOUND))


def put(cache: PhraseCache, text: str, sound: Sound = SOUND) -> None:
    cache.put(cache.key("voice", text), sound, disk=True)


def get(cache: PhraseCache, text: str) -> Sound | None:
    return cache.get(cache.key("voice", text))


def test_sound_and_marks_come_back_as_they_were() -> None:
    back = decode(encode(SOUND))
    assert np.array_equal(back.pcm, SOUND.pcm)
    assert back.marks == SOUND.marks


@pytest.mark.parametrize("cut", [0, 5, 30, 60, ENTRY_BYTES - 1])
def test_a_shortened_entry_is_damaged(cut: int) -> None:
    with pytest.raises(DamagedEntry):
        decode(encode(SOUND)[:cut])


def test_the_next_start_finds_it(tmp_path: Path) -> None:
    put(PhraseCache(1_000_000, tmp_path), "hello")
    found = get(PhraseCache(1_000_000, tmp_path), "hello")
    assert found is not None
    assert found.marks == SOUND.marks
    assert get(PhraseCache(1_000_000, tmp_path), "other") is None


def test_only_the_owner_can_read_it_and_no_text_is_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "phrases"
    put(PhraseCache(1_000_000, folder), "my doctor's name")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "doctor" not in file.name
    assert b"doctor" not in file.read_bytes()


def test_what_was_used_least_recently_leaves_first(tmp_path: Path) -> None:
    cache = PhraseCache(3 * ENTRY_BYTES, tmp_path, memory_bytes=0)
    for text in ("a", "b", "c"):
        put(cache, text)
    assert get(cache, "a") is not None
    put(cache, "d")
    assert [text for text in "abcd" if get(cache, text)] == ["a", "c", "d"]
    assert sum(f.stat().st_size for f in tmp_path.iterdir()) <= 3 * ENTRY_BYTES


def test_the_limit_and_the_order_hold_across_a_restart(tmp_path: Path) -> None:
    cache = PhraseCache(10 * ENTRY_BYTES, tmp_path)
    for age, text in enumerate("cab"):
        put(cache, text)
        os.utime(tmp_path / f"{cache.key('voice', text)}.phrase", (age, age))
    later = PhraseCache(3 * ENTRY_BYTES, tmp_path, memory_bytes=0)
    put(later, "d")
    assert [text for text in "abcd" if get(later, text)] == ["a", "b", "d"]


def test_memory_is_bounded(tmp_path: Path) -> None:
    cache = PhraseCache(0, tmp_path, memory_bytes=3 * SOUND.pcm.nbytes)
    for text in "abcdef":
        put(cache, text)
    assert [text for text in "abcdef" if get(cache, text)] == ["d", "e", "f"]
    assert not list(tmp_path.iterdir())


def test_a_damaged_entry_is_removed_and_made_again(tmp_path: Path) -> None:
    put(PhraseCache(1_000_000, tmp_path), "hello")
    (file,) = tmp_path.iterdir()
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    cache = PhraseCache(1_000_000, tmp_path)
    assert get(cache, "hello") is None
    assert not file.exists()
    put(cache, "hello")
    assert get(PhraseCache(1_000_000, tmp_path), "hello") is not None


def test_an_unusable_folder_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", "utf-8")
    cache = PhraseCache(1_000_000, blocked / "phrases")
    with caplog.at_level(logging.WARNING):
        for text in "abc":
            assert get(cache, text) is None
            put(cache, text)
    assert [get(cache, text) is not None for text in "abc"] == [True] * 3, "memory still works"
    assert len(caplog.records) == 1
    assert "the voice works without" in caplog.text


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    cache = PhraseCache(1_000_000, tmp_path)
    monkeypatch.setattr(Path, "replace", full)
    put(cache, "a")
    monkeypatch.undo()
    assert not list(tmp_path.iterdir())
    put(cache, "b")
    assert get(PhraseCache(1_000_000, tmp_path), "b") is not None, "it recovers when there is room again"


def test_a_real_limit_on_file_size(tmp_path: Path) -> None:
    """The kernel refuses the write half-way (EFBIG, as ENOSPC would be)."""
    script = f"""
import resource, signal, sys
from pathlib import Path
import numpy as np
from assistant.synthesis.cache import PhraseCache
from assistant.synthesis.engine import Sound
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, {resource.RLIM_INFINITY}))
cache = PhraseCache(1_000_000, Path({str(tmp_path)!r}))
cache.put("a" * 64, Sound(np.zeros(50_000, np.int16)), disk=True)
assert cache.get("a" * 64) is not None
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "cannot be kept" in done.stderr
    assert not list(tmp_path.iterdir())


def test_several_processes_may_share_it(tmp_path: Path) -> None:
    """Here: threads with a cache each, on a limit that keeps them evicting one another's entries."""
    errors: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            cache = PhraseCache(4 * ENTRY_BYTES, tmp_path, memory_bytes=0)
            for n in range(60):
                text = str((n * seed) % 9)
                sound = get(cache, text)
                if sound is None:
                    put(cache, text)
                else:
                    assert np.array_equal(sound.pcm, SOUND.pcm)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in (1, 2, 4, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


def test_half_written_files_of_a_killed_process_go(tmp_path: Path) -> None:
    old = tmp_path / "x.tmp"
    old.write_bytes(b"half")
    os.utime(old, (time.time() - 4000,) * 2)
    put(PhraseCache(1_000_000, tmp_path), "a")
    put(PhraseCache(1_000_000, tmp_path), "b")
    assert not old.exists()


async def said(voice: SpokenVoice, text: str, *, cacheable: bool = True) -> list[Clause]:
    async with asyncio.timeout(30):
        return [clause async for clause in voice.speak(text, threading.Event(), cacheable=cacheable)]


async def test_a_phrase_is_spoken_from_the_cache_the_second_time(tmp_path: Path) -> None:
    for restart, expected in ((0, [False, True]), (1, [True, True])):
        voice = SpokenVoice(FliteEngine("kal16"), PhraseCache(1_000_000, tmp_path))
        await voice.start()
        replies = [await said(voice, "Your timer for 5 min is done.") for _ in range(2)]
        await voice.close()
        assert [reply[0].cached for reply in replies] == expected, f"start {restart}"
        assert np.array_equal(replies[0][0].pcm, replies[1][0].pcm)
        assert replies[0][0].marks == replies[1][0].marks != ()


async def test_another_voice_or_speed_is_another_sound(tmp_path: Path) -> None:
    for engine in (FliteEngine("kal16"), FliteEngine("kal16", 1.5), FliteEngine("awb")):
        voice = SpokenVoice(engine, PhraseCache(1_000_000, tmp_path))
        await voice.start()
        (clause,) = await said(voice, "Hello.")
        await voice.close()
        assert not clause.cached


async def test_personal_text_stays_off_the_disk(tmp_path: Path) -> None:
    voice = SpokenVoice(FliteEngine("kal16"), PhraseCache(1_000_000, tmp_path))
    await voice.start()
    before = os.listdir(tmp_path)  # noqa: PTH208 - what the voice was measured with
    await said(voice, "The secret is out.", cacheable=False)
    (again,) = await said(voice, "The secret is out.", cacheable=False)
    await voice.close()
    assert again.cached
    assert os.listdir(tmp_path) == before  # noqa: PTH208
