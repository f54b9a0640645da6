"""One turn as a value: everything `assistant ask --json` prints."""

from dataclasses import asdict, dataclass, field
from typing import Any

from assistant import events


@dataclass(slots=True)
class TurnRecord:
    turn: int
    transcript: str = ""
    engine: str = "typed"
    recognition_confidence: float | None = None
    recognition_s: float = 0.0
    intent: str = ""
    confidence: float = 0.0
    entities: list[dict[str, Any]] = field(default_factory=list)
    services: list[dict[str, Any]] = field(default_factory=list)
    replies: list[dict[str, str]] = field(default_factory=list)
    troubles: list[dict[str, str]] = field(default_factory=list)
    outcome: str = ""
    stages_s: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


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
            case events.Understood():
                record.transcript = event.text
                record.intent, record.confidence = event.intent, round(event.confidence, 3)
                record.entities = list(event.entities)
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
