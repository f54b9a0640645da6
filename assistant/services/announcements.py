"""What is said when something is due, and how it is called."""

from datetime import datetime, tzinfo

from assistant.services.clock import spoken_time
from assistant.services.durations import spoken_duration
from assistant.services.timer_choice import spoken_timer
from assistant.storage.due import Due, Kind

LATE_S = 30.0  # from which on an announcement says how late it is


def announcement(due: Due, now: float, zone: tzinfo) -> str:
    """`Your pasta timer is done.`, or how long ago it was where nobody could say so then."""
    late_s = now - due.due_at
    ago = f"{spoken_duration(late_s, units=1)} ago" if late_s >= LATE_S else ""
    match due.kind:
        case Kind.ALARM:
            if ago:
                return f"Your {spoken_name(due, zone)} was due {ago}."
            clock = spoken_time(datetime.fromtimestamp(due.due_at, zone))
            return f"It's {clock}. This is your {f'{due.name} ' if due.name else ''}alarm."
        case Kind.REMINDER:
            return f"A reminder from {ago}: {due.name}." if ago else f"A reminder: {due.name}."
    return f"Your {spoken_name(due, zone)} {f'was done {ago}' if ago else 'is done'}."


def spoken_name(due: Due, zone: tzinfo) -> str:
    """`pasta timer`, or `five minute timer` where it has no name; `seven o'clock alarm`; `reminder to …`."""
    match due.kind:
        case Kind.ALARM:
            return f"{due.name or spoken_time(datetime.fromtimestamp(due.due_at, zone))} alarm"
        case Kind.REMINDER:
            return f"reminder, {due.name}"
    return spoken_timer(due)
