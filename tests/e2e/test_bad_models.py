"""Models and voices that are missing, damaged or do not arrive: a clear line, and what is there goes on."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audio.files import duration_s
from tests import piper_fixture, whisper_fixture
from tests.e2e.conftest import Person
from tests.models.conftest import TINY
from tests.models.hub import Hub

Speech = Callable[..., Path]
Command = list[str | Path]
LIGHT = "turn on the kitchen light"


@pytest.fixture(autouse=True)
def _no_models_of_this_machine(person: Person) -> None:
    person.extra["HF_HUB_CACHE"] = str(person.folder / "hub")


def test_real_engines_with_models_of_the_owners(person: Person, speech: Speech, tmp_path: Path) -> None:
    """Each understands what it should: the recogniser a command, and another recogniser the voice."""
    shutil.copytree(whisper_fixture.FOLDER, person.folder / "models" / "whisper" / "tiny.en")
    piper_fixture.build(person.folder / "models" / "piper", "en_US-tiny-low")
    result = person.run("transcribe", "--engine", "whisper", "--json", speech(LIGHT))
    [file] = result.json
    [passage] = file["passages"]
    assert (passage["engine"], passage["text"]) == ("whisper", "Turn on the kitchen light.")
    output = tmp_path / "a.wav"
    assert person.run("say", LIGHT, "-o", output).status == 0
    [file] = person.run("transcribe", "--engine", "sphinx", "--json", output).json
    assert [passage["text"] for passage in file["passages"]] == [LIGHT]


def test_whisper_models_that_are_missing_or_damaged(person: Person, speech: Speech) -> None:
    folder = person.folder / "models" / "whisper" / "base.en"
    shutil.copytree(whisper_fixture.FOLDER, folder)
    transcribe: Command = ["transcribe", "--engine", "whisper", speech(LIGHT)]
    person.run("--set", "recognition.whisper.model=small.en", *transcribe).assert_clear(
        "'small.en' is not installed", "assistant models get small.en"
    )
    person.run("--set", "recognition.whisper.model=/nowhere/x", *transcribe).assert_clear("/nowhere/x")
    person.run("--set", "recognition.whisper.compute_type=x", *transcribe).assert_clear("compute_type")
    (folder / "model.bin").write_bytes((folder / "model.bin").read_bytes()[:1000])
    person.run(*transcribe).assert_clear("base.en does not load", "assistant models get base.en")
    (folder / "model.bin").unlink()
    person.run(*transcribe).assert_clear("base.en is damaged (model.bin is missing)")
    result = person.run("transcribe", speech(LIGHT))  # the other engine is still there
    assert (result.status, LIGHT in result.out) == (0, True)
    assert "base.en is damaged" in result.err


def test_voices_that_are_missing_or_damaged(person: Person, tmp_path: Path) -> None:
    voice = piper_fixture.build(person.folder / "models" / "piper", "en_US-amy-medium")
    say: Command = ["say", "hello", "-o", tmp_path / "a.wav"]
    piper: Command = ["--set", "voice.engine=piper"]
    person.run(*piper, "--set", "voice.piper_voice=en_US-ryan-medium", *say).assert_clear(
        "'en_US-ryan-medium' is not installed", "assistant models get en_US-ryan-medium"
    )
    person.run(*piper, "--set", "voice.piper_voice=/nowhere/x.onnx", *say).assert_clear("/nowhere/x.onnx")
    voice.write_bytes(voice.read_bytes()[:300])
    person.run(*piper, *say).assert_clear("en_US-amy-medium.onnx is damaged", "models get en_US-amy-medium")
    assert not (tmp_path / "a.wav").exists()
    result = person.run(*say)  # the embedded voice speaks, and it is said why
    assert result.status == 0
    assert duration_s(tmp_path / "a.wav") > 0.2
    assert "en_US-amy-medium.onnx is damaged" in result.err
    assert "Until then I speak with" in result.err


async def test_a_download_that_breaks_off_is_continued_by_the_same_command(person: Person) -> None:
    weights = np.random.default_rng(0).bytes(3_000_000)
    names = {"config.json": b"{}", "tokenizer.json": b"{}", "vocabulary.txt": b"a\n", "model.bin": weights}
    hub = Hub({f"{TINY}/{name}": content for name, content in names.items()})
    async with hub.server() as server:
        person.extra["HF_ENDPOINT"] = str(server.make_url(""))
        hub.cut_after = [1_000_000]  # of the first answer; then the line is dead
        hub.status = []
        result = await asyncio.to_thread(person.run, "models", "get", "tiny.en", "no-such-model")
        result.assert_clear("no-such-model")  # before anything was fetched
        assert hub.requests == []
        result = await asyncio.to_thread(person.run, "models", "get", "tiny.en")
        assert result.status == 0, result.err
    ranges = [asked for name, asked in hub.requests if name == "model.bin"]
    assert ranges
    whole = person.folder / "models" / "whisper" / "tiny.en" / "model.bin"
    assert whole.read_bytes() == weights
