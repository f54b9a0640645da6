"""The two providers as servers on loopback, with answers in the shape that they document."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

BEGIN = datetime(2026, 11, 27)
"""Midnight there, a Friday."""

# As https://open-meteo.com/en/docs/geocoding-api shows it; a place that there is not has no "results" at all.
PLACES: dict[str, dict[str, Any]] = {
    "berlin": {
        "id": 2950159, "name": "Berlin", "latitude": 52.52437, "longitude": 13.41053, "elevation": 74.0,
        "feature_code": "PPLC", "country_code": "DE", "timezone": "Europe/Berlin", "population": 3426354,
        "country": "Germany", "admin1": "State of Berlin",
    },
    "oslo": {
        "id": 3143244, "name": "Oslo", "latitude": 59.91273, "longitude": 10.74609, "elevation": 26.0,
        "feature_code": "PPLC", "country_code": "NO", "timezone": "Europe/Oslo", "population": 580000,
        "country": "Norway", "admin1": "Oslo",
    },
}  # fmt: skip
# As https://frankfurter.dev/ shows it, its figures as they could be.
RATES = {
    "amount": 1.0,
    "base": "EUR",
    "date": "2026-11-26",
    "rates": {"CHF": 0.94, "GBP": 0.8432, "IDR": 17562.0, "JPY": 163.1, "USD": 1.0512},
}
# Of the eight days from today on: WMO code, highest and lowest temperature, chance of rain.
_DAYS = (
    (3, 9.4, 4.2, 10), (61, 8.0, 5.1, 80), (80, 7.3, 3.3, 55), (0, 6.0, -2.2, 0), (2, 5.0, -4.0, 5),
    (73, 1.0, -5.0, 85), (75, -1.0, -8.0, 90), (1, 0.4, -6.0, 0),
)  # fmt: skip


def forecast() -> dict[str, Any]:
    """At half past three in the afternoon: eleven degrees warmer at noon than at night, rain tomorrow from ten on."""
    hours = [BEGIN + timedelta(hours=hour) for hour in range(24 * len(_DAYS))]
    days = [BEGIN + timedelta(days=day) for day in range(len(_DAYS))]
    shape = [_DAYS[(hour - BEGIN).days] for hour in hours]
    wet = [code >= 51 and hour.hour >= 10 for hour, (code, *_) in zip(hours, shape, strict=True)]
    return {
        "latitude": 52.52, "longitude": 13.419998, "generationtime_ms": 0.31, "utc_offset_seconds": 3600,
        "timezone": "Europe/Berlin", "timezone_abbreviation": "GMT+1", "elevation": 38.0,
        "current_units": {"time": "iso8601", "temperature_2m": "°C"},
        "current": {
            "time": "2026-11-27T15:30", "interval": 900, "temperature_2m": 8.6, "apparent_temperature": 5.8,
            "precipitation": 0.0, "weather_code": 3, "wind_speed_10m": 14.2,
        },
        "hourly_units": {"time": "iso8601", "temperature_2m": "°C"},
        "hourly": {
            "time": [f"{hour:%Y-%m-%dT%H:%M}" for hour in hours],
            "temperature_2m": [
                high if 12 <= hour.hour < 16 else low for hour, (_, high, low, _) in zip(hours, shape, strict=True)
            ],
            "precipitation_probability": [
                chance if is_wet else 5 for is_wet, (*_, chance) in zip(wet, shape, strict=True)
            ],
            "precipitation": [0.4 if is_wet else 0.0 for is_wet in wet],
            "weather_code": [code if is_wet else 3 for is_wet, (code, *_) in zip(wet, shape, strict=True)],
        },
        "daily_units": {"time": "iso8601"},
        "daily": {
            "time": [f"{day:%Y-%m-%d}" for day in days],
            "weather_code": [code for code, *_ in _DAYS],
            "temperature_2m_max": [high for _, high, *_ in _DAYS],
            "temperature_2m_min": [low for *_, low, _ in _DAYS],
            "precipitation_probability_max": [chance for *_, chance in _DAYS],
            "precipitation_sum": [chance / 20 for *_, chance in _DAYS],
            "wind_speed_10m_max": [20.5, 31.0, 28.0, 12.0, 9.0, 18.0, 25.0, 10.0],
            "sunrise": [f"{day:%Y-%m-%d}T07:50" for day in days],
            "sunset": [f"{day:%Y-%m-%d}T15:58" for day in days],
        },
    }  # fmt: skip


@dataclass
class Providers:
    """`forecast`, `rates`: what is answered; a text goes out as it is. `status`: of every answer. `slow`: answers
    never come."""

    forecast: dict[str, Any] | str = field(default_factory=forecast)
    rates: dict[str, Any] | str = field(default_factory=lambda: dict(RATES))
    status: int = 200
    slow: bool = False
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/v1/forecast", self._forecast)
        app.router.add_get("/v1/search", self._search)
        app.router.add_get("/v1/latest", self._latest)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _forecast(self, request: web.Request) -> web.Response:
        if "latitude" not in request.query:
            reason = "Parameter 'latitude' and 'longitude' must have the same number of elements"
            return web.json_response({"error": True, "reason": reason}, status=400)
        return await self._answer(request, self.forecast)

    async def _search(self, request: web.Request) -> web.Response:
        found = PLACES.get(request.query["name"].lower())
        return await self._answer(request, {"results": [found]} if found else {"generationtime_ms": 0.5})

    async def _latest(self, request: web.Request) -> web.Response:
        return await self._answer(request, self.rates)

    async def _answer(self, request: web.Request, content: dict[str, Any] | str) -> web.Response:
        self.asked.append((request.path, dict(request.query)))
        if self.slow:
            await asyncio.Event().wait()
        if isinstance(content, str):
            return web.Response(text=content, status=self.status, content_type="application/json")
        return web.json_response(content, status=self.status)
