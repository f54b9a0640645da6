"""How sure a recogniser may be of its words.

PocketSphinx always finds the sentence of its language model that fits best, also for speech that is no
command, and for noise. Three things that decoding twice gives away for free tell these apart:

- the acoustic score per frame of the words: how far the sounds are from the words' phones;
- the posterior of the words in the lattice: how close the runner-up is;
- whether live and second pass, which see slightly different features, agree.

Together they separate 192 rightly recognised commands (150 recorded ones and synthetic ones) from 181 sounds
that were no command of the model's domain (open speech, another domain's commands, kitchen and white noise)
with an area under the ROC curve of 0.986; the best of them alone has 0.947. A phone loop beside the decoder,
the textbook's garbage model, cost as much time again and told nothing (0.47). The weights are those of a
logistic regression on these sounds.
"""

import math
from difflib import SequenceMatcher

from assistant.recognition.base import Word
from assistant.recognition.sphinx_decoding import Decoded

_ACOUSTIC, _POSTERIOR, _AGREEMENT, _BIAS = 2.2, 9.7, 10.5, -12.2

NOISE = "noise, not words"

HOPELESS = 0.0025
"""Below this confidence there is no text: nothing that was meant for the assistant is worth keeping there."""

DOUBTFUL = 0.05
"""Below this confidence text is not to be taken unless something else speaks for it: dropping it keeps 144 of
145 and 112 of 115 rightly recognised commands (clean; kitchen noise at 12 dB), and drops three quarters of open
speech and of other domains. Short commands suffer, since live and second pass differ most in their first
words; see `router` for what may speak for them."""

_LONG_WORD_S = 0.9
_LONG_LETTER_S = 0.2
"""A hum or a hiss is taken for a word ("fan", "what") of more than a second; people do not speak so."""


def sphinx_confidence(decoded: Decoded, live_text: str | None) -> tuple[float, str]:
    """Probability (0..1) that the words are what was said, and why it is zero where it is.

    `live_text` is None where there was no live pass to compare with.
    """
    if not decoded.words:
        return 0.0, "no words in it"
    if any(_drawn_out(word) for word in decoded.words):
        return 0.0, NOISE
    live = decoded.text if live_text is None else live_text
    agreement = SequenceMatcher(None, decoded.text.split(), live.split(), autojunk=False).ratio()
    score = (
        _ACOUSTIC * decoded.acoustic_score
        + _POSTERIOR * _mean_posterior(decoded.words)
        + _AGREEMENT * agreement
        + _BIAS
    )
    confidence = 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, score))))
    if confidence < HOPELESS:
        return 0.0, "nothing that the language model knows"
    return confidence, ""


def _mean_posterior(words: tuple[Word, ...]) -> float:
    """Weighted by time, so that a doubtful "a" counts less than a doubtful "kitchen"."""
    total_s = sum(word.end_s - word.start_s for word in words)
    return sum(word.probability * (word.end_s - word.start_s) for word in words) / total_s


def _drawn_out(word: Word) -> bool:
    length_s = word.end_s - word.start_s
    return length_s > _LONG_WORD_S and length_s > _LONG_LETTER_S * len(word.text)
