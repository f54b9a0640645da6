"""Silence between clauses: where, how long, and none that anybody waits for."""

import threading

import numpy as np
import pytest

from assistant.synthesis.clauses import split
from assistant.synthesis.flite import FliteEngine
from assistant.synthesis.pauses import Pauses, with_pauses
from assistant.synthesis.voice import SpokenVoice

PAUSES = Pauses(clause_s=0.1, sentence_s=0.3, paragraph_s=0.6)
FIRST = "I have turned the lights off, and the heating is down. Good night!\n\nOne more thing."


def test_comma_sentence_paragraph() -> None:
    assert with_pauses(FIRST, split(FIRST), PAUSES) == [
        ("I have turned the lights off,", 0.1),
        ("and the heating is down.", 0.3),
        ("Good night!", 0.6),
        ("One more thing.", 0.3),
    ]


@pytest.mark.parametrize(
    ("text", "pauses"),
    [
        ("Milk\nEggs\nBread", [0.3, 0.3, 0.3]),
        ("He said: “Go.” Then he left.", [0.3, 0.3]),
        ("word " * 60, [0.0, 0.3]),  # cut because it is long: no pause in the middle of nothing
        ("so far,", [0.1]),
    ],
)
def test_other_ends(text: str, pauses: list[float]) -> None:
    assert [pause for _, pause in with_pauses(text, split(text), PAUSES)] == pauses


@pytest.mark.parametrize("name", ["slt", "rms", "awb", "kal16"])
async def test_voices_pause_alike_and_faster_ones_less(name: str) -> None:
    for speed in (1.0, 2.0):
        voice = SpokenVoice(FliteEngine(name, speed), pauses=PAUSES, speed=speed)
        await voice.start()
        clauses = [clause async for clause in voice.speak(FIRST, threading.Event())]
        await voice.close()
        assert [c.pause_s for c in clauses] == pytest.approx([p / speed for p in (0.1, 0.3, 0.6, 0.3)])
        for clause in clauses:
            loud = np.flatnonzero(np.abs(clause.pcm) > 0.012 * np.abs(clause.pcm).max())
            lead_s, tail_s = loud[0] / 16_000, (len(clause.pcm) - loud[-1]) / 16_000
            assert lead_s < 0.1
            assert tail_s < 0.12
