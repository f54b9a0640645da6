"""One turn as a value: everything `assistant ask --json` prints."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from assistant import events


@dataclass(slots=True)
class TurnRecord:
    turn: int
    transcript: str = ""
    engine: str = "typed"
    recognition_confidence: float | None = None
    recognition_s: float = 0.0
    recognition: dict[str, Any] | None = None  # the router's decision and its grounds
    intent: str = ""
    confidence: float = 0.0
    entities: list[dict[str, Any]] = field(default_factory=list)
    services: list[dict[str, Any]] = field(default_factory=list)
    replies: list[dict[str, str]] = field(default_factory=list)
    troubles: list[dict[str, str]] = field(default_factory=list)
    outcome: str = ""
    stages_s: dict[str, float] = field(default_factory=dict)
    pauses: list[dict[str, Any]] = field(default_factory=list)
    """What each pause of the speech was taken for, the last of which ended the turn."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The record that another process made. Raises `TypeError` when it lacks its number."""
        names = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in names})

    def events(self, session: str) -> Iterator[events.Event]:
        """What an observer would have been told, as far as it is in the record."""
        here: dict[str, Any] = {"at_s": 0.0, "session": session, "turn": self.turn}
        if self.intent:
            yield events.Understood(
                **here,
                text=self.transcript,
                intent=self.intent,
                confidence=self.confidence,
                entities=tuple(self.entities),
            )
        for call in self.services:
            yield events.ServiceCalled(
                **here,
                service=call["service"],
                arguments=call["input"],
                ok=call["ok"],
                result=call.get("result"),
                error=call.get("error", ""),
                took_s=call["took_s"],
            )
        for reply in self.replies:
            yield events.Replied(**here, text=reply["text"], source=reply["source"])
        for trouble in self.troubles:
            yield events.Trouble(**here, part=trouble["part"], text=trouble["text"])
        yield events.TurnEnded(**here, outcome=self.outcome, stages_s=self.stages_s)


class Recorder:
    """An observer of the bus that keeps the turns of one session until they are taken. At most 1000."""

    def __init__(self, session: str) -> None:
        self._session = session
        self.turns: dict[int, TurnRecord] = {}

    def __call__(self, event: events.Event) -> None:
        if event.session != self._session or (len(self.turns) >= 1000 and event.turn not in self.turns):
            return
        record = self.turns.setdefault(event.turn, TurnRecord(event.turn))
        match event:
            case events.Heard():
                record.transcript, record.engine = event.text, event.engine
                record.recognition_s = round(event.took_s, 4)
                record.recognition_confidence = round(event.confidence, 3)
                record.recognition = event.decision
            case events.Understood():
                record.transcript = event.text
                record.intent, record.confidence = event.intent, round(event.confidence, 3)
                record.entities = list(event.entities)
            case events.PauseJudged():
                pause = {"completeness": event.completeness, "silence_s": event.silence_s}
                record.pauses.append(pause | {"reason": event.reason})
            case events.ServiceCalled():
                call: dict[str, Any] = {"service": event.service, "input": event.arguments, "ok": event.ok}
                call |= {"result": event.result} if event.ok else {"error": event.error}
                record.services.append(call | {"took_s": round(event.took_s, 4)})
            case events.Replied():
                record.replies.append({"text": event.text, "source": event.source})
            case events.Trouble():
                record.troubles.append({"part": event.part, "text": event.text})
            case events.TurnEnded():
                record.outcome, record.stages_s = event.outcome, dict(event.stages_s)
            case _:
                pass
