"""What the assistant is given to hear: commands, open speech, noise and silence, the same for the same seed."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from assistant.recognition.spoken_words import as_said
from audio.files import read
from audio.frames import SAMPLE_RATE_HZ, Pcm
from benchmarks.commands import COMMANDS
from benchmarks.noise import household_noise, mixed
from training.whisper.sentences import Sentence, sentences

VOICES = ("slt", "rms", "awb")
LEAD_S, TRAIL_S = 0.4, 0.16
"""Silence around speech, as a turn is cut: the pre-roll, and when the end of speech is noticed."""
NOISE_S = 60.0

FLITE_MISSING = "flite speaks the sentences and is missing: sudo apt-get install -y flite"


class Kind(StrEnum):
    COMMAND = "command"
    OPEN = "open speech"
    NOISE = "noise"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Sample:
    """`text` is what is said, in lower case words; "" where nobody speaks."""

    kind: Kind
    pcm: Pcm
    text: str = ""


def flite_is_missing() -> bool:
    return shutil.which("flite") is None


def say(text: str, voice: str) -> Pcm:
    """By a voice of flite, with the silence that a turn has around it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder) / "said.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True, timeout=60)
        speech = read(path)
    loud = np.flatnonzero(np.abs(speech.astype(np.int32)) > 300)
    return padded(speech[loud[0] : loud[-1] + 1])


def padded(speech: Pcm) -> Pcm:
    return np.pad(speech, (int(LEAD_S * SAMPLE_RATE_HZ), int(TRAIL_S * SAMPLE_RATE_HZ)))


def spoken(kind: Kind, texts: Iterable[str]) -> list[Sample]:
    """Each by one of the voices in turn."""
    return [
        Sample(kind, say(text, VOICES[number % len(VOICES)]), as_said(text))
        for number, text in enumerate(texts)
    ]


def nobody_speaks(count: int, seed: int) -> list[Sample]:
    """As many of silence as of noise: household noise from 40 dB below full scale up, hiss, and hum."""
    rng = np.random.default_rng(seed)
    household = household_noise(NOISE_S, rng).astype(np.float64)
    found = []
    for number in range(count):
        samples = int(rng.uniform(1.0, 3.0) * SAMPLE_RATE_HZ)
        level = 10.0 ** rng.uniform(1.8, 3.5)
        match number % 3:
            case 0:
                start = int(rng.integers(household.size - samples))
                sound = household[start : start + samples] * level / np.std(household)
            case 1:
                sound = rng.normal(0, level, samples)
            case _:
                turns = 2 * np.pi * rng.uniform(50, 250) * np.arange(samples) / SAMPLE_RATE_HZ
                sound = level * np.sin(turns) + rng.normal(0, 20, samples)
        pcm = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
        found.append(Sample(Kind.NOISE, pcm))
        found.append(Sample(Kind.SILENCE, rng.normal(0, 2, samples).astype(np.int16)))
    return found


def in_noise(samples: Sequence[Sample], snr_db: float | None, noise: Pcm | None, seed: int) -> list[Sample]:
    """Speech with noise at this ratio; None: as it is. What is no speech stays as it is."""
    if snr_db is None:
        return list(samples)
    rng = np.random.default_rng(seed)
    noise = household_noise(NOISE_S, rng) if noise is None else noise
    return [replace(each, pcm=mixed(each.pcm, noise, snr_db, rng)) if each.text else each for each in samples]


def texts(kind: Kind, most: int, *, small_domain: bool) -> list[str]:
    """Sentences that no recogniser was trained on, evenly picked.

    `small_domain`: those only that the small Whisper model of the tests can know (training/whisper); for its
    open speech nobody's commands, and reminders, which the dialogue does not know either.
    """
    held_out = [sentence for sentence in sentences() if sentence.held_out]
    if kind is Kind.OPEN:
        found = [each.text for each in held_out if _beyond(each)]
    else:
        found = [each.text for each in held_out if not _beyond(each)]
        if not small_domain:
            found += [text for text, _ in COMMANDS]
    return [found[index] for index in np.linspace(0, len(found) - 1, min(most, len(found))).astype(int)]


def _beyond(sentence: Sentence) -> bool:
    return sentence.open_speech or sentence.text.startswith("Remind")
