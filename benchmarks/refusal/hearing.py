"""What the embedded recogniser makes of each sound, in one domain's language model."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from assistant.config.model import Sphinx
from assistant.dialogue.training_data import TrainingData
from assistant.recognition.build import LanguageModelFiles
from assistant.recognition.language_model import entity_values
from assistant.recognition.sphinx_decoders import Decoders
from assistant.recognition.sphinx_decoding import BLOCK_SAMPLES
from assistant.recognition.sphinx_utterance import Outcome, Utterance
from assistant.recognition.spoken_words import NUMBER_WORDS
from benchmarks.refusal.sounds import Sound

_SMALL_WORDS = frozenset(("a", "an", "of", "and"))


@dataclass(frozen=True, slots=True)
class Heard:
    """`wanted`: the sound is a command of the domain. `right`: its words came back (a plural s aside), or, for
    a recording, every word of its slots and of no others. The sound's samples are dropped."""

    domain: str
    sound: Sound
    wanted: bool
    right: bool
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Domain:
    name: str
    files: LanguageModelFiles
    data: TrainingData


def listen(domain: Domain, sounds: Iterable[tuple[Sound, bool]], seed: int = 0) -> Iterator[Heard]:
    """Each sound with whether it is a command of this domain, fed by blocks as from a microphone."""
    settings, stop = Sphinx(), threading.Event()
    decoders = Decoders(domain.files, settings)
    decoders.load()
    slot_words = _slot_words(domain.data)
    for number, (sound, wanted) in enumerate(sounds):
        utterance = Utterance(decoders, settings.dither, np.random.default_rng((seed, number)))
        for start in range(0, sound.pcm.size, BLOCK_SAMPLES):
            utterance.advance(sound.pcm[start : start + BLOCK_SAMPLES], stop)
        outcome = utterance.finish(stop)
        right = wanted and _right(sound, outcome.decoded.text, slot_words)
        yield Heard(domain.name, replace(sound, pcm=sound.pcm[:0]), wanted, right, outcome)


def _slot_words(data: TrainingData) -> frozenset[str]:
    values = (value for said in entity_values(data).values() for value in said)
    return (frozenset(word for value in values for word in value) | NUMBER_WORDS) - _SMALL_WORDS


def _right(sound: Sound, text: str, slot_words: frozenset[str]) -> bool:
    if sound.slots is None:
        return _singular(text) == _singular(sound.words)
    wanted = " ".join(sound.slots.values()).lower().split()
    heard = Counter(word for word in text.split() if word in slot_words)
    return heard == Counter(word for word in wanted if word not in _SMALL_WORDS)


def _singular(text: str) -> list[str]:
    """A plural s more or less means the same: five minute(s)."""
    return [word.removesuffix("s") for word in text.split()]
