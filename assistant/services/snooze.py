"""`Snooze`, `ten more minutes`: what rings, or has rung a moment ago, rings again a little later."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from pydantic import Field

from assistant.services.announcements import spoken_name
from assistant.services.durations import seconds_of, spoken_duration
from assistant.services.moments import spoken_moment
from assistant.services.restore import undo_of
from assistant.services.scheduler import after_ringing
from assistant.services.service import Done, Input, Origin, Risk, ServiceError, service
from assistant.services.time import Clock
from assistant.storage.due import Due, DueTable, Kind, State

USUAL_S = 9 * 60.0  # as long as clock radios have it
LONGEST_S = 12 * 3_600.0
_RECENT_S = 1_800.0  # nobody who snoozes means what rang longer ago


class SnoozeInput(Input):
    duration: float | str = Field("", description="How much later; nine minutes where it is not said.")


class SnoozeServices:
    """`changed` is called afterwards, so that the scheduler looks again. `zone`: the owner's."""

    def __init__(self, table: DueTable, clock: Clock, zone: tzinfo, changed: Callable[[], None]) -> None:
        self._table = table
        self._clock = clock
        self._zone = zone
        self._changed = changed

    @service("alarms.snooze", "Let what rings, or rang last, ring again a little later.", Risk.REVERSIBLE)
    async def snooze(self, asked: SnoozeInput, origin: Origin) -> Done:
        later_s = seconds_of(asked.duration) if asked.duration else USUAL_S
        if later_s > LONGEST_S:
            raise ServiceError("too_long", f"I can put it off for {spoken_duration(LONGEST_S)} at most.")
        now = self._clock.now()
        rung = await self._table.rung(now - _RECENT_S)
        if not rung:
            raise ServiceError("nothing_rang", "Nothing has rung that I could put off.")
        last = rung[0]
        again = Due(
            secrets.token_hex(6),
            last.kind,
            last.name,
            origin.session,
            now + later_s,
            duration_s=last.duration_s,
        )
        silent = after_ringing(last, now, self._zone) if last.state is State.RINGING else last
        await self._table.put([replace(silent, rang_at=0.0), again])
        self._changed()
        return Done(self._described(again, last, later_s), undo_of([last], [again]))

    def _described(self, again: Due, last: Due, later_s: float) -> dict[str, Any]:
        at = datetime.fromtimestamp(again.due_at, self._zone)
        what = "alarm" if last.kind is Kind.ALARM and not last.name else spoken_name(last, self._zone)
        return {
            "id": again.id,
            "kind": last.kind.value,
            "name": last.name,
            "spoken_name": what,
            "spoken_duration": spoken_duration(later_s),
            "spoken": spoken_moment(at, datetime.fromtimestamp(self._clock.now(), UTC)),
        }
