"""What people and machines do wrong, as far as it needs no dialogue: a clear line, a status, and nothing lost."""

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio.files import duration_s, read
from tests.e2e.conftest import Person

Speech = Callable[..., Path]
Command = list[str | Path]
LIGHT = "turn on the kitchen light"


@pytest.fixture(autouse=True)
def _no_models_of_this_machine(person: Person) -> None:
    person.extra["HF_HUB_CACHE"] = str(person.folder / "hub")


# ── sound files ───────────────────────────────────────────────────────────────────────────────────────────


def bad_file(folder: Path, kind: str, good: Path) -> Path:
    path = folder / f"{kind}.wav"
    content = good.read_bytes()
    match kind:
        case "folder":
            path.mkdir()
        case "empty":
            path.touch()
        case "text":
            path.write_text("this is not sound\n" * 100)
        case "header only":
            path.write_bytes(content[:44])
        case "half a header":
            path.write_bytes(content[:20])
        case "nonsense":
            path.write_bytes(np.random.default_rng(0).bytes(5000))
    return path


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("missing", "There is no file"),
        ("folder", "is a folder"),
        ("empty", "is empty"),
        ("text", "not sound that can be read"),
        ("header only", "no sound in it"),
        ("half a header", "not sound that can be read"),
        ("nonsense", "not sound that can be read"),
    ],
)
def test_what_is_no_sound_is_named_before_anything_starts(
    person: Person, speech: Speech, tmp_path: Path, kind: str, says: str
) -> None:
    good = speech(LIGHT)
    bad = bad_file(tmp_path, kind, good)
    result = person.run("transcribe", good, bad)
    result.assert_clear(says, bad.name)
    assert (result.status, result.out) == (1, "")


def test_nothing_is_started_for_a_recording_that_is_none(
    person: Person, speech: Speech, tmp_path: Path
) -> None:
    answers = tmp_path / "answers.wav"
    missing = tmp_path / "missing.wav"
    commands: list[Command] = [
        ["run", "--input", speech(LIGHT), missing, "--output", answers],
        ["parse", LIGHT, missing],
    ]
    for command in commands:
        began = time.monotonic()
        result = person.run(*command)
        assert time.monotonic() - began < 9  # Rasa alone takes longer to load
        result.assert_clear(f"There is no file {missing}")
        assert (result.status, result.out) == (1, "")
    assert not answers.exists()
    assert not (person.folder / "state").exists()


def test_every_usual_format_is_accepted(person: Person, speech: Speech, tmp_path: Path) -> None:
    pcm = read(speech(LIGHT))
    sound = pcm.astype(np.float32) / 32768
    soundfile.write(tmp_path / "1.wav", pcm, 16_000, subtype="PCM_U8")
    soundfile.write(tmp_path / "2.wav", np.repeat(sound, 3), 48_000, subtype="FLOAT")
    soundfile.write(tmp_path / "3.wav", np.column_stack([sound, sound]), 16_000, subtype="PCM_24")
    rate_44 = np.interp(np.arange(0, len(sound), 16_000 / 44_100), np.arange(len(sound)), sound)
    soundfile.write(tmp_path / "4.wav", rate_44, 44_100, subtype="PCM_16")
    for number, ending in enumerate(("flac", "mp3", "ogg"), start=5):
        soundfile.write(tmp_path / f"{number}.{ending}", sound, 16_000)
    files = sorted(tmp_path.glob("[1-7].*"))
    result = person.run("transcribe", "--engine", "sphinx", "--json", *files)
    assert result.status == 0, result.err
    assert [[p["text"] for p in file["passages"]] for file in result.json] == [[LIGHT]] * 7
    assert result.err == ""  # nor do decoders chat


def test_a_recording_damaged_in_its_midst_keeps_what_came_before(
    person: Person, speech: Speech, tmp_path: Path
) -> None:
    pcm = read(speech(LIGHT))
    whole, broken = tmp_path / "whole.flac", tmp_path / "broken.flac"
    soundfile.write(whole, np.concatenate([pcm, np.zeros(48_000, np.int16)] * 4), 16_000)
    content = bytearray(whole.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4000] = bytes(4000)
    broken.write_bytes(content)
    result = person.run("transcribe", "--engine", "sphinx", "--json", broken, whole)
    first, second = result.json
    assert first["passages"][0]["text"] == LIGHT
    assert [p["text"] for p in second["passages"]] == [LIGHT] * 4
    if "error" in first:  # some decoders go on behind the damage
        result.assert_clear("broken.flac is damaged")
        assert result.status == 1


def test_silence_and_noise_are_no_words(person: Person, tmp_path: Path) -> None:
    silence, noise = tmp_path / "silence.wav", tmp_path / "noise.wav"
    soundfile.write(silence, np.zeros(48_000), 16_000)
    soundfile.write(noise, np.random.default_rng(0).normal(0, 0.1, 48_000), 16_000)
    result = person.run("transcribe", "--engine", "sphinx", silence, noise)
    result.assert_clear(f"{silence}: no speech", f"{noise}: no speech")
    assert (result.status, result.out) == (3, "")


def test_long_recordings_take_no_more_memory_than_short_ones(
    person: Person, speech: Speech, tmp_path: Path
) -> None:
    """Ten minutes; a whole hour with twelve sentences a minute stayed at 107 MB too, and took 8 % of its length of
    one core."""
    pcm, path = read(speech(LIGHT)), tmp_path / "long.wav"
    hum = np.random.default_rng(0).normal(0, 8, 2 * 60 * 16_000 - len(pcm)).astype(np.int16)
    with soundfile.SoundFile(path, "w", 16_000, 1) as file:
        for _ in range(5):
            file.write(pcm)
            file.write(hum)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    result = person.run("transcribe", "--engine", "sphinx", path)
    assert result.out.split("\n") == [*(f"{120 * n + 0.02:8.2f}  {LIGHT}" for n in range(5)), ""]
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    assert peak_mb < 200 or peak_mb <= before / 1024  # the maximum over all commands so far


# ── places to write to ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("place", "says"), [("nowhere/a.wav", "no folder"), (".", "is a folder")])
def test_output_that_cannot_be_written(
    person: Person, speech: Speech, tmp_path: Path, place: str, says: str
) -> None:
    for command in (["run", "--input", speech(LIGHT), "--output"], ["say", "hello", "-o"]):
        result = person.run(*command, tmp_path / place)
        result.assert_clear(says)
        assert result.status == 1


def test_a_recording_is_not_overwritten_with_the_answers(
    person: Person, speech: Speech, tmp_path: Path
) -> None:
    recording = tmp_path / "light.wav"
    shutil.copy(speech(LIGHT), recording)
    (tmp_path / "other.wav").symlink_to(recording)
    result = person.run("run", "--input", recording, "--output", tmp_path / "other.wav")
    result.assert_clear("overwritten")
    assert recording.read_bytes() == speech(LIGHT).read_bytes()


def limited_files() -> None:
    """In the child: no file may be longer than this, which is what a full disk is to a program."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_disk_that_is_full(person: Person, tmp_path: Path) -> None:
    person.extra["ASSISTANT_CACHE_DIR"] = str(tmp_path / "cache")
    output = tmp_path / "a.wav"
    output.write_bytes(b"earlier")
    result = person.run(
        "say", "a sentence that is longer than the disk", "-o", output, preexec_fn=limited_files
    )
    result.assert_clear(str(output), "File too large")
    assert output.read_bytes() == b"earlier"
    assert sorted(path.name for path in tmp_path.glob("*.wav*")) == ["a.wav"]
    assert not list(tmp_path.glob(".*.part"))


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        ).returncode
    )
    if not mounted:
        pytest.skip("only root can mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_cache_on_a_full_disk_costs_no_word(person: Person, speech: Speech, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "100k") as disk:
        person.extra["ASSISTANT_CACHE_DIR"] = str(disk)
        output = tmp_path / "a.wav"
        text = "This is said aloud although nobody can keep it. " * 3
        result = person.run("say", text, "And this is said just as well.", "-o", output)
        assert result.status == 0
        assert duration_s(output) > 8
        [line] = result.err.splitlines()
        assert "cannot be kept" in line
        assert "No space left" in line
        result = person.run("transcribe", "--engine", "sphinx", speech(LIGHT))
        result.assert_clear("language model cannot be saved", "No space left")


# ── settings, text, devices ───────────────────────────────────────────────────────────────────────────────


def test_settings_that_are_wrong_are_named_with_their_line(person: Person) -> None:
    config = person.folder / "config.toml"
    config.write_text('[audio]\nvolume = "loud"\n\n[listening]\nwake_word = "x"\n')
    for command in (["say", "x"], ["ask", "x"], ["run"], ["transcribe", "x.wav"], ["train"]):
        result = person.run(*command)
        result.assert_clear(f"{config}, line 2: audio.volume", f"{config}, line 5", "listening.wake_words")
        assert result.status == 2
    config.unlink()
    result = person.run("say", "x", "--set", "audio.volume=2")  # also after the command
    result.assert_clear("--set audio.volume")
    person.run("--config", person.folder / "other.toml", "say", "x").assert_clear("other.toml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (" \t", "empty"),
        ("\x01", "empty"),
        ("///", "empty"),
        ("x" * 100_000, "longer than a turn"),
    ],
)
def test_texts_that_are_no_turn(person: Person, text: str, says: str) -> None:
    for command in ("ask", "parse"):
        result = person.run(command, "hello", text)
        result.assert_clear(says)
        assert (result.status, result.out) == (2, "")


def test_text_that_is_not_text(person: Person, tmp_path: Path) -> None:
    for command in (["ask"], ["parse"], ["say", "-o", tmp_path / "a.wav"]):
        result = person.run(*command, os.fsdecode(b"caf\xe9"))
        result.assert_clear("not UTF-8")


def test_text_without_anything_to_say(person: Person, tmp_path: Path) -> None:
    for text in ("", "...", "🙂"):
        person.run("say", "-o", tmp_path / "a.wav", text).assert_clear("TEXT")
    assert list(tmp_path.glob("*.wav")) == []


def test_a_very_long_text_is_spoken_as_a_stream(person: Person, tmp_path: Path) -> None:
    output = tmp_path / "a.wav"
    text = "Hello there, my dear friend. " * 4_000  # 116 kB: as much as a command line takes
    with person.start("say", "-o", output, text) as running:
        deadline = time.monotonic() + 60
        while not any(part.stat().st_size for part in tmp_path.glob(".a.wav.*.part")):
            assert time.monotonic() < deadline
            assert running.process.poll() is None
            time.sleep(0.02)
    # Ended in its midst, it leaves no half a text behind.
    if running.process.returncode == 143:
        assert not output.exists()
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.rasa
def test_no_sound_card(person: Person, rasa_is_there: None) -> None:
    devices = person.run("devices")
    if devices.status == 0:
        pytest.skip("this machine has sound")
    devices.assert_clear("no sound", "assistant ask TEXT")
    person.run("say", "hello").assert_clear("on this machine", "-o FILE.wav")
    for result in (person.run("run"), person.run("run", "--set", "audio.input_device=nonsense")):
        result.assert_clear("on this machine", "assistant run --input FILE", "assistant ask TEXT")
        assert (result.status, result.out) == (1, "")
        assert len([line for line in result.err.splitlines() if line.startswith("assistant: ")]) == 1
