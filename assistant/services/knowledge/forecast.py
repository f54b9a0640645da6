"""Weather from a service whose API has the shape of Open-Meteo's: a forecast for coordinates, and coordinates for the
name of a place. Sources: https://open-meteo.com/en/docs, https://open-meteo.com/en/docs/geocoding-api"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from assistant.config.knowledge import Weather
from assistant.services.knowledge.fetch import bad_answer, fetch_json
from assistant.services.service import ServiceError
from assistant.services.time import Clock

KEPT_S = 600.0
"""How long a forecast is used again: a question and the one after it need one request."""
_MOST_KEPT = 8
_WHO = "the weather service"
_HOURLY = "temperature_2m,precipitation_probability,precipitation,weather_code"
_DAILY = (
    "weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max,precipitation_sum,"
    "wind_speed_10m_max,sunrise,sunset"
)
_CURRENT = "temperature_2m,apparent_temperature,precipitation,weather_code,wind_speed_10m"


@dataclass(frozen=True, slots=True)
class Place:
    """`name` as it is spoken; degrees north and east."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Now:
    """`at`: local time there, without a zone; temperatures and wind in the units asked for; `code`: WMO 4677."""

    at: datetime
    temperature: float
    feels_like: float
    precipitation: float
    code: int
    wind: float


@dataclass(frozen=True, slots=True)
class Hour:
    """`chance` of rain or snow in percent, `amount` of it."""

    at: datetime
    temperature: float
    chance: float
    amount: float
    code: int


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    code: int
    high: float
    low: float
    chance: float
    amount: float
    wind: float
    sunrise: datetime
    sunset: datetime


@dataclass(frozen=True, slots=True)
class Forecast:
    """`days` begin with today there; `offset`: of local time there from UTC."""

    offset: timedelta
    now: Now
    hours: tuple[Hour, ...]
    days: tuple[Day, ...]


class WeatherService:
    """Asks the configured service. Answers are kept for ten minutes, so that a follow-up costs nothing."""

    def __init__(self, settings: Weather, clock: Clock, *, imperial: bool) -> None:
        self._settings = settings
        self._clock = clock
        self._imperial = imperial
        self._forecasts: dict[tuple[float, float], tuple[float, Forecast]] = {}
        self._places: dict[str, Place] = {}

    async def place(self, name: str) -> Place:
        """Coordinates of a place; empty: of the owner's. Raises `ServiceError`: not_configured, unknown_place, or as
        `fetch_json` does."""
        own, settings = not name, self._settings
        if not settings.url:
            raise ServiceError(
                "not_configured",
                "I have no weather service. Name one in the settings, as weather dot URL.",
            )
        if own and settings.latitude is not None and settings.longitude is not None:
            return Place(settings.place, settings.latitude, settings.longitude)
        name = name or settings.place
        if not name:
            raise ServiceError(
                "no_place",
                "I don't know where you are. Name your place in the settings, as weather dot place, or ask for a town.",
            )
        if not settings.places_url:
            raise ServiceError(
                "not_configured",
                f"I can't look up where {name} is. Name a service for places in the settings, as weather dot "
                "places URL.",
            )
        known = self._places.get(name.casefold())
        if known is None:
            known = self._places[name.casefold()] = await self._look_up(name)
        return known

    async def _look_up(self, name: str) -> Place:
        params = {"name": name, "count": "1", "language": "en", "format": "json"}
        answer = await fetch_json(
            self._settings.places_url,
            params,
            timeout_s=self._settings.timeout_s,
            who="the service that knows places",
            setting="weather.places_url",
        )
        found = answer.get("results") or []
        if not found:
            raise ServiceError("unknown_place", f"I don't know a place called {name}.")
        try:
            first = found[0]
            return Place(str(first["name"]), float(first["latitude"]), float(first["longitude"]))
        except (KeyError, TypeError, ValueError) as error:
            raise bad_answer("the service that knows places") from error

    async def forecast(self, place: Place) -> Forecast:
        """Raises `ServiceError` as `fetch_json` does."""
        key = (place.latitude, place.longitude)
        kept = self._forecasts.get(key)
        now = self._clock.monotonic()
        if kept is not None and now - kept[0] < KEPT_S:
            return kept[1]
        answer = await fetch_json(
            self._settings.url,
            self._params(place),
            timeout_s=self._settings.timeout_s,
            who=_WHO,
            setting="weather.url",
        )
        forecast = _forecast(answer)
        self._forecasts.pop(key, None)
        while len(self._forecasts) >= _MOST_KEPT:
            del self._forecasts[next(iter(self._forecasts))]
        self._forecasts[key] = (now, forecast)
        return forecast

    def _params(self, place: Place) -> dict[str, str]:
        units = {"temperature_unit": "fahrenheit", "wind_speed_unit": "mph", "precipitation_unit": "inch"}
        return {
            "latitude": str(place.latitude),
            "longitude": str(place.longitude),
            "current": _CURRENT,
            "hourly": _HOURLY,
            "daily": _DAILY,
            "forecast_days": "8",
            "timezone": "auto",
        } | (units if self._imperial else {})


def _forecast(answer: dict[str, Any]) -> Forecast:
    """Raises `ServiceError` for an answer of another shape. A value that the service does not have is null there:
    an hour without one is left out, a chance counts as none."""
    try:
        now = answer["current"]
        forecast = Forecast(
            timedelta(seconds=int(answer["utc_offset_seconds"])),
            Now(
                datetime.fromisoformat(now["time"]),
                float(now["temperature_2m"]),
                float(now.get("apparent_temperature", now["temperature_2m"])),
                float(now.get("precipitation") or 0.0),
                int(now["weather_code"]),
                float(now["wind_speed_10m"]),
            ),
            _hours(answer["hourly"]),
            _days(answer["daily"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise bad_answer(_WHO) from error
    if not forecast.days or not forecast.hours:
        raise bad_answer(_WHO)
    return forecast


def _hours(hourly: dict[str, list[Any]]) -> tuple[Hour, ...]:
    names = ("time", "temperature_2m", "precipitation_probability", "precipitation", "weather_code")
    rows = zip(*(hourly[name] for name in names), strict=True)
    return tuple(
        Hour(
            datetime.fromisoformat(at), float(temperature), float(chance or 0), float(amount or 0), int(code)
        )
        for at, temperature, chance, amount, code in rows
        if temperature is not None and code is not None
    )


def _days(daily: dict[str, list[Any]]) -> tuple[Day, ...]:
    names = ("time", *_DAILY.split(","))
    rows = zip(*(daily[name] for name in names), strict=True)
    return tuple(
        Day(
            date.fromisoformat(day),
            int(code),
            float(high),
            float(low),
            float(chance or 0),
            float(amount or 0),
            float(wind or 0),
            datetime.fromisoformat(sunrise),
            datetime.fromisoformat(sunset),
        )
        for day, code, high, low, chance, amount, wind, sunrise, sunset in rows
        if None not in (code, high, low)
    )
