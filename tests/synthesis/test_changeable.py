"""Another voice while the assistant speaks, with real voices: what is begun is finished, and nothing is lost."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from assistant.config.model import Voice
from assistant.synthesis import chosen
from assistant.synthesis.base import Clause, Synthesizer, VoiceUnavailable
from assistant.synthesis.changeable import ChangeableVoice
from assistant.synthesis.choices import choices, with_voice
from assistant.synthesis.factory import create
from assistant.synthesis.worker import WorkerClosed
from tests import piper_fixture

TEXT = "One is here. Two is here. Three is here. Four is here. Five is here. Six is here."


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MODELS", "CACHE", "STATE"):
        monkeypatch.setenv(f"ASSISTANT_{name}_DIR", str(tmp_path / name.lower()))


class Made:
    """Makes voices as the assistant does, and knows them; `gate` holds each back once it is loaded."""

    def __init__(self) -> None:
        self.voices: list[Synthesizer] = []
        self.gate: asyncio.Event | None = None
        self.waiting = asyncio.Event()

    async def __call__(self, settings: Voice) -> Synthesizer:
        voice = await create(settings)
        self.voices.append(voice)
        if self.gate is not None:
            self.waiting.set()
            try:
                await self.gate.wait()
            except asyncio.CancelledError:
                await voice.close()
                raise
        return voice


@pytest.fixture
def made() -> Made:
    return Made()


@pytest.fixture
async def voice(made: Made) -> AsyncIterator[ChangeableVoice]:
    settings = Voice(engine="embedded", cache_mb=0)
    changeable = ChangeableVoice(await made(settings), settings, made, lambda s: chosen.save(settings, s))
    yield changeable
    await changeable.close()


def to(name: str) -> Callable[[Voice, str], Voice]:
    return lambda settings, speaking: with_voice(settings, name, speaking)


async def said(voice: ChangeableVoice, text: str) -> list[Clause]:
    async with asyncio.timeout(60):
        return [clause async for clause in voice.speak(text, threading.Event())]


async def closed(voice: Synthesizer) -> bool:
    try:
        async for _ in voice.speak("Yes.", threading.Event()):
            pass
    except WorkerClosed:
        return True
    return False


async def test_what_is_begun_is_finished_and_the_next_is_in_the_new_voice(
    voice: ChangeableVoice, made: Made, tmp_path: Path
) -> None:
    piper_fixture.build(tmp_path / "models" / "piper", rate_hz=22_050)
    running = voice.speak(TEXT, threading.Event())
    begun = [await anext(running)]
    await voice.change(to("en_US-tiny-low"))
    assert voice.name == "piper en_US-tiny-low"
    (other,) = await said(voice, "Hello.")
    begun += [clause async for clause in running]
    assert [clause.text for clause in begun] == [f"{part}." for part in TEXT.rstrip(".").split(". ")]
    assert {clause.sample_rate_hz for clause in begun} == {16_000}
    assert other.sample_rate_hz == voice.sample_rate_hz == 22_050
    assert await closed(made.voices[0])  # it goes when it has finished
    assert not await closed(made.voices[1])


async def test_the_old_voice_stays_while_somebody_listens(voice: ChangeableVoice, made: Made) -> None:
    running = voice.speak(TEXT, threading.Event())
    await anext(running)
    await voice.change(to("rms"))
    assert not await closed(made.voices[0])
    await running.aclose()  # interrupted
    assert await closed(made.voices[0])


async def test_one_that_does_not_load_changes_nothing(voice: ChangeableVoice, tmp_path: Path) -> None:
    piper_fixture.build(tmp_path / "models" / "piper").write_bytes(b"damaged")
    before = voice.settings
    with pytest.raises(VoiceUnavailable, match="is damaged"):
        await voice.change(to("en_US-tiny-low"))
    with pytest.raises(VoiceUnavailable, match=r"no voice nobody; there are .*flite slt"):
        await voice.change(to("nobody"))
    assert (voice.name, voice.settings) == ("flite slt", before)
    assert len(await said(voice, "Still here.")) == 1
    assert not chosen.file().exists()


async def test_one_that_takes_too_long_is_given_up(made: Made) -> None:
    async def stuck(settings: Voice) -> Synthesizer:
        await asyncio.Event().wait()
        raise AssertionError

    settings = Voice(engine="embedded", cache_mb=0)
    voice = ChangeableVoice(await made(settings), settings, stuck, load_timeout_s=0.05)
    with pytest.raises(VoiceUnavailable, match="did not load within 0 seconds"):
        await voice.change(to("rms"))
    assert voice.name == "flite slt"
    assert len(await said(voice, "Still here.")) == 1
    await voice.close()


async def test_cancelled_while_it_loads(voice: ChangeableVoice, made: Made) -> None:
    made.gate = asyncio.Event()
    change = asyncio.create_task(voice.change(to("rms")))
    await made.waiting.wait()
    change.cancel()
    with pytest.raises(asyncio.CancelledError):
        await change
    assert voice.name == "flite slt"
    assert await closed(made.voices[1])
    made.gate = None
    await voice.change(to("awb"))  # and the next one is not kept waiting
    assert voice.name == "flite awb"


async def test_two_at_once_are_one_after_the_other(voice: ChangeableVoice, made: Made) -> None:
    """Each from what the one before it left: "slower" twice is slower twice."""

    def slower(settings: Voice, speaking: str) -> Voice:
        return settings.model_copy(update={"speed": settings.speed * 0.8})

    await asyncio.gather(voice.change(slower), voice.change(slower), voice.change(to("rms")))
    assert voice.settings.speed == pytest.approx(0.64)
    assert voice.name == "flite rms"
    assert [await closed(each) for each in made.voices] == [True, True, True, False]


async def test_many_speak_while_it_changes(voice: ChangeableVoice) -> None:
    """Nobody loses a clause, whenever the change falls."""

    async def talk(number: int) -> list[str]:
        return [clause.text for text in (TEXT, "And more.") for clause in await said(voice, text)]

    talks = [asyncio.create_task(talk(number)) for number in range(4)]
    for name in ("rms", "awb", "kal16", "slt"):
        await voice.change(to(name))
        await asyncio.sleep(0)
    assert [len(heard) for heard in await asyncio.gather(*talks)] == [7] * 4


async def test_closed_while_one_loads(voice: ChangeableVoice, made: Made) -> None:
    made.gate = asyncio.Event()
    change = asyncio.create_task(voice.change(to("rms")))
    await made.waiting.wait()
    await voice.close()
    made.gate.set()
    with pytest.raises(VoiceUnavailable, match="closing"):
        await change
    assert [await closed(each) for each in made.voices] == [True, True]


async def test_it_is_remembered_until_the_configuration_says_otherwise(voice: ChangeableVoice) -> None:
    configured = voice.settings
    await voice.change(to("rms"))
    assert chosen.load(configured).embedded_voice == "rms"
    assert chosen.load(configured.model_copy(update={"cache_mb": 5})).cache_mb == 5  # no choice of a voice
    other = configured.model_copy(update={"speed": 1.3})
    assert chosen.load(other) == other
    chosen.file().write_text("{")
    assert chosen.load(configured) == configured


async def test_a_disk_that_cannot_be_written_is_no_reason(
    made: Made, caplog: pytest.LogCaptureFixture
) -> None:
    def full(settings: Voice) -> None:
        raise OSError(28, "No space left on device")

    settings = Voice(engine="embedded", cache_mb=0)
    voice = ChangeableVoice(await made(settings), settings, made, full)
    await voice.change(to("rms"))
    assert voice.name == "flite rms"
    assert "will be forgotten at the end: No space left" in caplog.text
    await voice.close()


def test_which_voices_there_are(tmp_path: Path) -> None:
    piper_fixture.build(tmp_path / "models" / "piper", speakers=2)
    piper_fixture.build(tmp_path / "models" / "piper", "en_US-broken-low").write_bytes(b"")
    assert [(choice.name, choice.speakers) for choice in choices()] == [
        ("piper en_US-tiny-low", ("slt", "rms")),
        *((f"flite {name}", ()) for name in ("slt", "rms", "awb", "kal16")),
    ]
    settings, names, speaking = Voice(speaker="1"), [], "flite awb"
    for _ in range(5):
        settings = with_voice(settings, "other", speaking)
        speaking = (
            f"piper {settings.piper_voice}"
            if settings.engine == "piper"
            else f"flite {settings.embedded_voice}"
        )
        names.append(speaking)
    assert names == ["piper en_US-tiny-low", "flite slt", "flite rms", "flite awb", "piper en_US-tiny-low"]
    assert settings.speaker == ""
    for name in ("RMS", "flite rms", " flite  rms "):
        assert with_voice(Voice(), name, "flite slt").embedded_voice == "rms"
    path = tmp_path / "models" / "piper" / "en_US-tiny-low.onnx"
    assert with_voice(Voice(), str(path), "flite slt").piper_voice == str(path)
