"""Units as people say them, by the name that pint knows them under."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Measures = Literal["us", "imperial", "metric"]

# pint's name: what one and several of them are called, then other words for it.
_TABLE = """
millimeter: millimetre millimetres mm
centimeter: centimetre centimetres cm
meter: metre metres m
kilometer: kilometre kilometres km
inch: inch inches
foot: foot feet ft
yard: yard yards yd
mile: mile miles mi
nautical_mile: nautical_mile nautical_miles
light_year: light_year light_years
square_millimeter: square_millimetre square_millimetres
square_centimeter: square_centimetre square_centimetres
square_meter: square_metre square_metres
square_kilometer: square_kilometre square_kilometres
square_inch: square_inch square_inches
square_foot: square_foot square_feet
square_yard: square_yard square_yards
square_mile: square_mile square_miles
acre: acre acres
hectare: hectare hectares ha
milliliter: millilitre millilitres ml
centiliter: centilitre centilitres cl
deciliter: decilitre decilitres dl
liter: litre litres l
cubic_centimeter: cubic_centimetre cubic_centimetres cc
cubic_meter: cubic_metre cubic_metres
cubic_foot: cubic_foot cubic_feet
cubic_inch: cubic_inch cubic_inches
milligram: milligram milligrams mg
gram: gram grams g gramme grammes
kilogram: kilogram kilograms kg kilo kilos kilogramme kilogrammes
metric_ton: tonne tonnes metric_ton metric_tons
pound: pound pounds lb lbs
ounce: ounce ounces oz
stone: stone stone stones
degree_Celsius: degree_Celsius degrees_Celsius celsius degrees_c degree_c centigrade degrees_centigrade c
degree_Fahrenheit: degree_Fahrenheit degrees_Fahrenheit fahrenheit degrees_f degree_f f
kelvin: kelvin kelvin kelvins degrees_kelvin
mile_per_hour: mile_an_hour miles_an_hour miles_per_hour mile_per_hour mph
kilometer_per_hour: kilometre_an_hour kilometres_an_hour kilometres_per_hour kilometre_per_hour kph
meter_per_second: metre_per_second metres_per_second metres_a_second
foot_per_second: foot_per_second feet_per_second
knot: knot knots
second: second seconds sec secs
minute: minute minutes min mins
hour: hour hours hr hrs
day: day days
week: week weeks
month: month months
year: year years
decade: decade decades
byte: byte bytes
kilobyte: kilobyte kilobytes kb
megabyte: megabyte megabytes mb
gigabyte: gigabyte gigabytes gb gigs
terabyte: terabyte terabytes tb
bit: bit bits
joule: joule joules
kilojoule: kilojoule kilojoules kj
calorie: calorie calories
kilocalorie: kilocalorie kilocalories kcal
watt: watt watts
kilowatt: kilowatt kilowatts kw
horsepower: horsepower horsepower
kilowatt_hour: kilowatt_hour kilowatt_hours kwh
bar: bar bars
pascal: pascal pascals
hectopascal: hectopascal hectopascals
psi: pound_per_square_inch pounds_per_square_inch psi
atmosphere: atmosphere atmospheres
radian: radian radians
degree: degree degrees
"""
# What is measured out differs by country: the table names pint's unit for each.
_MEASURED = """
cup: cup cups | cup imperial_cup metric_cup
tablespoon: tablespoon tablespoons tbsp | tablespoon metric_tablespoon metric_tablespoon
teaspoon: teaspoon teaspoons tsp | teaspoon metric_teaspoon metric_teaspoon
pint: pint pints | pint imperial_pint imperial_pint
quart: quart quarts | quart imperial_quart imperial_quart
gallon: gallon gallons | gallon imperial_gallon imperial_gallon
fluid_ounce: fluid_ounce fluid_ounces | fluid_ounce imperial_fluid_ounce imperial_fluid_ounce
ton: ton tons | short_ton long_ton metric_ton
"""
DEFINITIONS = (
    "metric_cup = 250 * milliliter",
    "metric_tablespoon = 15 * milliliter",
    "metric_teaspoon = 5 * milliliter",
)
"""For pint, which lacks them. 250, 15 and 5 ml: as recipes and spoons are sold outside the United States."""
_COUNTRIES: dict[str, Measures] = {
    "us": "us", "american": "us", "imperial": "imperial", "british": "imperial", "uk": "imperial",
    "metric": "metric",
}  # fmt: skip
_LONGEST = 4  # words of a name
_ORDER: tuple[Measures, ...] = ("us", "imperial", "metric")


@dataclass(frozen=True, slots=True)
class UnitName:
    """`name` is pint's; `one` and `many` what is said of one and of several."""

    name: str
    one: str
    many: str

    def counted(self, spoken: str) -> str:
        """`one metre`, `about two metres`."""
        return f"{spoken} {self.one if spoken in ('one', 'minus one') else self.many}"


def _spoken(text: str) -> str:
    return text.replace("_", " ")


def _american(name: str) -> str:
    """The other spelling: `meters` for `metres`."""
    return re.sub(r"(?<=lit|met)re(?=s?\b)", "er", name)


def _fixed() -> Iterator[tuple[UnitName, list[str]]]:
    """Units that are the same everywhere, with their words."""
    for line in _TABLE.strip().splitlines():
        name, _, words = line.partition(": ")
        spoken = [_spoken(word) for word in words.split()]
        yield UnitName(name, spoken[0], spoken[1]), spoken


def _measured(measures: Measures) -> Iterator[tuple[UnitName, list[str]]]:
    place = _ORDER.index(measures)
    for line in _MEASURED.strip().splitlines():
        words, _, names = line.partition(": ")[2].partition(" | ")
        spoken = [_spoken(word) for word in words.split()]
        yield UnitName(names.split()[place], spoken[0], spoken[1]), spoken


class UnitNames:
    """What words stand for which unit. `measures`: whose cups, pints, gallons and tons are meant where it is not
    said."""

    def __init__(self, measures: Measures) -> None:
        self._names: dict[str, UnitName] = {}
        for unit, spoken in (*_fixed(), *_measured(measures)):
            self._names |= {form.lower(): unit for word in spoken for form in (word, _american(word))}
        for country, whose in _COUNTRIES.items():
            for unit, spoken in _measured(whose):
                said = UnitName(unit.name, f"{country} {unit.one}", f"{country} {unit.many}")
                self._names |= {f"{country} {word}": said for word in spoken}

    def take(self, tokens: list[str], at: int) -> tuple[UnitName, int] | None:
        """The unit whose name stands there, and the place after it; the longest name counts."""
        for length in range(_LONGEST, 0, -1):
            words = tokens[at : at + length]
            if len(words) == length and (unit := self._names.get(" ".join(words))) is not None:
                return unit, at + length
        return None
