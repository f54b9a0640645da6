"""What was said for a parameter, as the value that is handed over. Nothing else reaches a program or a server."""

import re
import unicodedata
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from assistant.config.commands import Parameter
from assistant.services.numbers import joined, number, words
from assistant.services.service import ServiceError

_ALIKE = 85.0
_MOST_NAMED = 5  # choices in a sentence


@dataclass(frozen=True, slots=True)
class Value:
    """`text` stands in an argument or a URL, `typed` in JSON, `spoken` in an answer."""

    text: str
    typed: str | int | float
    spoken: str


def value_of(parameter: Parameter, said: str | float) -> Value:
    """Raises `ServiceError` for what the parameter does not take."""
    value = _VALUES[parameter.kind](parameter, said)
    if value.text.startswith("-") and not parameter.dash:
        raise ServiceError("bad_value", f"The {_name(parameter)} cannot begin with a minus sign.")
    return value


def _choice(parameter: Parameter, said: str | float) -> Value:
    wanted = _plain(str(said))
    known = {_plain(spoken): spoken for spoken in parameter.choices}
    within = sorted((name for name in known if f" {name} " in f" {wanted} "), key=len)
    best = process.extractOne(wanted, list(known), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    chosen = within[-1] if within else best[0] if best else None
    if chosen is None:
        named = joined(list(parameter.choices)[:_MOST_NAMED], "or")
        raise ServiceError("bad_value", f"The {_name(parameter)} can be {named}.")
    spoken = known[chosen]
    return Value(parameter.choices[spoken], parameter.choices[spoken], spoken)


def _number(parameter: Parameter, said: str | float) -> Value:
    value = number(said, _name(parameter))
    if parameter.whole and value != int(value):
        raise ServiceError("bad_value", f"The {_name(parameter)} has to be a whole number.")
    low, high = parameter.minimum, parameter.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        limits = [f"at least {words(low)}"] if low is not None else []
        limits += [f"at most {words(high)}"] if high is not None else []
        raise ServiceError("bad_value", f"The {_name(parameter)} has to be {joined(limits)}.")
    typed = int(value) if value == int(value) else value
    return Value(str(typed), typed, words(value))


def _text(parameter: Parameter, said: str | float) -> Value:
    text = " ".join(unicodedata.normalize("NFC", str(said)).split())
    if not text or any(unicodedata.category(character).startswith("C") for character in text):
        raise ServiceError("bad_value", f"I cannot use that as the {_name(parameter)}.")
    if len(text) > parameter.max_length:
        longest = f"{parameter.max_length} characters"
        raise ServiceError("bad_value", f"The {_name(parameter)} can have {longest} at most.")
    if not re.fullmatch(parameter.pattern, text):
        raise ServiceError("bad_value", f"I cannot use that as the {_name(parameter)}.")
    return Value(text, text, text)


_VALUES = {"choice": _choice, "number": _number, "text": _text}


def _name(parameter: Parameter) -> str:
    return parameter.name.replace("_", " ")


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split()).removeprefix("the ")
