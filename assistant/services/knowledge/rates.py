"""Exchange rates of the day, from a provider whose answer has the shape that Frankfurter's has, which publishes
those of the European Central Bank: `{"base": "EUR", "date": "2026-11-27", "rates": {"USD": 1.05, …}}`.
Source: https://frankfurter.dev/

They change once a working day, so they are kept in a file of the cache for some hours; when the provider is not
there, the last ones are used, and their date is always said."""

import asyncio
import contextlib
import json
import math
import os
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assistant.services.knowledge.conversion import Exchange
from assistant.services.knowledge.currencies import DECIMALS, Currency
from assistant.services.knowledge.fetch import bad_answer, fetch_json
from assistant.services.knowledge.spoken_values import rounded_words, spoken_measure
from assistant.services.numbers import ordinal
from assistant.services.service import ServiceError
from assistant.services.time import Clock

KEPT_S = 6 * 3_600.0
_WHO = "the exchange rate service"
_SETTING = "knowledge.rates_url"
_SMALL = 0.1  # below it an amount is told with more digits than cents


@dataclass(frozen=True, slots=True)
class Rates:
    """How much of each currency one of `base` is; as of `day`; `fetched`: seconds since the epoch."""

    base: str
    day: date
    rates: dict[str, float]
    fetched: float

    def of(self, currency: Currency) -> float:
        if currency.code == self.base:
            return 1.0
        rate = self.rates.get(currency.code)
        if rate is None:
            raise ServiceError("no_rate", f"I have no exchange rate for the {currency.one}.")
        return rate


class ExchangeRates:
    """`url`: empty where there is no provider; `cache`: a file that is made when there are rates."""

    def __init__(self, url: str, clock: Clock, cache: Path, timeout_s: float) -> None:
        self._url = url
        self._clock = clock
        self._cache = cache
        self._timeout_s = timeout_s
        self._rates: Rates | None = None
        self._lock = asyncio.Lock()

    async def convert(self, asked: Exchange) -> dict[str, Any]:
        """`{"spoken", "value", "currency", "date"}`. Raises `ServiceError`."""
        rates = await self.rates()
        value = asked.amount / rates.of(asked.currency) * rates.of(asked.to)
        source = _counted(asked.currency, spoken_measure(asked.amount))
        told = _told(asked.to, value)
        day = f"{rates.day:%B} {ordinal(rates.day.day)}"
        return {
            "spoken": f"{source[:1].upper()}{source[1:]} is {told}, by the rates of {day}.",
            "value": value,
            "currency": asked.to.code,
            "date": rates.day.isoformat(),
        }

    async def rates(self) -> Rates:
        """Those of today, or the last there were when the provider does not answer. Raises `ServiceError`."""
        if not self._url:
            raise ServiceError(
                "not_configured",
                "I have no exchange rates. Name a service for them in the settings, as knowledge dot rates URL.",
            )
        async with self._lock:
            known = self._rates or await asyncio.to_thread(_read, self._cache)
            if known is None or not 0 <= self._clock.now() - known.fetched < KEPT_S:
                try:
                    known = await self._fetch()
                except ServiceError:
                    if known is None:
                        raise
                else:
                    await asyncio.to_thread(_write, self._cache, known)
            self._rates = known
            return known

    async def _fetch(self) -> Rates:
        answer = await fetch_json(self._url, {}, timeout_s=self._timeout_s, who=_WHO, setting=_SETTING)
        rates = _rates(answer | {"fetched": self._clock.now()})
        if rates is None:
            raise bad_answer(_WHO)
        return rates


def _counted(currency: Currency, spoken: str) -> str:
    return f"{spoken} {currency.one if spoken == 'one' else currency.many}"


def _told(currency: Currency, value: float) -> str:
    if value < _SMALL:
        return _counted(currency, spoken_measure(value))
    return _counted(currency, rounded_words(value, DECIMALS.get(currency.code, 2)))


def _rates(answer: dict[str, Any]) -> Rates | None:
    """None for what has another shape."""
    try:
        rates = {str(code): float(rate) for code, rate in answer["rates"].items()}
        found = Rates(
            str(answer["base"]), date.fromisoformat(answer["date"]), rates, float(answer["fetched"])
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    sane = all(math.isfinite(rate) and rate > 0 for rate in rates.values())
    return found if rates and sane else None


def _read(path: Path) -> Rates | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return _rates(content) if isinstance(content, dict) else None


def _write(path: Path, rates: Rates) -> None:
    """Whole or not at all; that they cannot be kept is no reason not to tell them."""
    content = {
        "base": rates.base,
        "date": rates.day.isoformat(),
        "rates": rates.rates,
        "fetched": rates.fetched,
    }
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=".rates-", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        Path(draft).replace(path)
