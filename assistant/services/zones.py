"""Time zones: the owner's, and those of the places that people ask for."""

import zoneinfo
from datetime import UTC, tzinfo
from functools import cache
from importlib import resources

import tzlocal

from assistant.errors import UserError

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
    "canada": "America/Toronto", "russia": "Europe/Moscow", "australia": "Australia/Sydney",
    "united states": "America/New_York", "mexico": "America/Mexico_City", "indonesia": "Asia/Jakarta",
    "chile": "America/Santiago", "portugal": "Europe/Lisbon", "ecuador": "America/Guayaquil",
    "ukraine": "Europe/Kyiv", "argentina": "America/Argentina/Buenos_Aires", "malaysia": "Asia/Kuala_Lumpur",
    "kazakhstan": "Asia/Almaty", "south korea": "Asia/Seoul", "vietnam": "Asia/Ho_Chi_Minh",
    "netherlands": "Europe/Amsterdam", "switzerland": "Europe/Zurich", "austria": "Europe/Vienna",
}  # fmt: skip


def home_zone(timezone: str) -> tzinfo:
    """The zone of an IANA name; empty: the system's, with its rules for daylight saving, or UTC where it has none.
    Raises `UserError` when there is no zone of that name."""
    if not timezone:
        try:
            return tzlocal.get_localzone()
        except Exception:  # whatever a broken system configuration makes it stumble over
            return UTC
    try:
        return zoneinfo.ZoneInfo(timezone)
    except (LookupError, ValueError, OSError) as error:
        raise UserError(
            f"There is no time zone {timezone!r}; set `timezone` to an IANA name like Europe/Berlin, or "
            "leave it empty for the system's."
        ) from error


def zone_of(place: str) -> zoneinfo.ZoneInfo | None:
    """The zone of a city (`New York`), country (`Japan`) or zone name (`Europe/Berlin`, `utc`)."""
    key = " ".join(place.casefold().replace("_", " ").replace(",", " ").split()).removeprefix("the ")
    name = _PLACES.get(key) or _zones().get(key) or _countries().get(key)
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


@cache
def _countries() -> dict[str, str]:
    """The zone of each country that has a single one, from the tables of the IANA database."""
    tables = resources.files("tzdata") / "zoneinfo"
    zones: dict[str, list[str]] = {}
    for code, _, zone, *_ in _rows((tables / "zone.tab").read_text(encoding="utf-8")):
        zones.setdefault(code, []).append(zone)
    named = _rows((tables / "iso3166.tab").read_text(encoding="utf-8"))
    return {name.casefold(): zones[code][0] for code, name in named if len(zones.get(code, ())) == 1}


def _rows(table: str) -> list[list[str]]:
    return [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
