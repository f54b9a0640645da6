"""What is told on MQTT of what happens. Words only where the owner wants them told."""

from typing import Any

from assistant import events

STATES = {
    "idle": "idle",
    "listening": "listening",
    "user speaking": "listening",
    "paused": "listening",
    "thinking": "thinking",
    "speaking": "speaking",
    "ducked": "speaking",
    "held": "listening",
}
"""The turn machine's, as people would call them."""


def told(event: events.Event, *, words: bool) -> tuple[str, dict[str, Any]] | None:
    """Kind of the event and what is told of it; None for what is not."""
    here: dict[str, Any] = {"session": event.session, "turn": event.turn}
    said: dict[str, Any] = {}
    match event:
        case events.WakeWordJudged(accepted=True):
            return "wake", here | {"word": event.word, "probability": round(event.probability, 3)}
        case events.Heard():
            said = {"text": event.text} if words else said
            return "heard", here | {"engine": event.engine, "confidence": round(event.confidence, 3)} | said
        case events.Understood():
            said = {"text": event.text, "entities": list(event.entities)} if words else said
            return "understood", here | {
                "intent": event.intent,
                "confidence": round(event.confidence, 3),
            } | said
        case events.ServiceCalled():
            if words:
                said = {"arguments": event.arguments, "result": event.result, "error": event.error}
            return "did", here | {"service": event.service, "ok": event.ok} | said
        case events.Replied():
            return "said", here | {"source": event.source} | ({"text": event.text} if words else {})
        case events.TurnEnded():
            return "ended", here | {"outcome": event.outcome}
        case events.Trouble():
            return "trouble", here | {"part": event.part}
    return None


def state_of(event: events.Event) -> tuple[str, str] | None:
    """Session and state, of the assistant's own places. Conversations from elsewhere, whose names have a colon, come
    and go in any number."""
    if isinstance(event, events.StateChanged) and ":" not in event.session:
        return event.session, STATES.get(event.state, event.state)
    return None
