"""When words are spoken, without the voice telling: against flite, which does tell."""

import numpy as np
import pytest

from assistant.synthesis import estimate
from assistant.synthesis.engine import join
from assistant.synthesis.flite import RATE_HZ, FliteEngine

# The weights were chosen with other sentences than these.
SENTENCES = (
    "You have two timers running.",
    "Your tea timer has one minute and forty seconds left.",
    "I have added bread, butter and a bottle of milk to your shopping list.",
    "The bedroom is at nineteen degrees, and the heating is off.",
    "Sorry, I did not understand that.",
    "Which light do you mean, the one in the hall or the one in the kitchen?",
    "It's quarter to nine.",
    "Good morning.",
    "All right, I'll leave it.",
    "The windows upstairs are open, so I have turned the radiators down.",
    "A king ruled the state in the early days.",
    "The ship was torn apart on the sharp reef.",
    "Sickness kept him home the third week.",
    "However, if it rains tomorrow, we will stay at home and read.",
)


def words_off(voice: str) -> np.ndarray[tuple[int], np.dtype[np.int_]]:
    """Every 10 ms of every sentence: how many words more or fewer the estimate counts as begun."""
    engine = FliteEngine(voice)
    engine.load()
    off = []
    for text in SENTENCES:
        sound = join(list(engine.synthesize(text)))
        guessed = estimate.marks(text, sound.pcm, RATE_HZ)
        assert len(guessed) == len(sound.marks)
        for sample in range(0, len(sound.pcm), RATE_HZ // 100):
            begun = [sum(mark.sample < sample for mark in marks) for marks in (guessed, sound.marks)]
            off.append(abs(begun[0] - begun[1]))
    return np.array(off)


@pytest.mark.parametrize("voice", ["slt", "rms", "awb"])
def test_it_is_right_to_a_word(voice: str) -> None:
    off = words_off(voice)
    assert (off == 0).mean() >= 0.65
    assert (off <= 1).mean() >= 0.97


@pytest.mark.parametrize("text", ["", "...", "one", "one, two", "a, b, c, d, e.", "(see below)", "5 $ %"])
@pytest.mark.parametrize("samples", [0, 1, 100, 16_000])
def test_any_text_and_any_sound(text: str, samples: int) -> None:
    for pcm in (np.zeros(samples, np.int16), np.full(samples, 5000, np.int16)):
        marks = estimate.marks(text, pcm, RATE_HZ)
        assert [m.sample for m in marks] == sorted(m.sample for m in marks)
        assert all(0 <= m.sample <= samples and 0 <= m.start < m.end <= len(text) for m in marks)
