"""Where the owner's appointments are."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from assistant.config.section import Section


def _clock_time(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError("a time is written like 08:00")
    return value


ClockTime = Annotated[str, AfterValidator(_clock_time)]


class Calendar(Section):
    """Appointments: a file of the assistant's own, or a CalDAV server. See docs/calendar.md."""

    url: str = Field(
        "",
        description="A CalDAV server or one of its calendars, such as https://cloud.example.org/remote.php/dav; empty: "
        "a file.",
    )
    calendar: str = Field(
        "", description="Name of the calendar on that server; empty: the first that takes appointments."
    )
    user: str = Field("", description="Who the assistant is to that server.")
    password: SecretStr = Field(
        SecretStr(""),
        validate_default=False,
        description="Better given as ASSISTANT__CALENDAR__PASSWORD, or in `password_file`.",
    )
    password_file: Path | None = Field(None, description="A file with the password and nothing else.")
    file: Path | None = Field(
        None,
        description="The iCalendar file where there is no server; empty: `calendar.ics` in the state folder.",
    )
    subscriptions: tuple[str, ...] = Field(
        (),
        description="Calendars of others that are only read: iCalendar files or addresses (https, webcal).",
    )
    appointment_minutes: int = Field(
        60, ge=5, le=1_440, description="How long an appointment is where nobody said it."
    )
    day_begins: ClockTime = Field("08:00", description="From when on you make appointments.")
    day_ends: ClockTime = Field("20:00", description="Until when.")
    timeout_s: float = Field(4.0, gt=0.0, le=6.0, description="How long a server may take to answer.")
