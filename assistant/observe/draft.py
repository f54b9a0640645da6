"""What is known of a turn while it lasts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assistant import events
from assistant.observe.lag import Lag
from assistant.observe.privacy import numbers_of, redacted, without_quotes
from assistant.observe.record import TurnTrace

MOST_OF_A_KIND = 64
"""Facts of a kind that are kept of a turn; the first count."""

At = Callable[[float], float]


@dataclass(slots=True)
class Draft:
    """Takes the events of one turn. Times are on the conversation's clock until `finish`."""

    keep_words: bool
    facts: dict[str, Any] = field(default_factory=dict)
    timed: dict[str, list[tuple[float, dict[str, Any]]]] = field(default_factory=dict)
    entities: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    words: dict[str, Any] = field(default_factory=dict)

    def take(self, event: events.Event) -> None:
        match event:
            case events.Heard():
                self._heard(event)
            case events.Understood():
                self._understood(event)
            case events.PauseJudged():
                reason = self._reason(event.reason)
                fact = {"completeness": event.completeness, "silence_s": event.silence_s, "reason": reason}
                self._add("pauses", event.at_s, fact)
            case events.ServiceCalled():
                took_s = round(event.took_s, 4)
                fact = {"service": event.service, "ok": event.ok, "took_s": took_s}
                self._add("services", event.at_s, fact)
                self._keep("services", {"service": event.service, "arguments": event.arguments})
            case events.Replied():
                fact = {"source": event.source, "characters": len(event.text)}
                self._add("replies", event.at_s, fact)
                self._keep("replies", event.text)
            case events.Spoken():
                self.facts |= {"interrupted": event.interrupted, "heard_characters": len(event.heard)}
                if self.keep_words:
                    self.words["heard"] = event.heard
            case events.StateChanged():
                self._add("states", event.at_s, {"state": event.state})
            case events.WakeWordJudged():
                fact = {"word": event.word, "probability": round(event.probability, 3)}
                self._add("wakes", event.at_s, fact | {"accepted": event.accepted})
            case events.Trouble():
                if event.part not in self.troubles:
                    self.troubles.append(event.part)
            case events.HeardSoFar() | events.TurnEnded() | events.NamesKnown() | events.NamesInUse():
                pass
            case events.AnswerBegan():
                began = {"event": "AnswerBegan", "source": event.source, "model": event.model}
                times = ("first_token_s", "first_clause_s", "gate_s")
                self._add(
                    "other", event.at_s, began | {each: round(getattr(event, each), 4) for each in times}
                )
            case _:  # of a part that came later
                fact = {"event": type(event).__name__} | numbers_of(event, keep_words=self.keep_words)
                self._add("other", event.at_s, fact)

    def finish(self, ended: events.TurnEnded, *, id: str, wall_s: At, lag: Lag | None) -> TurnTrace:
        """`wall_s`: from the conversation's clock to seconds since the epoch."""
        zero_s = ended.began_s if ended.speech_end_s is None else ended.speech_end_s
        timed: dict[str, Any] = {
            kind: [{"at_s": round(at_s - zero_s, 4)} | fact for at_s, fact in facts]
            for kind, facts in self.timed.items()
        }
        return TurnTrace(
            id=id,
            session=ended.session,
            turn=ended.turn,
            at=round(wall_s(zero_s), 4),
            began_s=round(min(ended.began_s - zero_s, 0.0), 4),
            outcome=ended.outcome,
            stages_s=dict(ended.stages_s),
            revisions=ended.revisions,
            counts=dict(ended.counts),
            lag_s={"max": lag.max_s, "p99": lag.p99_s} if lag is not None else {},
            entities=self.entities,
            troubles=self.troubles,
            words=redacted(self.words),
            **timed,
            **self.facts,
        )

    def _heard(self, event: events.Heard) -> None:
        asked = bool(event.decision and event.decision.get("asked_whisper"))
        recognition = {
            "confidence": round(event.confidence, 3),
            "reason": self._reason(event.reason),
            "took_s": round(event.took_s, 4),
            "asked_whisper": asked,
        }
        self.facts |= {"engine": event.engine, "recognition": recognition, "characters": len(event.text)}
        if self.keep_words:
            self.words["transcript"] = event.text

    def _understood(self, event: events.Understood) -> None:
        self.entities = [str(each.get("entity", "")) for each in event.entities][:MOST_OF_A_KIND]
        confidence = round(event.confidence, 3)
        self.facts |= {"intent": event.intent, "confidence": confidence, "characters": len(event.text)}
        if self.keep_words:
            self.words |= {"transcript": event.text, "entities": [dict(each) for each in event.entities]}

    def _reason(self, reason: str) -> str:
        return redacted(reason) if self.keep_words else without_quotes(reason)

    def _add(self, kind: str, at_s: float, fact: dict[str, Any]) -> None:
        known = self.timed.setdefault(kind, [])
        if len(known) < MOST_OF_A_KIND:
            known.append((at_s, fact))

    def _keep(self, kind: str, said: object) -> None:
        known = self.words.setdefault(kind, []) if self.keep_words else None
        if known is not None and len(known) < MOST_OF_A_KIND:
            known.append(said)
