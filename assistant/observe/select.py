"""Which traces are meant: the latest, those since a time, of a session, the slowest, or one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from assistant.errors import UserError
from assistant.observe.record import TurnTrace

_AGO = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`last` of what the rest leaves; None: all. `since_s`: seconds since the epoch. `id`: its beginning."""

    last: int | None = None
    since_s: float | None = None
    session: str = ""
    id: str = ""

    def of(self, traces: Iterable[TurnTrace]) -> list[TurnTrace]:
        """The oldest first."""
        found = [trace for trace in traces if self._fits(trace)]
        found.sort(key=lambda trace: trace.at)
        return found if self.last is None else found[max(len(found) - self.last, 0) :]

    def _fits(self, trace: TurnTrace) -> bool:
        return (
            (self.since_s is None or trace.at >= self.since_s)
            and (not self.session or trace.session == self.session)
            and trace.id.startswith(self.id)
        )


def slowest(traces: Iterable[TurnTrace], count: int) -> list[TurnTrace]:
    """By the time to the first sound; the slowest first."""
    return sorted(traces, key=lambda trace: trace.answer_s, reverse=True)[:count]


def moment(text: str, now_s: float) -> float:
    """“90m”, “2h”, “3d”: so long ago; or a date, or date and time, as ISO writes it, in local time where it
    names no zone. Seconds since the epoch. Raises `UserError`."""
    ago = _AGO.fullmatch(text.strip())
    if ago is not None:
        return now_s - float(ago[1]) * _SECONDS[ago[2]]
    try:
        return datetime.fromisoformat(text.strip()).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise UserError(
            f"{text!r} is no time; one is 30m, 2h, 3d, 2026-01-31 or 2026-01-31T18:00.", exit_status=2
        ) from error
