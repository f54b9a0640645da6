"""Every kind of sound file a person may have, and every way in which one can be bad."""

import asyncio
import os
import resource
import tracemalloc
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio.errors import BadAudio, CannotWrite
from audio.files import FileSource, Pace, WavSink, blocks, duration_s, read
from audio.frames import FRAME_SAMPLES, Frame
from tests.audio.conftest import frequency_of, tone

FORMATS = [
    ("u8.wav", "PCM_U8", 8_000, 1),
    ("16.wav", "PCM_16", 16_000, 1),
    ("24.wav", "PCM_24", 48_000, 2),
    ("32.wav", "PCM_32", 44_100, 1),
    ("float.wav", "FLOAT", 44_100, 2),
    ("double.wav", "DOUBLE", 22_050, 6),
    ("sound.flac", "PCM_16", 44_100, 2),
    ("sound.mp3", "MPEG_LAYER_III", 44_100, 2),
    ("sound.ogg", "VORBIS", 48_000, 1),
]


@pytest.mark.parametrize(("name", "subtype", "rate_hz", "channels"), FORMATS)
def test_every_format_becomes_the_same_sound(
    tmp_path: Path, name: str, subtype: str, rate_hz: int, channels: int
) -> None:
    path = tmp_path / name
    mono = tone(440, 1.5, rate_hz).astype(np.float64) / 32768
    soundfile.write(path, np.repeat(mono[:, None], channels, axis=1), rate_hz, subtype=subtype)

    sound = read(path)

    assert duration_s(path) == pytest.approx(1.5, abs=0.06)  # MP3 is padded to whole frames
    assert len(sound) / 16_000 == pytest.approx(1.5, abs=0.06)
    assert frequency_of(sound, 16_000) == pytest.approx(440, abs=2)
    assert np.abs(sound.astype(int)).max() / 32767 == pytest.approx(0.3, abs=0.03)


def test_sixteen_bit_mono_comes_through_bit_by_bit(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    noise = np.random.default_rng(1).integers(-32768, 32768, 50_000).astype(np.int16)
    soundfile.write(path, noise, 16_000, subtype="PCM_16")

    assert np.array_equal(read(path), noise)


def test_values_that_are_no_numbers_or_too_loud_are_tamed(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.array([np.nan, np.inf, -np.inf, 9.0, 0.5]), 16_000, subtype="FLOAT")

    assert read(path).tolist() == [0, 32767, -32768, 32767, 16384]


def test_an_hour_takes_no_more_memory_than_a_minute(tmp_path: Path) -> None:
    path = tmp_path / "hour.wav"
    with soundfile.SoundFile(path, "w", 8_000, 1, "PCM_U8") as file:
        minute = tone(300, 60, 8_000)
        for _ in range(60):
            file.write(minute)

    tracemalloc.start()
    try:
        samples = sum(len(block) for block in blocks(path))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert samples == 3600 * 16_000
    assert peak_bytes < 2_000_000  # the hour itself is 115 MB


def bad_files(folder: Path) -> Iterator[tuple[Path, str]]:
    yield folder / "missing.wav", "no file"
    yield folder, "folder"
    empty = folder / "empty.wav"
    empty.touch()
    yield empty, "is empty"
    text = folder / "notes.wav"
    text.write_text("Dear diary, " * 100)
    yield text, "not sound"
    raw = folder / "sound.raw"
    raw.write_bytes(bytes(1000))
    yield raw, "not sound"
    header = folder / "header.wav"
    soundfile.write(header, np.zeros(0), 16_000)
    yield header, "no sound"
    cut = folder / "cut.wav"
    cut.write_bytes(header.read_bytes()[:20])
    yield cut, "not sound"
    slow = folder / "slow.wav"
    soundfile.write(slow, np.zeros(10), 7)
    yield slow, "impossible rate"
    loop = folder / "loop.wav"
    loop.symlink_to(loop)
    yield loop, "cannot be read"


def test_each_bad_file_gets_a_sentence_that_names_it(tmp_path: Path) -> None:
    for path, words in bad_files(tmp_path):
        for use in (read, duration_s, FileSource):
            with pytest.raises(BadAudio) as caught:
                use(path)
            sentence = str(caught.value)
            assert words in sentence, sentence
            assert str(path) in sentence
            assert sentence.endswith(".")
            assert "\n" not in sentence


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret.wav"
    soundfile.write(path, tone(440, 0.1), 16_000)
    path.chmod(0)

    with pytest.raises(BadAudio, match="Permission denied"):
        read(path)


def test_a_recording_damaged_midway_is_heard_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, np.random.default_rng(2).normal(0, 0.1, 80_000), 16_000)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4000] = bytes(4000)
    path.write_bytes(data)

    heard = 0
    try:
        for block in blocks(path, block_s=0.1):
            heard += len(block)
    except BadAudio as error:
        assert "damaged" in str(error)  # noqa: PT017 - libsndfile may also conceal the damage
    assert heard > 30_000


async def take(source: FileSource, count: int) -> list[Frame]:
    frames = source.frames()
    return [await anext(frames) for _ in range(count)]


async def test_a_source_says_its_files_and_is_then_silent(tmp_path: Path) -> None:
    first, second = tmp_path / "1.wav", tmp_path / "2.wav"
    soundfile.write(first, tone(440, 0.25), 16_000)  # 12.5 frames
    soundfile.write(second, tone(880, 0.1), 16_000)
    source = FileSource(first, second)
    assert source.end_index is None

    got = await take(source, 30)

    assert [frame.index for frame in got] == [n * FRAME_SAMPLES for n in range(30)]
    assert all(frame.pcm.shape == (FRAME_SAMPLES,) and frame.pcm.dtype == np.int16 for frame in got)
    sound = np.concatenate([frame.pcm for frame in got])
    assert np.array_equal(sound[:4000], tone(440, 0.25))
    assert not sound[4000:4160].any()  # filled up
    assert np.array_equal(sound[4160:5760], tone(880, 0.1))
    assert not sound[5760:].any()
    assert [(said.path, said.start, said.end) for said in source.said] == [
        (first, 0, 4000),
        (second, 4160, 5760),
    ]
    assert source.end_index == 5760


async def test_more_can_be_said_later_and_closing_ends_the_silence(tmp_path: Path) -> None:
    path = tmp_path / "1.wav"
    soundfile.write(path, tone(440, 0.1), 16_000)
    source = FileSource()
    frames = source.frames()
    for _ in range(5):
        assert not (await anext(frames)).pcm.any()
    assert source.end_index is None

    source.say(path)
    assert (await anext(frames)).pcm.any()
    assert source.end_index is None
    for _ in range(5):
        await anext(frames)
    assert source.end_index == 5 * FRAME_SAMPLES + 1600

    await source.close()
    await source.close()
    assert [frame async for frame in frames] == []


async def test_without_silence_a_source_ends_with_its_last_file(tmp_path: Path) -> None:
    path = tmp_path / "1.wav"
    soundfile.write(path, tone(440, 0.05), 16_000)

    assert len([frame async for frame in FileSource(path, then_silence=False).frames()]) == 3


async def test_real_time_is_kept_without_drift(tmp_path: Path) -> None:
    path = tmp_path / "1.wav"
    soundfile.write(path, tone(440, 1.0), 16_000)
    now = 100.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds + 0.003  # every sleep is a little late

    came_s = []
    async for _ in FileSource(path, pace=Pace(lambda: now, sleep), then_silence=False).frames():
        came_s.append(now - 100.0)

    assert came_s[0] == pytest.approx(0.02, abs=0.004)  # a microphone has to record a frame first
    assert came_s[-1] == pytest.approx(1.0, abs=0.004)


async def test_silence_does_not_starve_the_loop() -> None:
    source = FileSource()

    async def listen() -> None:
        async for _ in source.frames():
            pass

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(listen())
        for _ in range(3):
            await asyncio.sleep(0.01)
        await source.close()


def inside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_answers_are_written_with_gaps(tmp_path: Path) -> None:
    path = tmp_path / "answers.wav"
    sink = WavSink(path, 22_050)
    await sink.write(tone(440, 0.5, 22_050))
    await sink.silence(0.2)
    await sink.write(tone(880, 0.5, 22_050))
    await sink.drain()
    assert sink.played_samples == sink.written_samples == 2 * 11_025 + 10 * 441
    assert not path.exists()

    await sink.close()
    await sink.close()

    assert inside(tmp_path) == ["answers.wav"]
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (22_050, 1, 2)
        sound = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    assert np.array_equal(sound[:11_025], tone(440, 0.5, 22_050))
    assert not sound[11_025 : 11_025 + 4_410].any()
    assert frequency_of(sound[-11_025:], 22_050) == pytest.approx(880, abs=3)


async def test_an_answer_file_that_was_not_finished_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "answers.wav"
    path.write_text("precious")
    sink = WavSink(path)
    await sink.write(tone(440, 0.5))

    assert path.read_text() == "precious"
    await sink.close()
    assert read(path).size == 8000


@contextmanager
def files_limited_to(size_bytes: int) -> Iterator[None]:
    """As on a full disk: the kernel refuses to make a file larger."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("fails_at", ["write", "close"])
async def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path: Path, fails_at: str) -> None:
    path = tmp_path / "answers.wav"
    sink = WavSink(path)

    async def answer() -> None:
        for _ in range(1 if fails_at == "close" else 100):
            await sink.write(tone(440, 0.7))
        await sink.close()

    with files_limited_to(20_000), pytest.raises(CannotWrite) as caught:
        await answer()

    assert str(path) in str(caught.value)
    assert inside(tmp_path) == []
    await sink.close()
    with pytest.raises(CannotWrite):
        await sink.write(tone(440, 0.1))


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match=r"no folder .*nowhere"):
        WavSink(tmp_path / "nowhere" / "answers.wav")
    with pytest.raises(CannotWrite, match="is a folder"):
        WavSink(tmp_path)


async def test_what_is_abandoned_leaves_nothing_and_an_earlier_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "answers.wav"
    path.write_bytes(b"earlier")
    sink = WavSink(path)
    await sink.write(tone(440, 0.1))
    await sink.abandon()
    assert inside(tmp_path) == ["answers.wav"]
    assert path.read_bytes() == b"earlier"

    sink = WavSink(path)
    await sink.write(tone(440, 0.1))
    await sink.close()
    await sink.abandon()
    assert len(read(path)) == 1600
