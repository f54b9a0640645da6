"""`Turn off the alarm` while it rings is about this ring, not about the alarms of the days to come.

Any turn takes notice of what rings, so by the time that a service is called it may have fallen silent already.
"""

from datetime import tzinfo

from assistant.services.scheduler import after_ringing
from assistant.storage.due import Due, DueTable, Kind, State

_JUST_NOW_S = 120.0


async def silenced(table: DueTable, kind: Kind, now: float, zone: tzinfo) -> Due | None:
    """What of this kind rings or rang a moment ago; it rings no more."""
    rung = [due for due in await table.rung(now - _JUST_NOW_S) if due.kind is kind]
    for due in rung:
        if due.state is State.RINGING:
            await table.put([after_ringing(due, now, zone)])
    return rung[0] if rung else None
