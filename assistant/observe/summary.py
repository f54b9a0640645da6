"""Percentiles over many turns."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from assistant.observe.parts import NAMES
from assistant.observe.record import TurnTrace
from assistant.observe.trace import STAGES

PERCENTILES = (50, 90, 95, 99)


@dataclass(frozen=True, slots=True)
class Row:
    """Seconds; between two turns the percentiles are interpolated linearly."""

    name: str
    count: int
    p50: float
    p90: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Summary:
    """`stages`: after the end of speech. `parts`: how long each took, with `overhead` and `loop lag` (the
    greatest of each turn). `lost`: sums of what was lost. What no turn has is left out."""

    turns: int
    stages: tuple[Row, ...]
    parts: tuple[Row, ...]
    outcomes: dict[str, int]
    lost: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def summary(traces: Sequence[TurnTrace]) -> Summary:
    stages = (_row(stage, (t.stages_s[stage] for t in traces if stage in t.stages_s)) for stage in STAGES)
    took = {name: [p.took_s for t in traces for p in t.parts if p.name == name] for name in NAMES}
    took["overhead"] = [t.overhead_s for t in traces if t.overhead_s is not None]
    took["loop lag"] = [t.lag_s["max"] for t in traces if "max" in t.lag_s]
    parts = (_row(name, values) for name, values in took.items())
    outcomes: dict[str, int] = {}
    lost: dict[str, int] = {}
    for trace in traces:
        outcomes[trace.outcome] = outcomes.get(trace.outcome, 0) + 1
        for name, count in trace.counts.items():
            lost[name] = lost.get(name, 0) + count
    return Summary(
        len(traces),
        tuple(row for row in stages if row is not None),
        tuple(row for row in parts if row is not None),
        outcomes,
        lost,
    )


def _row(name: str, values: Iterable[float]) -> Row | None:
    seconds = list(values)
    if not seconds:
        return None
    found = [round(float(each), 4) for each in np.percentile(seconds, PERCENTILES)]
    return Row(name, len(seconds), *found)
