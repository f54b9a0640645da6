"""Traces for tests, of turns whose times are easy to add up."""

from typing import Any

from assistant.observe.record import TurnTrace

STAGES_S = {
    "end_of_turn": 0.3,
    "transcript": 0.2,
    "intent": 0.25,
    "asked": 0.31,
    "first_text": 0.36,
    "voice": 0.37,
    "first_clause": 0.4,
    "first_pcm": 0.41,
    "first_sound": 0.45,
    "done": 1.5,
}


def trace(number: int = 1, **facts: Any) -> TurnTrace:
    """The answered turn `number` of the session `here`, at as many seconds of the epoch."""
    known: dict[str, Any] = {
        "id": f"{number:032x}",
        "session": "here",
        "turn": number,
        "at": float(number),
        "began_s": -1.0,
        "outcome": "answered",
        "stages_s": STAGES_S,
        "engine": "sphinx",
        "recognition": {"confidence": 0.9, "reason": "sure", "took_s": 0.1, "asked_whisper": False},
        "intent": "ask_time",
        "confidence": 0.9,
        "services": [{"at_s": 0.35, "service": "clock.time", "ok": True, "took_s": 0.02}],
    }
    return TurnTrace(**known | facts)
