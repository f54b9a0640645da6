"""The examples to learn from, made once and kept in a file."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP
from piper.phonemize_espeak import EspeakPhonemizer
from piper.voice import ESPEAK_DATA_DIR

from training.voice import texts
from training.voice.align import BOS, EOS, durations
from training.voice.teacher import BANDS, COEFFICIENTS, SPEAKERS, Spoken, Teacher

DOMAIN = {"slt": 450, "rms": 200}  # sentences of each speaker
GENERAL = {"slt": 650, "rms": 300}
SEED = {"slt": 11, "rms": 12}
LEAD_IN = 6  # frames of silence kept at either end; flite has several times as many
LEAD_OUT = 24
DIFFERENT = 0.08  # price of an alignment from which on flite said something else than espeak-ng
FEATURES = COEFFICIENTS + 2 + BANDS  # mel-cepstrum, log of the pitch, voiced or not, voiced bands


@dataclass(slots=True)
class Example:
    """`ids` and `frames` [phonemes]: without padding; `features` [sum of frames, FEATURES]."""

    speaker: int
    ids: np.ndarray
    frames: np.ndarray
    features: np.ndarray


class Phonemizer:
    """piper-tts's phonemes of a sentence, as the ids of its voices."""

    def __init__(self) -> None:
        self._espeak = EspeakPhonemizer(ESPEAK_DATA_DIR)

    def __call__(self, text: str) -> list[str] | None:
        """None where espeak-ng sees several sentences."""
        spoken = self._espeak.phonemize("en-us", text)
        return [BOS, *spoken[0], EOS] if len(spoken) == 1 else None


def ids(phonemes: list[str]) -> np.ndarray | None:
    found = [DEFAULT_PHONEME_ID_MAP.get(phoneme) for phoneme in phonemes]
    return np.array([one[0] for one in found if one], np.int64) if all(found) else None


def make(path: Path) -> list[Example]:
    """The examples, read from `path` if they were made before."""
    if path.exists():
        return _read(path)
    phonemize, made = Phonemizer(), []
    for speaker, name in enumerate(SPEAKERS):
        teacher = Teacher(name)
        wanted = texts.sentences(DOMAIN[name], GENERAL[name], SEED[name])
        for count, text in enumerate(wanted):
            if count % 200 == 0:
                print(f"{name}: {count} of {len(wanted)} sentences, {len(made)} examples", file=sys.stderr)
            example = _example(speaker, text, phonemize, teacher)
            if example is not None:
                made.append(example)
    _write(path, made, teacher)
    return _read(path)  # in half precision, in the first run too


def _example(speaker: int, text: str, phonemize: Phonemizer, teacher: Teacher) -> Example | None:
    phonemes = phonemize(text)
    numbers = ids(phonemes) if phonemes else None
    if phonemes is None or numbers is None:
        return None
    spoken = teacher.speak(text)
    aligned = durations(phonemes, spoken.phones)
    if aligned is None or aligned[1] > DIFFERENT:
        return None
    frames = np.array(aligned[0])
    begin, end = max(0, frames[0] - LEAD_IN), max(0, frames[-1] - LEAD_OUT)
    frames[0], frames[-1] = frames[0] - begin, frames[-1] - end
    return Example(speaker, numbers, frames, _features(spoken)[begin : len(spoken.pitch_hz) - end])


def _features(spoken: Spoken) -> np.ndarray:
    """The logarithm of the pitch goes straight on through what is not voiced."""
    voiced = spoken.pitch_hz > 0
    places = np.arange(len(voiced))
    pitch = (
        np.log(np.interp(places, places[voiced], spoken.pitch_hz[voiced])) if voiced.any() else 5 + 0 * places
    )
    return np.column_stack([spoken.cepstrum, pitch, voiced, spoken.voiced_bands]).astype(np.float32)


def _write(path: Path, made: list[Example], teacher: Teacher) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path,
        speaker=np.array([one.speaker for one in made]),
        sizes=np.array([len(one.ids) for one in made]),
        ids=np.concatenate([one.ids for one in made]),
        frames=np.concatenate([one.frames for one in made]),
        features=np.concatenate([one.features for one in made]).astype(np.float16),
    )
    np.savez(filters_of(path), alpha=teacher.alpha, bands=teacher.band_filters)


def filters_of(path: Path) -> Path:
    """Where the constants of the source and the filter lie."""
    return path.with_name("filters.npz")


def _read(path: Path) -> list[Example]:
    stored = np.load(path)
    features = stored["features"].astype(np.float32)
    examples, first, start = [], 0, 0
    for speaker, size in zip(stored["speaker"], stored["sizes"], strict=True):
        frames = stored["frames"][first : first + size]
        end = start + int(frames.sum())
        examples.append(
            Example(int(speaker), stored["ids"][first : first + size], frames, features[start:end])
        )
        first, start = first + size, end
    return examples
