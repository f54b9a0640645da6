"""A conversation as lines of text: what was heard, understood, done and said, and the time of each stage."""

import json
import sys
from collections.abc import Callable
from typing import Any, TextIO

from assistant import events

LABEL_WIDTH = 11

STAGE_NAMES = {
    "end_of_turn": "end of turn",
    "transcript": "transcript",
    "intent": "intent",
    "first_text": "first text",
    "first_clause": "first clause",
    "first_sound": "first sound",
    "done": "done",
}


class Console:
    """An observer of the bus that prints. `timings=False` leaves the stage times out."""

    def __init__(self, out: TextIO | None = None, *, timings: bool = True) -> None:
        self._out = out or sys.stdout
        self._timings = timings

    def line(self, label: str, text: str) -> None:
        print(f"{label:<{LABEL_WIDTH}}{text}", file=self._out, flush=True)

    def __call__(self, event: events.Event) -> None:
        writer = _WRITERS.get(type(event))
        if writer is not None and (self._timings or not isinstance(event, _TIMINGS)):
            for label, text in writer(event):
                self.line(label, text)


Lines = list[tuple[str, str]]


def _heard(event: events.Heard) -> Lines:
    if not event.text:
        heard = f"nothing ({event.reason})" if event.reason else "nothing"
    else:
        heard = f"“{event.text}”  ({event.engine}, {event.confidence:.2f})"
    return [("heard", heard), *_asked(event)]


def _asked(event: events.Heard) -> Lines:
    """Where two recognisers were asked: why, and what the other one heard."""
    if event.decision is None or not event.decision["asked_whisper"] or not event.text:
        return []
    other = event.decision["embedded" if event.engine == "whisper" else "whisper"]
    instead = f"; the other heard “{other['text']}” ({other['confidence']:.2f})" if other else ""
    return [("because", f"{event.reason}{instead}")]


def _judged(event: events.WakeWordJudged) -> Lines:
    if event.accepted:
        return []
    return [("ignored", f"{event.word.replace('_', ' ')} {event.probability:.2f}  ({event.reason})")]


def _understood(event: events.Understood) -> Lines:
    entities = ", ".join(f"{entity['entity']}={entity['value']}" for entity in event.entities)
    return [("understood", f"{event.intent} {event.confidence:.2f}" + (f"  {entities}" if entities else ""))]


def _pause(event: events.PauseJudged) -> Lines:
    because = f": {event.reason}" if event.reason else ""
    return [("pause", f"{event.completeness}{because}  (over after {event.silence_s * 1000:.0f} ms)")]


def _did(event: events.ServiceCalled) -> Lines:
    outcome = _short(event.result) if event.ok else f"refused: {event.error}"
    return [("did", f"{event.service} {_short(event.arguments)} → {outcome}  ({event.took_s * 1000:.0f} ms)")]


def _said(event: events.Replied) -> Lines:
    return [("said", f"“{event.text}”  ({event.source})")]


def _spoken(event: events.Spoken) -> Lines:
    return [("interrupted", f"after “{event.heard}”")] if event.interrupted else []


def _trouble(event: events.Trouble) -> Lines:
    return [("trouble", f"{event.part}: {event.text}")]


def _ended(event: events.TurnEnded) -> Lines:
    shown = [(STAGE_NAMES[stage], at_s) for stage, at_s in event.stages_s.items() if stage in STAGE_NAMES]
    stages = " · ".join(f"{name} {at_s * 1000:.0f}" for name, at_s in shown)
    return [("times", f"{stages}  (ms after the end of speech)"), ("", "")] if stages else []


_TIMINGS = (events.PauseJudged, events.TurnEnded)

_WRITERS: dict[type[events.Event], Callable[[Any], Lines]] = {
    events.Heard: _heard,
    events.WakeWordJudged: _judged,
    events.Understood: _understood,
    events.PauseJudged: _pause,
    events.ServiceCalled: _did,
    events.Replied: _said,
    events.Spoken: _spoken,
    events.Trouble: _trouble,
    events.TurnEnded: _ended,
}


def _short(value: Any, limit: int = 72) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else text[: limit - 1] + "…"
