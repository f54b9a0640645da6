"""The whole voice with the real embedded engine: clauses, marks, stopping, several listeners, falling back."""

import asyncio
import threading
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from assistant.config.model import Voice
from assistant.synthesis import flite
from assistant.synthesis.base import Clause, VoiceUnavailable
from assistant.synthesis.factory import create
from assistant.synthesis.flite import FliteEngine
from assistant.synthesis.voice import SpokenVoice
from tests import piper_fixture


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("ASSISTANT_CACHE_DIR", str(tmp_path / "cache"))


async def said(voice: SpokenVoice, text: str) -> list[Clause]:
    async with asyncio.timeout(60):
        return [clause async for clause in voice.speak(text, threading.Event())]


async def test_clauses_keep_the_written_form_and_marks_point_into_it() -> None:
    voice = SpokenVoice(FliteEngine("slt"))
    await voice.start()
    clauses = await said(voice, "It is 25 °C in the **kitchen**. Dr. Smith called at 7:05.")
    await voice.close()
    assert [c.text for c in clauses] == ["It is 25 °C in the **kitchen**.", "Dr. Smith called at 7:05."]
    first, second = ([c.text[m.start : m.end] for m in c.marks] for c in clauses)
    assert first == ["It", "is", "25 °C", "in", "the", "kitchen"]
    assert second[0].startswith("Dr")
    assert second[1:4] == ["Smith", "called", "at"]
    for clause in clauses:
        samples = [m.sample for m in clause.marks]
        assert samples == sorted(samples)
        assert samples[-1] < len(clause.pcm)


async def test_a_number_is_spoken_as_long_as_its_words() -> None:
    voice = SpokenVoice(FliteEngine("kal16"))
    await voice.start()
    (written,), (spelled,) = await said(voice, "$3.50"), await said(voice, "three dollars and fifty cents")
    await voice.close()
    assert np.array_equal(written.pcm, spelled.pcm)


@pytest.mark.parametrize("text", ["", "   ", "...", "🎉🎉", "***", "---\n\n---", "|---|\n"])
async def test_nothing_to_say(text: str) -> None:
    voice = SpokenVoice(FliteEngine("kal16"))
    await voice.start()
    assert await said(voice, text) == []
    await voice.close()


async def test_the_stop_flag_in_mid_reply_stops_within_a_clause() -> None:
    made: list[str] = []

    class Watched(FliteEngine):
        def synthesize(self, text: str):  # type: ignore[no-untyped-def]
            made.append(text)
            return super().synthesize(text)

    voice = SpokenVoice(Watched("slt"))
    await voice.start()
    stop = threading.Event()
    got = 0
    async for _ in voice.speak("This is one sentence of many. " * 40, stop):
        got += 1
        if got == 3:
            stop.set()
            at_stop = len(made)
    await voice.close()
    assert got == 3
    assert len(made) <= at_stop + 1


async def test_leaving_the_loop_sets_the_flag() -> None:
    voice = SpokenVoice(FliteEngine("kal16"))
    await voice.start()
    stop = threading.Event()
    stream = voice.speak("One. Two. Three. Four. Five.", stop)
    async for _ in stream:
        break
    await stream.aclose()
    assert stop.is_set()
    assert len(await said(voice, "Still there?")) == 1
    await voice.close()


async def test_one_flag_serves_a_reply_of_several_texts() -> None:
    voice = SpokenVoice(FliteEngine("kal16"))
    await voice.start()
    stop = threading.Event()
    heard = [[clause.text async for clause in voice.speak(text, stop)] for text in ("First.", "Second.")]
    assert heard == [["First."], ["Second."]]
    assert not stop.is_set()
    stop.set()
    assert [clause async for clause in voice.speak("Third.", stop)] == []
    await voice.close()


async def test_two_conversations_share_the_voice() -> None:
    voice = SpokenVoice(FliteEngine("kal16"))
    await voice.start()
    replies = await asyncio.gather(*(said(voice, f"Hello {n}. How are you? Good.") for n in range(5)))
    await voice.close()
    assert all([c.text for c in reply][1:] == ["How are you?", "Good."] for reply in replies)


async def test_a_voice_that_does_not_speak_is_found_out_at_the_start() -> None:
    class Mute(FliteEngine):
        def synthesize(self, text: str):  # type: ignore[no-untyped-def]
            raise RuntimeError("a fault of the library")

    voice = SpokenVoice(Mute())
    with pytest.raises(VoiceUnavailable, match="loads but does not speak"):
        await voice.start()
    await voice.close()


@pytest.mark.parametrize(
    ("settings", "units", "day_first"),
    [
        (Voice(engine="embedded", cache_mb=0), "metric", True),
        (Voice(engine="embedded", cache_mb=0), "imperial", False),
        (Voice(engine="embedded", cache_mb=0, dates="month-first"), "metric", False),
        (Voice(engine="embedded", cache_mb=0, dates="day-first"), "imperial", True),
    ],
)
async def test_dates_are_read_as_the_owner_reads_them(
    settings: Voice, units: Literal["metric", "imperial"], day_first: bool
) -> None:
    said_so = "the third of April twenty twenty-six" if day_first else "April third, twenty twenty-six"
    voice = await create(settings, units)
    written = "03/04/2026" if day_first else "04/03/2026"
    (date,), (words,) = await said(voice, f"It is {written}."), await said(voice, f"It is {said_so}.")
    await voice.close()
    assert np.array_equal(date.pcm, words.pcm)


async def test_auto_takes_the_embedded_voice_without_a_word() -> None:
    notices: list[str] = []
    voice = await create(Voice(), notice=notices.append)
    assert voice.name == "flite slt"
    assert notices == []
    await voice.close()


async def test_auto_takes_piper_where_it_is(tmp_path: Path) -> None:
    piper_fixture.build(tmp_path / "models" / "piper")
    voice = await create(Voice(), notice=pytest.fail)
    assert voice.name == "piper en_US-tiny-low"
    assert len(await said(voice, "Hello there.")) == 1
    await voice.close()


async def test_auto_falls_back_and_says_so(tmp_path: Path) -> None:
    piper_fixture.build(tmp_path / "models" / "piper").write_bytes(b"damaged")
    notices: list[str] = []
    voice = await create(Voice(), notice=notices.append)
    assert voice.name == "flite slt"
    assert len(notices) == 1
    assert "is damaged" in notices[0]
    await voice.close()


async def test_what_was_asked_for_is_not_replaced() -> None:
    with pytest.raises(VoiceUnavailable, match="No Piper voice is installed"):
        await create(Voice(engine="piper"))


async def test_no_voice_at_all_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise OSError("no such file")

    monkeypatch.setattr(flite, "_library", missing)
    with pytest.raises(VoiceUnavailable, match="apt install libflite1"):
        await create(Voice())
