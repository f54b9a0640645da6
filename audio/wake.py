"""Wake words, by microWakeWord."""

import ctypes
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

from audio.errors import BadWakeWord
from audio.frames import SAMPLE_RATE_HZ, Frame

BUILT_IN = tuple(model.value for model in Model)
REFRACTORY_S = 1.5
"""After a hit the same sound must not hit again; nobody says two wake words in so short a time."""
NEAR_MISS = 0.5
"""A peak from this probability on, below the word's own cutoff, is reported as a near miss."""
NEAR_MISS_OVER_S = 0.5
"""A peak is over when the probability has been lower than NEAR_MISS for so long."""


@dataclass(frozen=True, slots=True)
class WakeWordHeard:
    """A wake word. `index`: the sample up to which sound was needed to be sure; the word ended
    before.
    """

    name: str
    index: int
    probability: float


@dataclass(frozen=True, slots=True)
class WakeWordRejected:
    """A wake word in whose sound there was hardly a voice: `voice`, 0 to 1, is its probability."""

    name: str
    index: int
    probability: float
    voice: float


@dataclass(frozen=True, slots=True)
class WakeWordNearMiss:
    """Something that resembled a wake word, at its highest `probability`: for tuning the threshold."""

    name: str
    index: int
    probability: float


class WakeWords:
    """Listens for several words at once. One thread; 2 ms of work for a second of sound and one word."""

    def __init__(self, names: Sequence[str], threshold: float | None = None) -> None:
        """`names`: built-in words, or paths of microWakeWord models (.json, or .tflite with its .json
        beside it), each perhaps with its threshold: "alexa:0.9". `threshold`: probability from which a word
        counts that has none of its own; None: the model's. Raises `BadWakeWord`."""
        self._features = MicroWakeWordFeatures()
        parts = [with_threshold(name) for name in names]
        self._words = [_Word(_load(name), threshold if own is None else own) for name, own in parts]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(word.name for word in self._words)

    def feed(self, frame: Frame) -> Iterator[WakeWordHeard | WakeWordNearMiss]:
        """What was heard up to the end of this frame. Iterate to the end."""
        end = frame.index + len(frame.pcm)
        for features in self._features.process_streaming(frame.pcm.tobytes()):
            for word in self._words:
                event = word.judge(word.model.process_streaming_prob(features) or 0.0, end)
                if event is not None:
                    if isinstance(event, WakeWordHeard):
                        self._be_deaf(end)
                    yield event

    def _be_deaf(self, index: int) -> None:
        for word in self._words:
            word.deaf_until = index + round(REFRACTORY_S * SAMPLE_RATE_HZ)


def with_threshold(name: str) -> tuple[str, float | None]:
    """ "alexa:0.9" → ("alexa", 0.9). Raises `BadWakeWord` for a number that is no probability."""
    word, colon, number = name.rpartition(":")
    if not colon or set(number) - set("0123456789."):  # the colon is part of a path
        return name, None
    try:
        threshold = float(number)
    except ValueError:
        return name, None
    if not 0.0 < threshold <= 1.0:
        raise BadWakeWord(f'The threshold of the wake word "{name}" has to be above 0 and at most 1.')
    return word, threshold


class _Word:
    """One model with what is needed to report each hit and each near miss once."""

    def __init__(self, model: MicroWakeWord, threshold: float | None) -> None:
        self.model = model
        self.name = str(model.id)
        self.deaf_until = 0
        self._cutoff = float(model.probability_cutoff if threshold is None else threshold)
        self._peak = (0.0, 0)  # highest probability of the resemblance going on, and its index
        self._last_near = 0

    def judge(self, probability: float, index: int) -> WakeWordHeard | WakeWordNearMiss | None:
        """`probability` is 0 between two strides of the model; that is no silence yet."""
        if index < self.deaf_until:
            self._peak = (0.0, 0)
            return None
        if probability > self._cutoff:
            self._peak = (0.0, 0)
            return WakeWordHeard(self.name, index, probability)
        if probability >= NEAR_MISS:
            self._last_near = index
            self._peak = max(self._peak, (probability, index), key=lambda peak: peak[0])
        elif self._peak[0] and index - self._last_near >= NEAR_MISS_OVER_S * SAMPLE_RATE_HZ:
            (highest, at), self._peak = self._peak, (0.0, 0)
            return WakeWordNearMiss(self.name, at, highest)
        return None


def _load(name: str) -> MicroWakeWord:
    if name in BUILT_IN:
        return _with_safe_delete(MicroWakeWord.from_builtin(Model(name)))
    path = Path(name).expanduser()
    if path.suffix not in (".json", ".tflite"):
        raise BadWakeWord(
            f'There is no wake word "{name}": built in are {", ".join(BUILT_IN)}; '
            "others are given as the path of a microWakeWord model (.json)."
        )
    description = path.with_suffix(".json")
    try:
        _check_weights(description.parent / str(json.loads(description.read_text("utf-8"))["model"]))
        return _with_safe_delete(MicroWakeWord.from_config(description))
    except FileNotFoundError as error:
        raise BadWakeWord(f'The wake word model "{name}" lacks its file {error.filename}.') from error
    except OSError as error:
        raise BadWakeWord(f"{error.filename or name} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        raise BadWakeWord(f"{name} is not a microWakeWord model, or it is damaged.") from error


def _check_weights(path: Path) -> None:
    """Raises `ValueError` for a damaged model. pymicro-wakeword 2.5 hands TensorFlow Lite's refusal on as a
    null pointer, and the process dies of it."""
    with open(path, "rb"):  # raises OSError, which says more than TensorFlow Lite would
        pass
    library = _with_safe_delete(MicroWakeWord.from_builtin(Model(BUILT_IN[0]))).lib
    model = library.TfLiteModelCreateFromFile(str(path.resolve()).encode())
    if not model:
        raise ValueError("not a TensorFlow Lite model")
    library.TfLiteModelDelete(model)


def _with_safe_delete(model: MicroWakeWord) -> MicroWakeWord:
    """pymicro-wakeword 2.5 does not declare this one function's argument, so ctypes would cut the pointer
    to 32 bits.
    """
    model.lib.TfLiteModelDelete.argtypes = (ctypes.c_void_p,)
    return model
