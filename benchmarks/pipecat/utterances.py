"""What is said: commands in one breath, and the same kind with a pause for thought before they are finished.

The pause is cut into the sentence as it was spoken whole, at the end of a word, so that the voice does not fall
before it: a voice that falls says that the turn is over, and a model that listens to the voice would be misled.
"""

import itertools
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from audio.files import read
from audio.frames import SAMPLE_RATE_HZ
from benchmarks.samples import VOICES, Kind, texts

PAUSES_S = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
UNFINISHED = ("for", "and", "to", "the")
"""Words that a command cannot end with, the most telling first."""
QUESTION = "What is on my shopping list?"
"""Its answer is long enough to be interrupted, once `ITEMS` are on the list."""
ITEMS = ("milk", "bread", "butter", "apples", "coffee", "eggs", "rice", "cheese")
INTERRUPTION = "Turn off the kitchen light."


@dataclass(frozen=True)
class Utterance:
    """`pause_s` of silence lies somewhere inside; 0: none does."""

    text: str
    path: Path
    pause_s: float = 0.0


def commands(count: int) -> list[str]:
    """Held-out sentences that the fixture model understands; no timer that would ring during the run."""
    found = [text for text in texts(Kind.COMMAND, 400, small_domain=True) if lasting(text)]
    return [found[index] for index in np.linspace(0, len(found) - 1, min(count, len(found))).astype(int)]


def lasting(text: str) -> bool:
    """Whether it sets no timer below half an hour."""
    return "timer" not in text or re.search(r"\b(30 minutes|one hour)\b", text) is not None


def in_one_breath(count: int, folder: Path) -> list[Utterance]:
    """Commands, by each voice in turn."""
    voices = itertools.cycle(VOICES)
    return [say(text, next(voices), folder / f"plain-{n:03}.wav") for n, text in enumerate(commands(count))]


def with_pauses(count: int, folder: Path) -> list[Utterance]:
    """Commands with a pause where nobody has finished yet, 0.3 to 0.8 s long."""
    split = [(text, begun) for text in commands(4 * count) if (begun := beginning(text))]
    picked = [split[index] for index in np.linspace(0, len(split) - 1, min(count, len(split))).astype(int)]
    made = []
    for number, (text, begun) in enumerate(picked):
        # A new round of lengths begins with another voice, or each length would have a voice of its own.
        voice = VOICES[(number + number // len(PAUSES_S)) % len(VOICES)]
        pause_s = PAUSES_S[number % len(PAUSES_S)]
        made.append(hesitating(text, begun, pause_s, voice, folder / f"pause-{number:03}.wav"))
    return made


def beginning(text: str) -> str:
    """The part before the pause; empty when there is no place for one."""
    words = text.split()
    for telling in UNFINISHED:
        places = [n for n, word in enumerate(words[:-1]) if word == telling and n > 0]
        if places:
            return " ".join(words[: places[-1] + 1])
    return ""


def say(text: str, voice: str, path: Path) -> Utterance:
    timed(text, voice, path)
    return Utterance(text, path)


def hesitating(text: str, begun: str, pause_s: float, voice: str, path: Path) -> Utterance:
    """`text` with silence behind `begun`. Raises ValueError when the two are not pronounced alike so far."""
    first = [phone for phone, _ in spoken(timed(begun, voice, path.with_suffix(".part.wav")))]
    whole = spoken(timed(text, voice, path))
    # The vowel of a last word (“the”, “to”) depends on what follows.
    if [phone for phone, _ in whole[: len(first) - 1]] != first[:-1]:
        raise ValueError(f"“{begun}” is pronounced in another way in “{text}”")
    sound = read(path)
    place = round(whole[len(first) - 1][1] * SAMPLE_RATE_HZ)
    silence = np.zeros(round(pause_s * SAMPLE_RATE_HZ), np.int16)
    soundfile.write(path, np.concatenate((sound[:place], silence, sound[place:])), SAMPLE_RATE_HZ)
    return Utterance(text, path, pause_s)


def timed(text: str, voice: str, path: Path) -> list[tuple[str, float]]:
    """Speak into the file; each phone and when it ends, in seconds."""
    command = ["flite", "-voice", voice, "-t", text, "-psdur", "-o", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return phones(done.stdout)


def phones(listing: str) -> list[tuple[str, float]]:
    """flite's own listing, `phone:end phone:end …`."""
    return [(phone, float(end)) for phone, end in (word.split(":") for word in listing.split())]


def spoken(phones: list[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(phone, end) for phone, end in phones if phone != "pau"]
