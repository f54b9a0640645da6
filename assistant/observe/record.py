"""The trace of a turn as it is kept: one JSON object."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from assistant.observe.parts import Part, overhead_s, parts


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTrace:
    """What a turn did and when. All times within it are seconds after the end of speech (of a typed turn:
    after its entry; of an announcement: after its beginning), which was at `at`, in seconds since the epoch.

    It holds no word that was said, unless `words` does, which the owner has to ask for.
    """

    id: str  # 32 hexadecimal digits, as of an OpenTelemetry trace
    session: str
    turn: int
    at: float
    began_s: float = 0.0  # the turn's beginning: not after the end of speech
    outcome: str = ""
    stages_s: dict[str, float] = field(default_factory=dict)
    engine: str = ""  # the recogniser whose words were taken; empty: nothing was recognised
    recognition: dict[str, Any] = field(default_factory=dict)  # confidence, reason, took_s, asked_whisper
    intent: str = ""
    confidence: float = 0.0
    entities: list[str] = field(default_factory=list)  # their kinds
    characters: int = 0  # of what was said
    revisions: int = 0
    pauses: list[dict[str, Any]] = field(default_factory=list)
    services: list[dict[str, Any]] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)
    interrupted: bool = False
    heard_characters: int = 0  # of the reply
    wakes: list[dict[str, Any]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)  # the parts that had them
    other: list[dict[str, Any]] = field(default_factory=list)  # what else was told of the turn
    counts: dict[str, int] = field(default_factory=dict)
    lag_s: dict[str, float] = field(default_factory=dict)
    words: dict[str, Any] = field(default_factory=dict)

    @property
    def recognition_s(self) -> float:
        return float(self.recognition.get("took_s", 0.0))

    @property
    def parts(self) -> list[Part]:
        return parts(self.stages_s, self.recognition_s)

    @property
    def overhead_s(self) -> float | None:
        return overhead_s(self.stages_s, self.recognition_s)

    @property
    def answer_s(self) -> float:
        """To the first sound, or what came last of a turn without; 0 when nothing was timed."""
        return self.stages_s.get("first_sound", max(self.stages_s.values(), default=0.0))

    def as_dict(self) -> dict[str, Any]:
        """With `overhead_s`, which is derived."""
        return asdict(self) | {"overhead_s": self.overhead_s}

    def line(self) -> str:
        """One line of JSON, without its end."""
        return json.dumps(self.as_dict(), ensure_ascii=False, separators=(",", ":"), default=str)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Unknown names are of a newer version, and ignored. Raises `ValueError` for what is no trace."""
        try:
            trace = cls(**{each.name: values[each.name] for each in fields(cls) if each.name in values})
        except TypeError as error:
            raise ValueError(str(error)) from error
        _check(trace)
        return trace

    @classmethod
    def from_line(cls, line: str | bytes) -> Self:
        """Raises `ValueError` for a line that is broken."""
        values = json.loads(line)
        if not isinstance(values, dict):
            raise ValueError("no JSON object")
        return cls.from_dict(values)


_NUMBERS = ("turn", "at", "began_s", "confidence", "characters", "revisions", "heard_characters")
_TEXTS = ("id", "session", "outcome", "engine", "intent")
_LISTS = ("pauses", "services", "replies", "states", "wakes", "other")
_TABLES = ("stages_s", "recognition", "counts", "lag_s", "words")


def _check(trace: TurnTrace) -> None:
    good = (
        all(_number(getattr(trace, name)) for name in _NUMBERS)
        and all(isinstance(getattr(trace, name), str) for name in _TEXTS)
        and all(isinstance(getattr(trace, name), dict) for name in _TABLES)
        and all(
            isinstance(getattr(trace, name), list) and all(isinstance(x, dict) for x in getattr(trace, name))
            for name in _LISTS
        )
        and all(_number(each) for each in (*trace.stages_s.values(), *trace.lag_s.values()))
        and _number(trace.recognition.get("took_s", 0.0))
        and len(trace.id) == 32
        and set(trace.id) <= set("0123456789abcdef")
    )
    if not good:
        raise ValueError("no trace of a turn")


def _number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
