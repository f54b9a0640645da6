"""What it costs to wait: CPU of each process on the virtual sound card, and how long the event loop is held up while
faster-whisper and Piper work beside it."""

import asyncio
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.config.model import Voice, Whisper
from assistant.recognition.whisper import WhisperRecognizer
from assistant.synthesis.base import Synthesizer
from assistant.synthesis.factory import create as create_voice
from audio.frames import SAMPLE_RATE_HZ, Pcm
from benchmarks.conversation import name_of
from benchmarks.turns.figures import HEADER, Report, Target
from benchmarks.turns.running import running
from tests.sound_card import sound_card

FIXTURES = Path(__file__).resolve().parents[2] / "tests" / "fixtures"
WHISPER = FIXTURES / "whisper-fixture.en"
PIPER = FIXTURES / "en_US-fixture-x_low.onnx"

SETTLED_S = 20.0
"""Caches are written and names looked up; what is measured is the state after it."""
PROBE_S = 0.005
LAG = Target({99: 10})

LONG_TEXT = (
    "On your shopping list there are milk, eggs, bread, butter, apples, coffee, cheese and rice. "
    "The timer for the pasta has eight minutes left, and the front door is locked. "
)


def cpu(folder: Path, settings: Sequence[str], seconds: float) -> dict[str, float]:
    """Percent of one core that each process takes while nobody speaks, wake word on."""
    with sound_card() as card, running(card, folder, settings) as assistant:
        time.sleep(SETTLED_S)
        before = {process: sum(process.cpu_times()[:2]) for process in assistant.tree()}
        began_s = time.monotonic()
        time.sleep(seconds)
        took_s = time.monotonic() - began_s
        return {
            name_of(process, assistant.process.pid): 100 * (sum(process.cpu_times()[:2]) - used) / took_s
            for process, used in before.items()
        }


async def loop_lag_ms(sounds: Sequence[Pcm], seconds: float) -> list[float]:
    """How much later than asked for a timer of 5 ms fires, in a loop on which both engines are kept at work as in a
    conversation."""
    recognizer = WhisperRecognizer(Whisper(model=str(WHISPER)))
    voice = await create_voice(Voice(engine="piper", piper_voice=str(PIPER), cache_mb=0))
    await recognizer.start()
    lags: list[float] = []
    try:
        async with asyncio.TaskGroup() as group:
            busy = [group.create_task(_listen(recognizer, sounds)), group.create_task(_talk(voice))]
            await asyncio.sleep(1.0)  # what is loaded in the first second is loaded once
            end_s = time.monotonic() + seconds
            while (now := time.monotonic()) < end_s:
                await asyncio.sleep(PROBE_S)
                lags.append(1000 * (time.monotonic() - now - PROBE_S))
            for task in busy:
                task.cancel()
    finally:
        await voice.close()
        await recognizer.close()
    return lags


async def _listen(recognizer: WhisperRecognizer, sounds: Sequence[Pcm]) -> None:
    block = SAMPLE_RATE_HZ // 50
    while True:
        for sound in sounds:
            stream = recognizer.stream(lambda _partial: None)
            for start in range(0, sound.size, block):
                stream.feed(sound[start : start + block])
                await asyncio.sleep(0)
            await stream.finish()


async def _talk(voice: Synthesizer) -> None:
    stop = threading.Event()
    while True:
        async for _clause in voice.speak(LONG_TEXT, stop, cacheable=False):
            await asyncio.sleep(0)


def report(folder: Path, settings: Sequence[str], seconds: float, sounds: Sequence[Pcm]) -> Report:
    found = Report()
    shares = cpu(folder, settings, seconds)
    found.facts["cpu_percent"] = {name: round(value, 2) for name, value in shares.items()}
    found.lines += [f"{'idle CPU, ' + name:<52}{value:>9.1f} % of one core" for name, value in shares.items()]
    found.lines += [f"{'idle CPU, all':<52}{sum(shares.values()):>9.1f} % of one core", HEADER]
    lags = asyncio.run(loop_lag_ms(sounds, seconds))
    found.times("loop_lag", "event loop late, Whisper and Piper at work", lags, LAG)
    found.facts["loop_lag"].pop("ms")
    found.lines.append(f"  late by more than 10 ms: {np.mean(np.array(lags) > 10):.2%}")
    return found
