"""Amounts of money."""

import re
from dataclasses import dataclass

from assistant.synthesis.spoken.numbers import NUMBER, cardinal, number


@dataclass(frozen=True, slots=True)
class _Currency:
    one: str
    many: str
    cent: str
    cents: str


_CURRENCIES = {
    "$": _Currency("dollar", "dollars", "cent", "cents"),
    "€": _Currency("euro", "euros", "cent", "cents"),
    "£": _Currency("pound", "pounds", "penny", "pence"),
    "¥": _Currency("yen", "yen", "sen", "sen"),
    "₹": _Currency("rupee", "rupees", "paisa", "paise"),
    "CHF": _Currency("Swiss franc", "Swiss francs", "centime", "centimes"),
}
_CODES = {"USD": "$", "US$": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "CHF": "CHF"}
_MAGNITUDES = {
    "k": "thousand",
    "m": "million",
    "mn": "million",
    "mio": "million",
    "b": "billion",
    "bn": "billion",
}
_MAGNITUDES |= {word: word for word in ("thousand", "million", "billion", "trillion")} | {"tn": "trillion"}

_SIGN = r"US\$|USD|EUR|GBP|JPY|INR|CHF|[$€£¥₹]"
_MAGNITUDE = r"(?:\s?(thousand|million|billion|trillion)|(k|mn|mio|m|bn|b|tn))?(?![\w])"
_BEFORE = re.compile(
    rf"(?<![\w$€£¥₹])(-)?({_SIGN})\s?(-)?({NUMBER})(?:\s?[-–]\s?(?:{_SIGN})?({NUMBER}))?{_MAGNITUDE}(?![.,]\d)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?<![\w.,])(-)?({NUMBER})(?:\s?[-–]\s?({NUMBER}))?{_MAGNITUDE}?\s?({_SIGN})(?![\w$€£¥₹])",
    re.IGNORECASE,
)
_CENTS = re.compile(rf"(?<![\w.,])({NUMBER})\s?(¢|ct\b)")
_PENCE = re.compile(r"(?<![\w.,])(\d{1,3})p\b")


_COMMA = re.compile(
    r"([€£$]\s?\d{1,3}),(\d\d)(?![\d,]|\.\d)|(?<![\w.,])(\d{1,3}),(\d\d)(?=\s?(?:[€£]|EUR\b|CHF\b))"
)


def say_money(text: str) -> str:
    """$3.50 → three dollars and fifty cents; €5-10 → five to ten euros; £2m → two million pounds."""
    text = _COMMA.sub(lambda m: f"{m[1] or m[3]}.{m[2] or m[4]}", text)
    text = _BEFORE.sub(lambda m: _amount(m[2], m[4], m[5], m[6] or m[7], bool(m[1] or m[3])), text)
    text = _AFTER.sub(lambda m: _amount(m[6], m[2], m[3], m[4] or m[5], bool(m[1])), text)
    text = _CENTS.sub(lambda m: f"{number(m[1])} cent{'' if m[1] == '1' else 's'}", text)
    return _PENCE.sub(lambda m: f"{cardinal(int(m[1]))} pence", text)


def _amount(sign: str, amount: str, upto: str | None, magnitude: str | None, negative: bool) -> str:
    sign = sign.upper()
    currency = _CURRENCIES[_CODES.get(sign, sign)]
    minus = "minus " if negative else ""
    if magnitude or upto:
        words = f"{number(amount)} to {number(upto)}" if upto else number(amount)
        return f"{minus}{words}{' ' + _MAGNITUDES[magnitude.lower()] if magnitude else ''} {currency.many}"
    whole, _, rest = amount.replace(",", "").partition(".")
    if len(rest) not in (0, 1, 2) or len(whole) > 15:
        return f"{minus}{number(amount)} {currency.many}"
    units, cents = int(whole), int(rest.ljust(2, "0")) if rest else 0
    parts = []
    if units or not cents:
        parts.append(f"{cardinal(units)} {currency.one if units == 1 else currency.many}")
    if cents:
        parts.append(f"{cardinal(cents)} {currency.cent if cents == 1 else currency.cents}")
    return minus + " and ".join(parts)
