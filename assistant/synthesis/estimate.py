"""When each word is spoken, where a voice does not say so: by the length of the words and the pauses in the sound.

A word takes about as long as it has letters to sound, and a pause in the sound most likely stands where the text
has a comma or a stop. Against the marks of flite's voices this is right to the word three times of four, and
hardly ever two words off; `tests/synthesis/test_estimate.py` keeps it so.
"""

import re
from dataclasses import dataclass

import numpy as np

from assistant.synthesis.base import Mark
from audio.frames import Pcm

_WORD = re.compile(r"\S*\w\S*")
_PUNCTUATION = ",;:.!?)…"
_FRAME_S = 0.01
_QUIET = 0.02  # of the loudest frame's power, square root taken: silence, and no fricative
_SHORTEST_PAUSE_S = 0.06
_PAUSE_LETTERS = 3.0  # what a comma takes where no pause is found for it, in letters


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    weight: float  # letters
    pause: bool  # punctuation stands behind it


def word_weight(word: str) -> float:
    """How long a word takes, in letters. Vowels last, doubled and final silent letters do not; every word has a
    beginning."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    letters = re.sub(r"(.)\1", r"\1", letters)
    sounded = re.sub(r"(?<=[a-z]{2})e$", "", letters)
    sounded = re.sub(r"[ct]h|sh|ph|ck|ng|gh", "x", sounded)
    vowels = len(re.findall(r"[aeiouy]+", sounded))
    return 0.6 + 0.75 * len(sounded) + 0.6 * vowels + 1.5 * sum(c.isdigit() for c in word)


def marks(text: str, pcm: Pcm, rate_hz: int) -> tuple[Mark, ...]:
    """A mark for each word of `text`, which `pcm` speaks."""
    words = [
        _Word(m.start(), m.end(), word_weight(m[0]), m[0][-1] in _PUNCTUATION) for m in _WORD.finditer(text)
    ]
    loud = _loud(pcm, rate_hz)
    if not words or not loud.any():
        return ()
    frame = int(_FRAME_S * rate_hz)
    first, last = int(np.flatnonzero(loud)[0]), int(np.flatnonzero(loud)[-1]) + 1
    found: list[Mark] = []
    for (begin, end), group in _paired(_stretches(loud, first, last), _phrases(words)):
        total = sum(w.weight + (_PAUSE_LETTERS if w.pause and w is not group[-1] else 0.0) for w in group)
        at = 0.0
        for word in group:
            sample = int((begin + (end - begin) * at / total) * frame)
            found.append(Mark(sample, word.start, word.end))
            at += word.weight + (_PAUSE_LETTERS if word.pause else 0.0)
    return tuple(found)


def _loud(pcm: Pcm, rate_hz: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Of each frame, whether there is speech in it."""
    frame = int(_FRAME_S * rate_hz)
    whole = pcm[: len(pcm) // frame * frame].astype(np.float64).reshape(-1, frame)
    level = np.sqrt((whole**2).mean(axis=1)) if len(whole) else np.zeros(0)
    return np.asarray(level > max(_QUIET * level.max(initial=0.0), 1.0))


def _stretches(
    loud: np.ndarray[tuple[int], np.dtype[np.bool_]], first: int, last: int
) -> list[tuple[int, int]]:
    """Stretches of speech between pauses, in frames."""
    least = round(_SHORTEST_PAUSE_S / _FRAME_S)
    stretches, begin, quiet = [], first, 0
    for index in range(first, last):
        if loud[index]:
            if quiet >= least:
                stretches.append((begin, index - quiet))
                begin = index
            quiet = 0
        else:
            quiet += 1
    return [*stretches, (begin, last)]


def _phrases(words: list[_Word]) -> list[list[_Word]]:
    phrases: list[list[_Word]] = [[]]
    for word in words:
        phrases[-1].append(word)
        if word.pause:
            phrases.append([])
    return [phrase for phrase in phrases if phrase]


def _paired(
    stretches: list[tuple[int, int]], phrases: list[list[_Word]]
) -> list[tuple[tuple[int, int], list[_Word]]]:
    """Phrases with the stretches that they fill. Pauses that no punctuation asks for (a stop consonant is one,
    too) are closed, and commas that nobody pauses at are passed over, so that lengths fit best."""
    if len(stretches) == 1 or len(phrases) == 1:
        return [((stretches[0][0], stretches[-1][1]), [word for phrase in phrases for word in phrase])]
    begin, end = stretches[0][0], stretches[-1][1]
    total = sum(word.weight for phrase in phrases for word in phrase)
    spoken = sum(b - a for a, b in stretches)
    # Each comma takes the pause that lies nearest to where it is expected, if it is near at all.
    cuts: list[tuple[int, int]] = []  # after so many phrases, after so many stretches
    weight, taken = 0.0, 0
    for number, phrase in enumerate(phrases[:-1], 1):
        weight += sum(word.weight for word in phrase)
        expected = spoken * weight / total
        best, distance = 0, 0.12 * spoken + 15.0
        for after in range(taken + 1, len(stretches)):
            filled = sum(b - a for a, b in stretches[:after])
            pause = stretches[after][0] - stretches[after - 1][1]
            off = abs(filled - expected) - min(pause, 30)  # a long pause is more likely the comma's
            if off < distance:
                best, distance = after, off
        if best:
            cuts.append((number, best))
            taken = best
    result, phrase_at, stretch_at = [], 0, 0
    for number, after in [*cuts, (len(phrases), len(stretches))]:
        group = [word for phrase in phrases[phrase_at:number] for word in phrase]
        span = (
            stretches[stretch_at][0] if stretch_at else begin,
            stretches[after - 1][1] if after < len(stretches) else end,
        )
        result.append((span, group))
        phrase_at, stretch_at = number, after
    return result
