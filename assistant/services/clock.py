"""What time and what day it is, here and elsewhere."""

from datetime import UTC, date, datetime
from typing import Any

from pydantic import Field

from assistant.services.numbers import ordinal, words
from assistant.services.service import Input, NoInput, Origin, Risk, ServiceError, service
from assistant.services.time import Clock
from assistant.services.zones import home_zone, zone_of


class TimeInput(Input):
    place: str = Field("", description="A city, country or time zone; empty: here.")


class ClockServices:
    """`timezone` is an IANA name; empty: the system's. Raises `UserError` when there is none such."""

    def __init__(self, clock: Clock, timezone: str = "") -> None:
        self._clock = clock
        self._zone = home_zone(timezone)

    @service("clock.time", "Tell the time, here or in another place.", Risk.READ)
    async def time(self, asked: TimeInput, origin: Origin) -> dict[str, Any]:
        if not asked.place:
            return _time(self._here())
        zone = zone_of(asked.place)
        if zone is None:
            raise ServiceError("unknown_place", f"I don't know the time zone of {asked.place}.")
        return _time(self._here().astimezone(zone)) | {"place": asked.place}

    @service("clock.date", "Tell today's date.", Risk.READ)
    async def date(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        now = self._here()
        return {"spoken": spoken_date(now), "iso": now.date().isoformat(), "year": now.year}

    def _here(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC).astimezone(self._zone)


def spoken_time(moment: datetime) -> str:
    """`seven o'clock in the evening`, `ten past seven`, `quarter to eight`, `seven forty-two`.

    Minutes that are multiples of five are told as people do, others by their digits, which is shorter and
    misheard less.
    """
    hour, minute = moment.hour, moment.minute
    if minute == 0:
        if hour in (0, 12):
            return "midnight" if hour == 0 else "noon"
        return f"{_hour(hour)} o'clock"
    if minute % 5:
        return f"{_hour(hour)} {'oh ' if minute < 10 else ''}{words(minute)}"
    parts = {15: "quarter", 30: "half"}
    if minute <= 30:
        return f"{parts.get(minute) or words(minute)} past {_hour(hour)}"
    return f"{parts.get(60 - minute) or words(60 - minute)} to {_hour(hour + 1)}"


def spoken_date(moment: date) -> str:
    """`Sunday, November twenty-second`."""
    return f"{moment:%A}, {moment:%B} {ordinal(moment.day)}"


def _time(moment: datetime) -> dict[str, Any]:
    return {
        "spoken": spoken_time(moment),
        "iso": moment.isoformat(timespec="seconds"),
        "hour": moment.hour,
        "minute": moment.minute,
    }


def _hour(hour: int) -> str:
    return words(hour % 12 or 12)
