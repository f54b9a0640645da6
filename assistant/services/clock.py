"""What time and what day it is, here and elsewhere."""

import zoneinfo
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pydantic import Field

from assistant.errors import UserError
from assistant.services.numbers import ordinal, words
from assistant.services.service import Input, NoInput, Origin, Risk, ServiceError, service
from assistant.services.time import Clock

# Places that people ask for and that no zone of the IANA database is named after.
_PLACES = {
    "america": "America/New_York", "barcelona": "Europe/Madrid", "beijing": "Asia/Shanghai",
    "boston": "America/New_York", "california": "America/Los_Angeles", "china": "Asia/Shanghai",
    "cologne": "Europe/Berlin", "england": "Europe/London", "florida": "America/New_York",
    "france": "Europe/Paris", "frankfurt": "Europe/Berlin", "geneva": "Europe/Zurich",
    "germany": "Europe/Berlin", "greenwich": "Etc/GMT", "hamburg": "Europe/Berlin",
    "hawaii": "Pacific/Honolulu",
    "india": "Asia/Kolkata", "italy": "Europe/Rome", "las vegas": "America/Los_Angeles",
    "manchester": "Europe/London", "melbourne": "Australia/Melbourne", "miami": "America/New_York",
    "milan": "Europe/Rome", "montreal": "America/Toronto",
    "mumbai": "Asia/Kolkata", "munich": "Europe/Berlin",
    "new delhi": "Asia/Kolkata", "delhi": "Asia/Kolkata", "bangalore": "Asia/Kolkata", "osaka": "Asia/Tokyo",
    "rio": "America/Sao_Paulo", "rio de janeiro": "America/Sao_Paulo", "san francisco": "America/Los_Angeles",
    "scotland": "Europe/London", "seattle": "America/Los_Angeles", "spain": "Europe/Madrid",
    "tel aviv": "Asia/Jerusalem", "texas": "America/Chicago", "washington": "America/New_York",
    "atlanta": "America/New_York", "dallas": "America/Chicago", "houston": "America/Chicago",
    "philadelphia": "America/New_York", "san diego": "America/Los_Angeles", "abu dhabi": "Asia/Dubai",
    "cape town": "Africa/Johannesburg", "south africa": "Africa/Johannesburg", "kyiv": "Europe/Kyiv",
    "wellington": "Pacific/Auckland", "new zealand": "Pacific/Auckland", "brazil": "America/Sao_Paulo",
    "netherlands": "Europe/Amsterdam", "switzerland": "Europe/Zurich", "austria": "Europe/Vienna",
}  # fmt: skip


class TimeInput(Input):
    place: str = Field("", description="A city, country or time zone; empty: here.")


class ClockServices:
    """`timezone` is an IANA name; empty: the system's. Raises `UserError` when there is none such."""

    def __init__(self, clock: Clock, timezone: str = "") -> None:
        self._clock = clock
        try:
            self._zone = zoneinfo.ZoneInfo(timezone) if timezone else None
        except (LookupError, ValueError, OSError) as error:
            raise UserError(
                f"There is no time zone {timezone!r}; set `timezone` to an IANA name like Europe/Berlin, or "
                "leave it empty for the system's."
            ) from error

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


def spoken_date(moment: datetime) -> str:
    """`Sunday, November twenty-second`."""
    return f"{moment:%A}, {moment:%B} {ordinal(moment.day)}"


def zone_of(place: str) -> zoneinfo.ZoneInfo | None:
    """The zone of a city (`New York`), country (`Japan`) or zone name (`Europe/Berlin`, `utc`)."""
    key = " ".join(place.casefold().replace("_", " ").replace(",", " ").split()).removeprefix("the ")
    name = _PLACES.get(key) or _zones().get(key)
    return zoneinfo.ZoneInfo(name) if name else None


@cache
def _zones() -> dict[str, str]:
    """Zone names by the words people say: the last part of the name, and the whole of it."""
    spoken: dict[str, str] = {}
    for name in sorted(zoneinfo.available_timezones(), key=lambda name: (name.count("/"), name)):
        words_of_name = name.casefold().replace("_", " ")
        spoken[words_of_name] = name
        spoken.setdefault(words_of_name.rsplit("/", 1)[-1], name)
    return spoken


def _time(moment: datetime) -> dict[str, Any]:
    return {
        "spoken": spoken_time(moment),
        "iso": moment.isoformat(timespec="seconds"),
        "hour": moment.hour,
        "minute": moment.minute,
    }


def _hour(hour: int) -> str:
    return words(hour % 12 or 12)
