"""What the router decided in a turn, and on what grounds: for the trace, where a person can look it up."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the understanding makes of a transcript.

    `confidence` (0..1) that it is something the assistant can act on; 0 where the understanding itself says
    that it is not. `free_words`: what of it could be any words, such as the thing to go on a list.
    """

    confidence: float
    intent: str = ""
    free_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one recogniser heard. `meaning` is None where nobody asked the understanding, or it was not there."""

    text: str
    confidence: float
    reason: str = ""
    took_s: float = 0.0  # from the end of the utterance to this result
    meaning: Meaning | None = None

    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = {"text": self.text, "confidence": round(self.confidence, 3)}
        if self.reason:
            facts["reason"] = self.reason
        facts["took_s"] = round(self.took_s, 4)
        if self.meaning is not None:
            facts |= {"intent": self.meaning.intent, "intent_confidence": round(self.meaning.confidence, 3)}
        return facts


@dataclass(frozen=True, slots=True)
class Decision:
    """Whose words were taken and why. An engine that was not asked, failed or came too late has no opinion."""

    reason: str
    embedded: Opinion | None = None
    whisper: Opinion | None = None
    asked_whisper: bool = False
    ahead: bool = False  # Whisper was begun before the embedded recogniser was done
    took_s: float = field(default=0.0)

    def facts(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "reason": self.reason,
            "embedded": self.embedded.facts() if self.embedded is not None else None,
            "whisper": self.whisper.facts() if self.whisper is not None else None,
            "asked_whisper": self.asked_whisper,
            "ahead": self.ahead,
            "took_s": round(self.took_s, 4),
        }
