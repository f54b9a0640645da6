"""Two commands in one breath, heard by the real PocketSphinx."""

import pytest

from assistant.recognition.expected_counts import END, NOTHING, START, Trigram
from assistant.recognition.joined import AND, joined
from assistant.recognition.sphinx import SphinxRecognizer
from tests.recognition.speech import VOICES, WHY, needs_flite, say, speak

TWO = (
    "turn off the light and set a timer for ten minutes",
    "what time is it and turn on the radio",
    "add butter to the shopping list and turn off the lamp in the kitchen",
    "dim the light to seventy percent and tell me the time",
)


@pytest.mark.skipif(needs_flite, reason=WHY)
@pytest.mark.parametrize("voice", VOICES)
async def test_two_commands_come_back_word_for_word(sphinx: SphinxRecognizer, voice: str) -> None:
    heard = []
    for text in TWO:
        stream = sphinx.stream()
        await speak(stream, say(text, voice), pause_s=0.0)
        heard.append((await stream.finish()).text)
    assert heard == list(TWO)


def test_the_expectation_is_exact() -> None:
    """Of "go", once, and "do it", three times."""
    counts: dict[Trigram, float] = {
        (NOTHING, START, "go"): 1.0,
        (START, "go", END): 1.0,
        (NOTHING, START, "do"): 3.0,
        (START, "do", "it"): 3.0,
        ("do", "it", END): 3.0,
    }
    more = joined(counts, share=0.5)
    assert {trigram: more[trigram] for trigram in counts} == counts
    assert {trigram: times for trigram, times in more.items() if trigram not in counts} == {
        (START, "go", AND): 0.5,
        ("do", "it", AND): 1.5,
        ("go", AND, "go"): 0.5 * 0.25,
        ("go", AND, "do"): 0.5 * 0.75,
        ("it", AND, "go"): 1.5 * 0.25,
        ("it", AND, "do"): 1.5 * 0.75,
        (AND, "do", "it"): 1.5,
        (AND, "go", END): 0.5,
    }
