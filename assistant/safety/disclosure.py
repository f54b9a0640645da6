"""People who are answered by a language model are told so: before its first words at each place, and again where they
talk with it for hours.

What the rules of the dialogue answer needs no such sentence: whoever says "turn on the light" to a box knows what it
is.
"""

import contextlib
import json
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_log = logging.getLogger(__name__)

FIRST = "I'm an AI, and a language model writes what I say now. It may be wrong."
AGAIN = "I say it now and then: I'm an AI."
SENTENCES = (FIRST, AGAIN)

AGAIN_S = 3 * 3600.0
"""As New York's law on AI companions has it (General Business Law, article 47)."""
REST_S = 1800.0
"""After so long without an answer of a model a new conversation begins."""
MOST_PLACES = 256


@dataclass(slots=True)
class _Place:
    told_at: float
    began_at: float
    seen_at: float


class Disclosure:
    """`path`: where it is kept who knows it already; None: nowhere. `now`: seconds since the epoch. Loop thread; it
    writes a line or two once for each place."""

    def __init__(self, path: Path | None = None, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = now
        self._places: dict[str, _Place] = {}
        for place, told_at in _read(path).items():
            self._places[place] = _Place(told_at, told_at, told_at)

    def occasion(self, place: str) -> str:
        """`first contact`, `now and then`, or empty where nothing has to be said. It then counts as said."""
        now = self._now()
        known = self._places.get(place)
        if known is None:
            self._places[place] = _Place(now, now, now)
            self._keep()
            return "first contact"
        if now - known.seen_at > REST_S:
            known.began_at = now
        known.seen_at = now
        if now - max(known.told_at, known.began_at) < AGAIN_S:
            return ""
        known.told_at = now
        return "now and then"

    def _keep(self) -> None:
        while len(self._places) > MOST_PLACES:
            del self._places[next(iter(self._places))]
        if self._path is None:
            return
        told = {place: each.told_at for place, each in self._places.items()}
        new = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps(told), "utf-8")
            new.replace(self._path)
        except OSError as error:  # it is said once more after the next start
            _log.warning("%s cannot be written: %s", self._path, error.strerror)
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)


def sentence_for(occasion: str) -> str:
    return {"first contact": FIRST, "now and then": AGAIN}.get(occasion, "")


def _read(path: Path | None) -> dict[str, float]:
    """What cannot be read counts as never said."""
    if path is None:
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
        return {str(place): float(at) for place, at in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
