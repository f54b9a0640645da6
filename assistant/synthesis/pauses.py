"""The silence between what is said: shorter behind a comma than behind a sentence, longest before a new paragraph."""

import re
from dataclasses import dataclass

import numpy as np

from assistant.synthesis.engine import Sound, shifted
from audio.frames import Pcm

LEAD_S = 0.03  # silence kept before the first sound of a clause
TAIL_S = 0.05  # and behind its last, in which a voice fades out
_STEP_S = 0.005
_SILENT = 0.02  # of the loudest step: below it nothing is heard beside speech

_PARAGRAPH = re.compile(r"\n[ \t\r]*\n")
_INSIDE = ",;:—–"


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds, at the voice's own speed."""

    clause_s: float = 0.12
    sentence_s: float = 0.30
    paragraph_s: float = 0.60

    def after(self, clause: str, gap: str) -> float:
        """Behind a written clause, with `gap` (white space) between it and the next, none behind the last. A
        clause that was cut where there is no punctuation has none."""
        if _PARAGRAPH.search(gap):
            return self.paragraph_s
        last = clause.rstrip("\"'”’)]*_`»")[-1:]
        if "\n" in gap or not gap or last in ".!?…":
            return self.clause_s if last and last in _INSIDE and not gap else self.sentence_s
        return self.clause_s if last and last in _INSIDE else 0.0


def with_pauses(text: str, clauses: list[str], pauses: Pauses) -> list[tuple[str, float]]:
    """Each clause of `text` (as `clauses.split` gives them) with the silence behind it."""
    result = []
    at = 0
    for clause in clauses:
        at = text.index(clause, at) + len(clause)
        rest = text[at:]
        gap = rest[: len(rest) - len(rest.lstrip())] if rest.strip() else ""
        result.append((clause, pauses.after(clause, gap)))
    return result


def trimmed(sound: Sound, rate_hz: int) -> Sound:
    """Without the silence that the engine put around it, so that every voice pauses alike."""
    loud = _loud_steps(sound.pcm, int(_STEP_S * rate_hz))
    if not len(loud):
        return sound
    step = int(_STEP_S * rate_hz)
    begin = max(0, int(loud[0]) * step - int(LEAD_S * rate_hz))
    end = min(len(sound.pcm), (int(loud[-1]) + 1) * step + int(TAIL_S * rate_hz))
    return Sound(sound.pcm[begin:end], shifted(sound.marks, -begin))


def _loud_steps(pcm: Pcm, step: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    whole = pcm[: len(pcm) // step * step].astype(np.float64).reshape(-1, step)
    level = np.sqrt((whole**2).mean(axis=1)) if len(whole) else np.zeros(0)
    return np.flatnonzero(level > max(_SILENT * level.max(initial=0.0), 1.0))
