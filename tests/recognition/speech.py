"""People who speak for these tests: flite's voices, and a small home they talk about."""

import asyncio
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from assistant.dialogue.annotations import parse_annotations
from assistant.dialogue.training_data import Example, TrainingData
from assistant.recognition.base import RecognitionStream
from audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ, Pcm

VOICES = ("slt", "rms", "awb")
needs_flite = shutil.which("flite") is None
WHY = "flite, the program that speaks for these tests, is not installed"

_SENTENCES = {
    "turn_on": ["turn on the [light](device)", "switch the [lamp](device) in the [kitchen](area) on"],
    "turn_off": ["turn off the [light](device)", "turn off the [lamp](device) in the [bedroom](area)"],
    "start_timer": ["set a timer for [ten minutes](duration)", "timer for [one hour](duration)"],
    "set_brightness": ["dim the [light](device) to [forty percent](level)"],
    "set_temperature": ["set the heating to [twenty one degrees](degrees)"],
    "add_item": [
        "add [milk](item) to the [shopping](list) list",
        "put [bread](item) on my [shopping](list) list",
    ],
    "ask_time": ["what time is it", "tell me the time"],
    "stop": ["stop", "be quiet"],
    "affirm": ["yes", "yes please"],
    "call": ["call [siobhan](person)"],
}
LOOKUPS = {
    "device": ("light", "lamp", "floor lamp", "heating", "radio"),
    "area": ("kitchen", "bedroom", "living room", "hallway", "garden"),
    "item": ("milk", "bread", "butter", "apples", "coffee"),
    "person": ("siobhan", "zuleyka", "anna"),
}


def home() -> TrainingData:
    """A dozen templates of a home."""
    return TrainingData(
        examples=tuple(
            Example(intent, parse_annotations(line)) for intent, lines in _SENTENCES.items() for line in lines
        ),
        lookups=LOOKUPS,
        synonyms={"living room": ("lounge",)},
        regexes={},
    )


@functools.cache
def say(text: str, voice: str = "slt", lead_s: float = 0.3, trail_s: float = 0.6) -> Pcm:
    """`text` spoken by a flite voice, with silence around it, as a turn is cut."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True, timeout=30)
        pcm, rate = soundfile.read(path, dtype="int16")
    assert rate == SAMPLE_RATE_HZ
    silence = [np.zeros(int(seconds * SAMPLE_RATE_HZ), np.int16) for seconds in (lead_s, trail_s)]
    return np.concatenate([silence[0], pcm, silence[1]])


async def speak(stream: RecognitionStream, pcm: Pcm, pause_s: float = 0.002) -> None:
    """Feed frame by frame, about ten times faster than a person speaks."""
    for start in range(0, pcm.size, FRAME_SAMPLES):
        stream.feed(pcm[start : start + FRAME_SAMPLES])
        await asyncio.sleep(pause_s)
