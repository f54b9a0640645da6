"""The services: sums, units, money, days, and the weather."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field

from assistant.config.model import Config
from assistant.services.knowledge.arithmetic import calculate
from assistant.services.knowledge.conversion import Exchange, NotConversion, parse_conversion
from assistant.services.knowledge.day_answers import answer
from assistant.services.knowledge.days import NoSuchDay
from assistant.services.knowledge.forecast import WeatherService
from assistant.services.knowledge.operations import NotArithmetic
from assistant.services.knowledge.rates import ExchangeRates
from assistant.services.knowledge.spoken_values import spoken_value
from assistant.services.knowledge.unit_names import UnitNames
from assistant.services.knowledge.units import convert
from assistant.services.knowledge.weather_words import Teller, asked_of
from assistant.services.numbers import words
from assistant.services.service import Input, Origin, Risk, ServiceError, service
from assistant.services.time import Clock


class QuestionInput(Input):
    question: str = Field(description="As it was asked, in words or figures.")


class WeatherInput(Input):
    question: str = Field("", description="As it was asked: will it rain tomorrow; empty: how it is now.")
    place: str = Field("", description="A town; empty: the owner's place.")


class KnowledgeServices:
    """`cache`: a folder for what was fetched and can be fetched again. Nothing here changes anything; only money and
    weather ask somebody else, and only who is named in the settings."""

    def __init__(self, config: Config, clock: Clock, cache: Path) -> None:
        settings = config.knowledge
        self._clock = clock
        self._zone = ZoneInfo(config.timezone) if config.timezone else None
        self._imperial = config.units == "imperial"
        self._names = UnitNames(settings.measures)
        self._rates = ExchangeRates(
            settings.rates_url, clock, cache / "exchange-rates.json", settings.rates_timeout_s
        )
        self._weather = WeatherService(config.weather, clock, imperial=self._imperial)

    @service("knowledge.calculate", "Work out a sum, such as `seventeen percent of eighty`.", Risk.READ)
    async def calculate(self, asked: QuestionInput, origin: Origin) -> dict[str, Any]:
        try:
            found = calculate(asked.question)
        except NotArithmetic as error:
            raise ServiceError("not_understood", str(error)) from error
        number = found.number * (100 if found.percent else 1)
        told = spoken_value(number) + (" percent" if found.percent else "")
        said = found.said[:1].upper() + found.said[1:]
        return {"spoken": f"{said} is {told}.", "value": float(found.number)}

    @service(
        "knowledge.convert",
        "Convert units or money, such as `ten miles in kilometres`.",
        Risk.READ,
        timeout_s=8.0,
    )
    async def convert(self, asked: QuestionInput, origin: Origin) -> dict[str, Any]:
        try:
            parsed = parse_conversion(asked.question, self._names)
            if isinstance(parsed, Exchange):
                return await self._rates.convert(parsed)
            return await convert(parsed)
        except NotConversion as error:
            raise ServiceError("not_understood", str(error)) from error

    @service("knowledge.day", "Tell about a day: its weekday, its date, how many days until then.", Risk.READ)
    async def day(self, asked: QuestionInput, origin: Origin) -> dict[str, Any]:
        try:
            return answer(asked.question, self._today())
        except NoSuchDay as error:
            raise ServiceError("not_understood", str(error)) from error

    @service("knowledge.weather", "Tell the weather, now or in the next days.", Risk.READ, timeout_s=8.0)
    async def weather(self, asked: WeatherInput, origin: Origin) -> dict[str, Any]:
        place = await self._weather.place(asked.place)
        forecast = await self._weather.forecast(place)
        where = f" in {place.name}" if asked.place else ""
        # By the clock and not by the forecast, which may be kept for a while: what is past by now is not told.
        now = (datetime.fromtimestamp(self._clock.now(), UTC) + forecast.offset).replace(tzinfo=None)
        told = Teller(forecast, where, now, imperial=self._imperial).tell(asked_of(asked.question))
        if told is None:
            raise ServiceError(
                "too_far", f"The forecast reaches only {words(len(forecast.days))} days ahead."
            )
        return {
            "spoken": told,
            "place": place.name,
            "temperature": forecast.now.temperature,
            "high": forecast.days[0].high,
            "low": forecast.days[0].low,
        }

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock.now(), UTC).astimezone(self._zone).date()
