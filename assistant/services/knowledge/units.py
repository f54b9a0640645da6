"""Amounts in other units, by pint. Its table of units takes a tenth of a second to load: that is done in a thread,
once, when somebody asks."""

import asyncio
import math
from functools import cache
from typing import TYPE_CHECKING, Any

from assistant.services.knowledge.conversion import Conversion, NotConversion
from assistant.services.knowledge.spoken_values import spoken_measure
from assistant.services.knowledge.unit_names import DEFINITIONS, UnitName
from assistant.services.numbers import joined, words

if TYPE_CHECKING:  # a quarter of a second to import
    import pint

_TOGETHER = {"foot": ("inch", 12, "inch", "inches"), "stone": ("pound", 14, "pound", "pounds")}
"""Units that people give together with a smaller one, how many of it make one, and what it is called."""
_MOST_TOGETHER = 100


async def convert(asked: Conversion) -> dict[str, object]:
    """`{"spoken", "value", "unit"}`. Raises `NotConversion` for units of different kinds."""
    value = await asyncio.to_thread(_value, asked)
    source = joined([unit.counted(spoken_measure(amount)) for amount, unit in asked.parts])
    return {
        "spoken": f"{source[:1].upper()}{source[1:]} is {_told(value, asked.to)}.",
        "value": value,
        "unit": asked.to.name,
    }


def _told(value: float, unit: UnitName) -> str:
    if unit.name in _TOGETHER and 1 <= value < _MOST_TOGETHER:
        _, count, one, many = _TOGETHER[unit.name]
        small = round(value * count)
        whole, rest = divmod(small, count)
        about = "" if math.isclose(value * count, small, rel_tol=1e-9) else "about "
        parts = [unit.counted(words(whole))]
        if rest:
            parts.append(f"{words(rest)} {one if rest == 1 else many}")
        return about + joined(parts)
    return unit.counted(spoken_measure(value))


def _value(asked: Conversion) -> float:
    """Blocking."""
    import pint

    units = _registry()
    try:
        quantities = [units.Quantity(amount, unit.name).to(asked.to.name) for amount, unit in asked.parts]
    except pint.DimensionalityError:
        one, other = asked.parts[0][1].many, asked.to.many
        raise NotConversion(f"I can't convert {one} into {other}: they measure different things.") from None
    # Numbers, not quantities, are added: of temperatures there is only one, and the others start at zero.
    return math.fsum(float(quantity.magnitude) for quantity in quantities)


@cache
def _registry() -> "pint.UnitRegistry[Any]":
    import pint

    units: pint.UnitRegistry[Any] = pint.UnitRegistry()
    for definition in DEFINITIONS:
        units.define(definition)
    return units
