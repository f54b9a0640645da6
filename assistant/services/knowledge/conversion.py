"""What a question about units or money asks for: `how many cups in a litre`, `six foot two in centimetres`,
`convert seventy two fahrenheit to celsius`, `what are fifty dollars in euros`."""

import re
from dataclasses import dataclass, replace

from assistant.services.knowledge.currencies import Currency, take_currency
from assistant.services.knowledge.unit_names import UnitName, UnitNames
from assistant.services.numbers import take_fraction, take_number, tokens_of

_SMALLER = {"foot": "inches", "stone": "pounds", "hour": "minutes", "minute": "seconds", "pound": "ounces"}
"""What a bare number behind the unit counts: `six foot two`."""
_OTHER_SCALE = {"degree_Celsius": "fahrenheit", "degree_Fahrenheit": "celsius"}
_COUNTING = re.compile(r"\bhow (many|much)\b")
_DEGREES = "degree"


class NotConversion(ValueError):
    """It does not say what is to be converted into what; `str()` is a sentence to be spoken."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A unit or a currency, or what may be either (`pounds`), with the amount that was said of it, if one was."""

    amount: float | None
    unit: UnitName | None
    currency: Currency | None


@dataclass(frozen=True, slots=True)
class Conversion:
    """Amounts that are added up, in units of one kind, and the unit to tell their sum in."""

    parts: tuple[tuple[float, UnitName], ...]
    to: UnitName


@dataclass(frozen=True, slots=True)
class Exchange:
    amount: float
    currency: Currency
    to: Currency


def parse_conversion(question: str, names: UnitNames) -> Conversion | Exchange:
    """Raises `NotConversion`."""
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", question.lower().replace("°", " degrees "))
    reader = _Reader(tokens_of(text), names)
    groups = reader.groups()
    source = _source(groups, counting=bool(_COUNTING.search(text)))
    if source is None and reader.bare is not None and groups:
        source = [Mention(reader.bare, None, None)]  # "seventy two in celsius"
    target = next((group for group in groups if group is not source and group[0].amount is None), None)
    target = target or next((group for group in groups if group is not source), None)
    if source is None:
        raise NotConversion("I did not understand what to convert.")
    if target is None:
        raise NotConversion("I did not understand what to convert that into.")
    return _matched(source, target[0], names)


def _source(groups: list[list[Mention]], *, counting: bool) -> list[Mention] | None:
    """What is to be converted: what has an amount, else the second in `how many feet are in the mile`."""
    counted = next((group for group in groups if group[0].amount is not None), None)
    if counted is not None:
        return counted
    return groups[1 if counting else 0] if len(groups) > 1 else None


def _matched(source: list[Mention], target: Mention, names: UnitNames) -> Conversion | Exchange:
    """Pounds are money beside money, and a weight beside anything else."""
    first = source[0]
    both_money = first.currency is not None and target.currency is not None
    if both_money and not (first.unit is not None and target.unit is not None):
        assert first.currency is not None and target.currency is not None  # noqa: PT018  (told to mypy)
        return Exchange(_amount(first), first.currency, target.currency)
    if target.unit is None or (first.unit is None and first.currency is not None):
        raise NotConversion("I can't convert one into the other.")
    parts = tuple((_amount(each), each.unit) for each in source if each.unit is not None)
    if not parts or parts[0][1].name == _DEGREES:
        other = _OTHER_SCALE.get(target.unit.name)
        found = names.take([other], 0) if other else None
        if found is None and not parts:
            raise NotConversion("I did not understand what to convert.")
        parts = ((_amount(first), found[0]),) if found else parts
    return Conversion(parts, target.unit)


def _amount(mention: Mention) -> float:
    return 1.0 if mention.amount is None else mention.amount


class _Reader:
    """Finds the mentions; those that follow one another with amounts are one group: `five feet ten inches`."""

    def __init__(self, tokens: list[str], names: UnitNames) -> None:
        self._tokens = tokens
        self._names = names
        self._groups: list[list[Mention]] = []
        self._end = -1  # where the last mention ended
        self.bare: float | None = None
        """A number that counts nothing."""

    def groups(self) -> list[list[Mention]]:
        at = 0
        while at < len(self._tokens):
            at = self._step(at)
        return self._groups

    def _step(self, at: int) -> int:
        """Read what stands there; the next place."""
        amount, after = self._take_amount(at)
        unit, currency = self._names.take(self._tokens, after), take_currency(self._tokens, after)
        if unit is None and currency is None:
            return self._bare_number(amount, at, after)
        end = max(unit[1] if unit else 0, currency[1] if currency else 0)
        if unit and currency and unit[1] != currency[1]:  # the longer name counts
            unit, currency = (unit, None) if unit[1] == end else (None, currency)
        amount, end = self._money_sign(amount, currency is not None and unit is None, end)
        mention = Mention(amount, unit[0] if unit else None, currency[0] if currency else None)
        mention, end = self._and_a_half(mention, end)
        return self._add(mention, at, end)

    def _money_sign(self, amount: float | None, money: bool, end: int) -> tuple[float | None, int]:
        """`$ 50`: the amount comes behind."""
        if amount is None and money and self._tokens[end - 1] in "$€£¥₹":
            found = self._number(end)
            if found is not None:
                return found
        return amount, end

    def _bare_number(self, amount: float | None, at: int, after: int) -> int:
        if amount is None or after == at:
            return at + 1
        smaller = _SMALLER.get(self._last_unit()) if at == self._end else None
        found = self._names.take([smaller], 0) if smaller else None
        if found:
            self._groups[-1].append(Mention(amount, found[0], None))
        elif self._tokens[at] not in ("a", "an"):
            self.bare = amount
        return after

    def _last_unit(self) -> str:
        unit = self._groups[-1][-1].unit if self._groups else None
        return unit.name if unit else ""

    def _add(self, mention: Mention, at: int, end: int) -> int:
        """Into the last group where it goes on with it, else into a new one."""
        joined = at == self._end or (at == self._end + 1 and self._tokens[self._end] in ("and", ","))
        counted = mention.amount is not None
        if joined and self._groups and counted and self._groups[-1][0].amount is not None:
            self._groups[-1].append(mention)
        else:
            self._groups.append([mention])
        self._end = end
        return end

    def _and_a_half(self, mention: Mention, end: int) -> tuple[Mention, int]:
        """`an hour and a half`."""
        if mention.amount is None or self._tokens[end : end + 1] != ["and"]:
            return mention, end
        fraction = take_fraction(self._tokens, end + 1)
        if fraction is None or self._tokens[fraction[1] : fraction[1] + 1] == ["of"]:
            return mention, end
        if self._names.take(self._tokens, fraction[1]):
            return mention, end
        return replace(mention, amount=mention.amount + fraction[0]), fraction[1]

    def _take_amount(self, at: int) -> tuple[float | None, int]:
        sign = -1.0 if self._tokens[at] in ("minus", "negative", "-") else 1.0
        at += sign < 0
        if (fraction := take_fraction(self._tokens, at)) is not None:
            after = fraction[1]
            while self._tokens[after : after + 1] in (["of"], ["a"], ["an"]):
                after += 1
            return sign * fraction[0], after
        if (found := self._number(at)) is not None:
            return sign * found[0], found[1]
        if self._tokens[at : at + 1] in (["a"], ["an"]):
            return 1.0, at + 1
        return None, at

    def _number(self, at: int) -> tuple[float, int] | None:
        found = take_number(self._tokens, at)
        end = len(self._tokens)
        while found is None and end > at + 1:
            end -= 1
            found = take_number(self._tokens[:end], at)
        return found
