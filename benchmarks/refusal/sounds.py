"""Sounds that a recogniser may hear: commands of its domain, and all the rest.

Sentences are spoken by flite's voices at several speeds and pitches. Recordings of people come from folders
that the caller names; nothing recorded is part of the project.
"""

import random
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.dialogue.training_data import TrainingData, read_examples
from assistant.recognition.compounds import words_in
from assistant.recognition.spoken_words import spoken_words
from audio.files import read
from audio.frames import SAMPLE_RATE_HZ, Pcm
from benchmarks.commands import COMMANDS
from benchmarks.noise import household_noise, mixed
from benchmarks.sampled import sample_sentences

HERE = Path(__file__).parent
Samples = npt.NDArray[np.float64]

PITCH_HZ = {"slt": 180, "rms": 100, "awb": 125}
SNR_DB = (None, 24.0, 12.0)
NOISES = ("white", "household", "cough", "music", "hum", "steps")

OPEN, RECORDED = "open speech, synthetic", "open speech, recorded"
NEAR = "near misses, synthetic"
OTHER, OTHER_RECORDED = "other domain's commands, synthetic", "other domain's commands, recorded"
NOISE = "noise and music, synthetic"


@dataclass(frozen=True, slots=True)
class Sound:
    """`words` is what was said, where that is known; `slots` what was ordered, for a recorded command."""

    kind: str
    speaker: str
    pcm: Pcm
    words: str = ""
    slots: dict[str, str] | None = None
    snr_db: float | None = None


class Studio:
    """Makes sounds; equal seeds make equal sounds."""

    def __init__(self, seed: int, noise: Pcm | None = None) -> None:
        self._random = random.Random(seed)
        self._rng = np.random.default_rng(seed)
        self._noise = household_noise(60.0, self._rng) if noise is None else noise

    def spoken(self, kind: str, text: str, snr_db: float | None = None, voice: str = "") -> Sound:
        """By a flite voice, at 85 to 125 % of its usual length and 85 to 120 % of its pitch, silence around it."""
        voice = voice or self._random.choice(tuple(PITCH_HZ))
        stretch = self._random.uniform(0.85, 1.25)
        pitch_hz = PITCH_HZ[voice] * self._random.uniform(0.85, 1.2)
        sound = Sound(kind, voice, self._padded(_flite(text, voice, stretch, pitch_hz)), text)
        return self.in_noise(sound, snr_db)

    def in_noise(self, sound: Sound, snr_db: float | None) -> Sound:
        if snr_db is None:
            return sound
        return replace(sound, pcm=mixed(sound.pcm, self._noise, snr_db, self._rng), snr_db=snr_db)

    def recordings(self, kind: str, folder: Path, most_s: float = 6.0) -> Iterator[Sound]:
        """Everything that libsndfile reads below `folder`, in pieces; the speaker is the folder it lies in."""
        for path in sorted(each for each in folder.rglob("*") if each.suffix in (".wav", ".flac", ".ogg")):
            pcm = read(path)
            for start in range(0, pcm.size, int(most_s * SAMPLE_RATE_HZ)):
                piece = pcm[start : start + int(most_s * SAMPLE_RATE_HZ)]
                if piece.size > SAMPLE_RATE_HZ:
                    yield Sound(kind, path.parent.name, self._padded(piece), path.stem)

    def noise(self, what: str) -> Sound:
        seconds = self._rng.uniform(1.2, 4.0)
        pcm = _noise(what, seconds, self._rng) if what != "household" else household_noise(seconds, self._rng)
        return Sound(NOISE, what, self._padded(pcm))

    def _padded(self, pcm: Pcm) -> Pcm:
        lead, trail = self._rng.uniform(0.2, 0.5), self._rng.uniform(0.5, 0.7)
        return np.pad(pcm, (int(lead * SAMPLE_RATE_HZ), int(trail * SAMPLE_RATE_HZ)))


def trimmed(sound: Sound) -> Sound:
    """As a turn is cut: 0.4 s before the first loud moment to 0.6 s after the last. Before noise is added."""
    block = SAMPLE_RATE_HZ // 100
    blocks = sound.pcm[: sound.pcm.size // block * block].reshape(-1, block).astype(np.float64)
    level = np.sqrt((blocks**2).mean(axis=1))
    loud = level > max(3.0 * float(np.percentile(level, 10)), 0.03 * float(level.max()))
    lasting = np.flatnonzero(np.convolve(loud, np.ones(5), "same") >= 4)
    if not lasting.size:
        return sound
    start, end = lasting[0] * block - 0.4 * SAMPLE_RATE_HZ, lasting[-1] * block + 0.6 * SAMPLE_RATE_HZ
    return replace(sound, pcm=sound.pcm[max(0, int(start)) : int(end)])


def lines(name: str) -> list[str]:
    return (HERE / name).read_text(encoding="utf-8").splitlines()


def home_commands(heldout: Path) -> list[str]:
    """Sentences that are not in the training data; some have words that it does not know."""
    held_out = [
        " ".join(spoken_words(each.text)) for each in read_examples(heldout) if each.intent != "out_of_scope"
    ]
    return [text for text, _ in COMMANDS] + held_out


def sampled_commands(data: TrainingData, count: int, seed: int) -> list[str]:
    sentences = {words_in(words) for words in sample_sentences(data, 4 * count, seed)}
    return random.Random(seed).sample(sorted(sentences), count)


def _flite(text: str, voice: str, stretch: float, pitch_hz: float) -> Pcm:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        settings = ["--setf", f"duration_stretch={stretch}", "--setf", f"int_f0_target_mean={pitch_hz}"]
        subprocess.run(
            ["flite", "-voice", voice, *settings, "-t", text, "-o", str(path)], check=True, timeout=60
        )
        return read(path)


def _noise(what: str, seconds: float, rng: np.random.Generator) -> Pcm:
    samples = int(seconds * SAMPLE_RATE_HZ)
    time_s = np.arange(samples) / SAMPLE_RATE_HZ
    sound = rng.normal(0.0, 30.0, samples)
    if what == "white":
        sound *= 10.0 ** rng.uniform(0.0, 2.0)
    elif what == "hum":
        hum = np.sin(2 * np.pi * rng.uniform(90, 250) * time_s) * (1.0 + 0.3 * np.sin(8 * np.pi * time_s))
        sound += 2000.0 * hum
    elif what == "music":
        for start in range(0, samples, SAMPLE_RATE_HZ // 2):
            _add(sound, start, rng.uniform(500, 2000) * _chord(rng))
    elif what == "cough":
        for start in rng.integers(0, samples // 2, int(rng.integers(1, 4))):
            _add(sound, int(start), 6000.0 * _burst(rng.uniform(0.04, 0.12), rng.uniform(500, 1500), rng))
    elif what == "steps":
        for start in range(0, samples, int(rng.uniform(0.3, 0.6) * SAMPLE_RATE_HZ)):
            _add(sound, start, 4000.0 * _burst(rng.uniform(0.005, 0.03), rng.uniform(100, 400), rng))
    else:
        raise ValueError(f"no noise is called {what}")
    result: Pcm = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
    return result


def _add(sound: Samples, start: int, part: Samples) -> None:
    sound[start : start + part.size] += part[: sound.size - start]


def _chord(rng: np.random.Generator) -> Samples:
    """Three tones with five overtones each, dying away over half a second."""
    time_s = np.arange(SAMPLE_RATE_HZ // 2) / SAMPLE_RATE_HZ
    root_hz = 110.0 * 2.0 ** (rng.integers(0, 24) / 12)
    tones_hz = root_hz * 2.0 ** (rng.choice([0, 3, 4, 7, 9, 12], 3, replace=False) / 12)
    overtones = [
        np.sin(2 * np.pi * tone * overtone * time_s) / overtone
        for tone in tones_hz
        for overtone in range(1, 6)
    ]
    chord: Samples = np.sum(overtones, axis=0) * np.exp(-time_s * rng.uniform(1.0, 5.0))
    return chord / float(np.abs(chord).max())


def _burst(decay_s: float, resonance_hz: float, rng: np.random.Generator) -> Samples:
    """Noise that dies away, through a resonance."""
    time_s = np.arange(int(6 * decay_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    short_s = np.arange(200) / SAMPLE_RATE_HZ
    ringing = np.exp(-short_s / 0.004) * np.cos(2 * np.pi * resonance_hz * short_s)
    burst: Samples = np.convolve(rng.standard_normal(time_s.size) * np.exp(-time_s / decay_s), ringing)
    return burst / float(np.abs(burst).max())
