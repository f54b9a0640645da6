"""What a question about the weather asks for, and the answer in words."""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from assistant.services.clock import spoken_time
from assistant.services.knowledge.forecast import Day, Forecast, Hour
from assistant.services.numbers import joined, words

When = Literal["now", "today", "tonight", "tomorrow", "weekend", "week"]
About = Literal["weather", "rain", "snow", "temperature", "wind", "sun", "sunrise", "sunset"]

# WMO code table 4677, as Open-Meteo uses it: as a state, and as what a day brings.
_CODES = {
    0: ("clear", "clear skies"), 1: ("mostly clear", "mostly clear skies"),
    2: ("partly cloudy", "some clouds"), 3: ("overcast", "an overcast sky"), 45: ("foggy", "fog"),
    48: ("foggy, with frost", "freezing fog"), 51: ("drizzling lightly", "light drizzle"),
    53: ("drizzling", "drizzle"), 55: ("drizzling heavily", "heavy drizzle"),
    56: ("drizzling and freezing", "freezing drizzle"), 57: ("drizzling and freezing", "freezing drizzle"),
    61: ("raining lightly", "light rain"), 63: ("raining", "rain"), 65: ("raining heavily", "heavy rain"),
    66: ("raining and freezing", "freezing rain"), 67: ("raining and freezing", "freezing rain"),
    71: ("snowing lightly", "light snow"), 73: ("snowing", "snow"), 75: ("snowing heavily", "heavy snow"),
    77: ("snowing in grains", "snow grains"), 80: ("showery", "light showers"), 81: ("showery", "showers"),
    82: ("pouring", "heavy showers"), 85: ("showery, with snow", "snow showers"),
    86: ("showery, with heavy snow", "heavy snow showers"), 95: ("thundery", "thunderstorms"),
    96: ("thundery, with hail", "thunderstorms with hail"), 99: ("thundery, with hail", "thunderstorms with hail"),
}  # fmt: skip
_SNOW = frozenset({71, 73, 75, 77, 85, 86})
_WET = frozenset(range(51, 100))
_ABOUT: tuple[tuple[About, str], ...] = (
    ("sunrise", r"sun ?rise|sun (?:comes?|come) up|sun rises?|get(?:s)? light"),
    ("sunset", r"sun ?set|sun (?:goes|go) down|sun sets?|get(?:s|ting)? dark"),
    ("snow", r"snow\w*|blizzard"),
    ("rain", r"rain\w*|umbrella|wet|drizzl\w*|shower\w*|pour\w*|dry|wash(?:ing)? (?:out|outside)"),
    ("wind", r"wind\w*|storm\w*|breez\w*|gust\w*"),
    ("sun", r"sunny|sunshine|sunglasses|sun ?screen|cloud\w*|clear"),
    (
        "temperature",
        r"temperature|cold\w*|warm\w*|hot\w*|degrees|chilly|freez\w*|frost\w*|jacket|coat|sweater|shorts|scarf|gloves",
    ),
)
_WHENS: tuple[tuple[When, str], ...] = (
    ("tomorrow", "tomorrow"),
    ("tonight", "tonight|this evening|overnight|at night|during the night"),
    ("weekend", "weekend"),
    (
        "week",
        "this week|next (?:few|couple of|seven|five|three) days|coming days|week ahead|next week|all week",
    ),
    ("now", "now|currently|at the moment|right this"),
    ("today", "today|this (?:afternoon|morning)|later|day"),
)
_WEEKDAYS = [name.lower() for name in calendar.day_name]
_LIKELY, _POSSIBLE = 50.0, 20.0  # percent
_NIGHT_BEGINS, _NIGHT_ENDS = time(18), time(6)
_COAT = {False: 12.0, True: 54.0}  # degrees below which one is of use, Celsius and Fahrenheit


@dataclass(frozen=True, slots=True)
class Asked:
    """`day`: a name of a weekday, or empty."""

    when: When
    about: About
    day: str = ""


def asked_of(question: str) -> Asked:
    """What it is about and of when; without a word of time it is now, or today for what is yet to come."""
    text = question.lower()
    about = _about(text)
    day = next((name for name in _WEEKDAYS if re.search(rf"\b{name}\b", text)), "")
    return Asked(_when(text, about), about, day)


def _about(text: str) -> About:
    for about, pattern in _ABOUT:
        if re.search(rf"\b(?:{pattern})\b", text):
            return about
    return "weather"


def _when(text: str, about: About) -> When:
    for when, pattern in _WHENS:
        if re.search(rf"\b(?:{pattern})\b", text):
            return when
    future = re.search(r"\b(?:will|going to|gonna|be|need|should|take|wear|forecast)\b", text)
    return "today" if future or about in ("rain", "snow", "sunrise", "sunset") else "now"


class Teller:
    """Makes sentences of a forecast. `where`: ` in Berlin`, or empty for the owner's place."""

    def __init__(self, forecast: Forecast, where: str, now: datetime, *, imperial: bool) -> None:
        self._forecast = forecast
        self._where = where
        self._now = now
        self._imperial = imperial

    def tell(self, asked: Asked) -> str | None:
        """The answer; None for a day that the forecast does not reach."""
        if asked.day:
            day = next((d for d in self._ahead()[1:] if d.day.strftime("%A").lower() == asked.day), None)
            return None if day is None else self._days([day], asked.about, f"on {asked.day.capitalize()}")
        match asked.when:
            case "now" if asked.about in ("weather", "temperature", "wind", "sun"):
                return self._current(asked.about)
            case "tonight" if asked.about not in ("sunrise", "sunset"):
                return self._tonight(asked.about)
            case "tomorrow":
                return self._of_days(self._ahead()[1:2], asked.about, "tomorrow")
            case "weekend":
                weekend = [day for day in self._ahead() if day.day.weekday() >= 5][:2]
                if weekend and weekend[0].day.weekday() == 6:
                    weekend = weekend[:1]
                return self._of_days(weekend, asked.about, "at the weekend")
            case "week":
                return self._of_days(self._ahead(), asked.about, "in the next days")
        return self._of_days(self._ahead()[:1], asked.about, "today")

    def _ahead(self) -> list[Day]:
        return [day for day in self._forecast.days if day.day >= self._now.date()]

    def _of_days(self, days: Sequence[Day], about: About, when: str) -> str | None:
        return self._days(days, about, when) if days else None

    def _current(self, about: About) -> str:
        now = self._forecast.now
        state = _CODES.get(now.code, ("mixed", "mixed weather"))[0]
        if about == "wind":
            return f"The wind{self._where} is {self._speed(now.wind)} right now."
        told = f"It's {self._degrees(now.temperature)}"
        if about == "temperature":
            feels = round(now.feels_like) != round(now.temperature)
            return (
                f"{told}{self._where}{f', and feels like {self._number(now.feels_like)}' if feels else ''}."
            )
        rest = f" {self._later()}" if about == "weather" else ""
        return f"{told} and {state}{self._where}.{rest}"

    def _later(self) -> str:
        today = self._ahead()[:1]
        if not today:
            return ""
        return f"Today up to {self._degrees(today[0].high)}, with {self._chance(today[0].chance, today[0].code)}."

    def _tonight(self, about: About) -> str | None:
        hours = self._night()
        if not hours:
            return None
        low, chance = min(hour.temperature for hour in hours), max(hour.chance for hour in hours)
        wet = self._kind(hours)
        if about in ("rain", "snow"):
            return self._wet(about, "tonight", chance, [hour.code for hour in hours], hours)
        if about == "temperature":
            return f"Down to {self._degrees(low)} tonight{self._where}.{self._coat(low)}"
        worst = max(hours, key=lambda hour: (hour.code in _WET, hour.code)).code
        sky = _CODES.get(worst, ("", "mixed weather"))[1]
        return f"Tonight{self._where}: {sky}, down to {self._degrees(low)}, with {self._chance(chance, wet)}."

    def _night(self) -> list[Hour]:
        """From six in the evening, or from now on when that is past, to six in the morning."""
        today = self._now.date() if self._now.time() >= _NIGHT_ENDS else self._now.date() - timedelta(days=1)
        begins = max(
            datetime.combine(today, _NIGHT_BEGINS), self._now.replace(minute=0, second=0, microsecond=0)
        )
        ends = datetime.combine(today + timedelta(days=1), _NIGHT_ENDS)
        return [hour for hour in self._forecast.hours if begins <= hour.at <= ends]

    def _days(self, days: Sequence[Day], about: About, when: str) -> str:
        if about in ("rain", "snow"):
            return self._wet_days(days, about, when)
        if about in ("sunrise", "sunset"):
            day = days[0]
            event, at = ("rises", day.sunrise) if about == "sunrise" else ("sets", day.sunset)
            return f"The sun {event} at {spoken_time(at)} {when}{self._where}."
        if about == "wind":
            return f"Winds of up to {self._speed(max(day.wind for day in days))} {when}{self._where}."
        if about == "temperature":
            low, high = min(day.low for day in days), max(day.high for day in days)
            told = f"Between {self._number(low)} and {self._degrees(high)} {when}{self._where}."
            return told + self._coat(high)
        if len(days) == 1:
            return f"{when[:1].upper()}{when[1:]}{self._where}: {self._one_day(days[0])}."
        # Not more than three: nobody remembers a list that is heard.
        each = [f"{self._name(day.day)} {self._one_day(day)}" for day in days[:3]]
        return f"{'. '.join(f'{part[:1].upper()}{part[1:]}' for part in each)}{self._where}."

    def _one_day(self, day: Day) -> str:
        sky = _CODES.get(day.code, ("", "mixed weather"))[1]
        return f"{sky}, {self._number(day.low)} to {self._degrees(day.high)}, with {self._chance(day.chance, day.code)}"

    def _wet_days(self, days: Sequence[Day], about: About, when: str) -> str:
        if len(days) == 1:
            day = days[0]
            hours = [
                hour for hour in self._forecast.hours if hour.at.date() == day.day and hour.at >= self._now
            ]
            return self._wet(about, when, day.chance, [day.code, *(hour.code for hour in hours)], hours)
        kind = "snow" if about == "snow" else "rain"
        likely = [d for d in days if d.chance >= _LIKELY and (about != "snow" or d.code in _SNOW)]
        if not likely:
            return f"No, {kind} is not likely {when}{self._where}."
        names = joined([self._name(day.day) for day in likely])
        return f"Yes, {kind} is likely {names}{self._where}."

    def _wet(
        self, about: About, when: str, chance: float, codes: Sequence[int], hours: Sequence[Hour]
    ) -> str:
        """An answer to "will it rain", "do I need an umbrella"."""
        snow = any(code in _SNOW for code in codes)
        if about == "snow" and not snow:
            return f"No, no snow is expected {when}{self._where}."
        kind = "snow" if snow else "rain"
        first = next((hour for hour in hours if hour.chance >= _LIKELY), None)
        start = ""
        if first is not None and first.at > self._now + timedelta(hours=1):
            start = f", from about {spoken_time(first.at)}"
        percent = f"{words(round(chance))} percent chance of {kind} {when}{self._where}"
        article = "an" if words(round(chance)).startswith("e") else "a"
        if chance >= _LIKELY:
            return f"Yes, there's {article} {percent}{start}."
        if chance >= _POSSIBLE:
            return f"Perhaps: there's {article} {percent}."
        return f"No, {kind} is not likely {when}{self._where}."

    def _kind(self, hours: Sequence[Hour]) -> int:
        return 71 if any(hour.code in _SNOW for hour in hours) else 61

    def _chance(self, chance: float, code: int) -> str:
        kind = "snow" if code in _SNOW else "rain"
        if chance < _POSSIBLE:
            return f"hardly any chance of {kind}"
        told = words(round(chance))
        return f"{'an' if told.startswith('e') else 'a'} {told} percent chance of {kind}"

    def _name(self, day: date) -> str:
        ahead = (day - self._now.date()).days
        return ("today", "tomorrow")[ahead] if ahead < 2 else f"on {day:%A}"

    def _coat(self, temperature: float) -> str:
        return " You'll want a coat." if temperature < _COAT[self._imperial] else ""

    def _number(self, temperature: float) -> str:
        return words(round(temperature))

    def _degrees(self, temperature: float) -> str:
        degrees = round(temperature)
        return f"{words(degrees)} degree{'' if abs(degrees) == 1 else 's'}"

    def _speed(self, speed: float) -> str:
        return f"{words(round(speed))} {'miles' if self._imperial else 'kilometres'} an hour"
