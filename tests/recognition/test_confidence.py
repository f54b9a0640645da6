"""What the embedded recogniser believes, and what it refuses."""

import math
import threading
from collections.abc import Iterator

import pytest

from assistant.config.model import Sphinx
from assistant.recognition.base import Word
from assistant.recognition.build import LanguageModelFiles
from assistant.recognition.confidence import (
    NOISE,
    STRANGEST,
    SURE,
    WEIGHTS,
    Evidence,
    evidence,
    sphinx_confidence,
)
from assistant.recognition.sphinx import SphinxRecognizer
from assistant.recognition.sphinx_decoders import Decoders
from assistant.recognition.sphinx_decoding import Decoded, decode
from tests.recognition.speech import VOICES, WHY, needs_flite, say

NEAR_MISSES = (
    "the light at the end of the tunnel was red",
    "i set the table for three",
    "he turned on his heel and marched out of the kitchen",
    "add to that the cost of the flight and you are broke",
)


def decoded(*surprises: float, acoustic: float = -1.5, word: str = "kitchen", word_s: float = 0.4) -> Decoded:
    words = tuple(
        Word(word, place * word_s, (place + 1) * word_s, 1.0) for place in range(len(surprises) - 1)
    )
    return Decoded(words, acoustic_score=acoustic, surprises=surprises)


def test_evidence_is_the_mean_of_the_strangest_words() -> None:
    assert STRANGEST == 2
    assert evidence(decoded(1.0, 9.0, 0.5, 3.5)) == Evidence(strangest=6.25, acoustic=-1.5)
    assert evidence(decoded(2.0, 4.0)).strangest == 3.0


def test_strange_words_and_strange_sounds_are_believed_less() -> None:
    familiar, _ = sphinx_confidence(decoded(2.0, 1.0, 1.0, 0.5))
    assert familiar > SURE
    assert sphinx_confidence(decoded(2.0, 9.0, 9.0, 0.5))[0] < familiar
    assert sphinx_confidence(decoded(2.0, 1.0, 1.0, 0.5, acoustic=-4.0))[0] < familiar
    assert sphinx_confidence(decoded(9.0, 9.0, 9.0, 9.0, acoustic=-5.0)) == (
        0.0,
        "nothing that the language model knows",
    )
    assert 0.0 <= WEIGHTS.probability(Evidence(1e9, -1e9)) < 1e-9


def test_without_words_there_is_nothing_to_believe() -> None:
    assert sphinx_confidence(Decoded()) == (0.0, "no words in it")
    assert sphinx_confidence(decoded(1.0, 1.0, word="fan", word_s=1.2)) == (0.0, NOISE)


@pytest.mark.skipif(needs_flite, reason=WHY)
def test_surprises_are_those_of_the_language_model(home_model: LanguageModelFiles) -> None:
    model = dict(_grams(home_model))
    known = ("<s> turn", "<s> turn on", "turn on the", "on the light", "the light </s>")
    assert _surprises_of(home_model, "turn on the light") == pytest.approx(
        [-math.log(10.0) * model[gram] for gram in known], abs=0.01
    )


def _surprises_of(files: LanguageModelFiles, text: str) -> tuple[float, ...]:
    decoders = Decoders(files, Sphinx())
    decoders.load()
    return decode(decoders.final(), say(text), threading.Event()).surprises


def _grams(files: LanguageModelFiles) -> Iterator[tuple[str, float]]:
    """Word sequences of an ARPA file with their probabilities, as logarithm to the base 10."""
    for line in files.language_model.read_text(encoding="utf-8").splitlines():
        probability, _, rest = line.partition(" ")
        if probability.startswith("-"):
            words = rest.split()
            yield (
                " ".join(word for word in words if not word.lstrip("-").replace(".", "").isdigit()),
                float(probability),
            )


@pytest.mark.skipif(needs_flite, reason=WHY)
@pytest.mark.parametrize("voice", VOICES)
async def test_sentences_that_share_words_with_commands_are_not_believed(
    sphinx: SphinxRecognizer, voice: str
) -> None:
    for sentence in NEAR_MISSES:
        stream = sphinx.stream()
        stream.feed(say(sentence, voice))
        assert (await stream.finish()).confidence < SURE
