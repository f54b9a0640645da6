"""Abbreviations, Roman numerals and symbols as words."""

import re

from assistant.synthesis.spoken.numbers import cardinal, ordinal

# Before a name; the stop never ends a sentence.
_TITLES = {
    "Dr": "Doctor", "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Prof": "Professor", "Rev": "Reverend",
    "Gov": "Governor", "Sen": "Senator", "Rep": "Representative", "Gen": "General", "Col": "Colonel",
    "Sgt": "Sergeant", "Capt": "Captain", "Lt": "Lieutenant", "Mt": "Mount", "Hon": "Honourable",
}  # fmt: skip
# Behind a name or a number; the stop may also end the sentence.
_ENDINGS = {
    "Ave": "Avenue", "Blvd": "Boulevard", "Jr": "Junior", "Sr": "Senior", "Inc": "Incorporated",
    "Ltd": "Limited", "Corp": "Corporation", "Co": "Company", "etc": "et cetera", "Dept": "Department",
}  # fmt: skip
_ANYWHERE = {
    "approx": "approximately", "vs": "versus", "ca": "circa", "incl": "including", "excl": "excluding",
    "govt": "government", "dept": "department", "tel": "telephone", "max": "maximum", "min": "minimum",
    "temp": "temperature", "resp": "respectively", "avg": "average", "misc": "miscellaneous", "cf": "compare",
}  # fmt: skip
_DOTTED = {
    "e.g": "for example",
    "i.e": "that is",
    "eg": "for example",
    "ie": "that is",
    "a.k.a": "also known as",
}
_NUMBERED = {"no": "number", "nos": "numbers", "vol": "volume", "fig": "figure", "p": "page", "pp": "pages"}
_NUMBERED |= {"ch": "chapter", "sec": "section", "ext": "extension", "art": "article"}

_END = r"(\.(?=\s*$|\s+[A-Z\"“]))?\.?"  # a stop that also ends the sentence is kept
_NAME = r"(?=\s+(?:[A-Z]|O['’]))"


def _alternatives(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_TITLE = re.compile(rf"\b({_alternatives(_TITLES)})\b\.?{_NAME}|\b(Mr|Mrs|Ms)\b\.")
# "Main St. He left": behind a name it is a street, unless the name goes on (that much cannot be known).
_SAINT = re.compile(
    r"(?:(?<![a-z]{2} )|(?<=\b(?:of|in|at|to|on) )|(?<=\bfrom )|(?<=\bthe ))\bSt\b\.?(?=\s+[A-Z][a-z]+)"
)
_STREET = re.compile(rf"(?<=[a-z\d])(\s)St\b{_END}(?!\w)")
_DRIVE = re.compile(rf"(?<=[a-z])(\s)Dr\b{_END}(?!\w)")
_ROAD = re.compile(rf"(?<=[a-z])(\s)Rd\b{_END}(?!\w)")
_ENDING = re.compile(rf"\b({_alternatives(_ENDINGS)})\b(?:\.(?=\s*$|\s+[A-Z\"“])|\.|(?=\W|$))")
_ABBREVIATION = re.compile(
    rf"(?<!\d)(?<!\d )\b({_alternatives(_ANYWHERE)})\.|\bvs\b|\bapprox\b", re.IGNORECASE
)
_LATIN = re.compile(rf"(?<!\w)({_alternatives(_DOTTED)})\b\.?(?=[\s,:]|$)", re.IGNORECASE)
_BEFORE_NUMBER = re.compile(rf"\b({_alternatives(_NUMBERED)})\.\s?(?=\d)", re.IGNORECASE)
_INITIALS = re.compile(r"\b((?:[A-Z]\.){2,})(?!\w)")
_WITH = re.compile(r"(?<!\w)[wW]/(o\b)?\s?")


def say_abbreviations(text: str) -> str:
    """Dr. Smith → Doctor Smith; Main St. → Main Street; St. James → Saint James; e.g. → for example."""
    text = _LATIN.sub(lambda m: _DOTTED[m[1].lower()], text)
    text = _BEFORE_NUMBER.sub(lambda m: f"{_NUMBERED[m[1].lower()]} ", text)
    text = _TITLE.sub(lambda m: _TITLES[m[1] or m[2]], text)
    text = _SAINT.sub("Saint", text)
    text = _STREET.sub(lambda m: f"{m[1]}Street{m[2] or ''}", text)
    text = _DRIVE.sub(lambda m: f"{m[1]}Drive{m[2] or ''}", text)
    text = _ROAD.sub(lambda m: f"{m[1]}Road{m[2] or ''}", text)
    text = _ENDING.sub(_ending, text)
    text = _ABBREVIATION.sub(_anywhere, text)
    text = _WITH.sub(lambda m: "without " if m[1] else "with ", text)
    return _INITIALS.sub(_initials, text)


def _stops(match: re.Match[str]) -> str:
    rest = match.string[match.end() :]
    return "." if match[0].endswith(".") and re.match(r"\s*$|\s+[A-Z\"“]", rest) else ""


def _ending(match: re.Match[str]) -> str:
    return _ENDINGS[match[1]] + _stops(match)


def _anywhere(match: re.Match[str]) -> str:
    ends = match[0].endswith(".") and not match.string[match.end() :].strip()
    return _ANYWHERE[match[0].rstrip(".").lower()] + ("." if ends else "")


def _initials(match: re.Match[str]) -> str:
    return match[1].replace(".", " ").strip() + _stops(match)


_ROMAN = r"((?=[IVXLC])(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))"
_REGNAL = re.compile(
    r"\b(Henry|Louis|Charles|George|Elizabeth|William|Edward|James|Richard|Philip|Philippe|Napoleon|Pius|Leo|Benedict"
    r"|Gregory|Innocent|Clement|Francis|Nicholas|Alexander|Ivan|Peter|Frederick|Otto|Ferdinand|Alfonso|Catherine|Mary"
    r"|Paul|John|Carlos|Felipe|Rameses|Ramesses|Ptolemy|Wilhelm|Friedrich|Umberto|Gustav|Harald|Haakon|Margrethe)"
    rf"\s{_ROMAN}\b(?!['’.]?\w)"
)
_NUMBERED_THING = re.compile(
    r"\b((?i:type|part|chapter|phase|level)|Part|Chapter|Volume|Act|Scene|War|Type|Phase|Section|Book|Level|Class|Article|Title|Bowl|Stage|Episode|Season"
    rf"|Apollo|Rocky|Fantasy|Mark|Appendix|Unit|Category|Grade|Schedule|Vatican|Gemini)\s{_ROMAN}\b(?!['’.]?\w)"
)
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def say_roman(text: str) -> str:
    """Henry VIII → Henry the eighth; World War II → World War two. Elsewhere letters stay letters."""
    text = _REGNAL.sub(lambda m: f"{m[1]} the {ordinal(_roman(m[2]))}", text)
    return _NUMBERED_THING.sub(lambda m: f"{m[1]} {cardinal(_roman(m[2]))}", text)


def _roman(text: str) -> int:
    values = [_VALUES[c] for c in text]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


_SYMBOLS: tuple[tuple[str, str], ...] = (
    (r"&", " and "),
    (r"<=|≤", " is at most "),
    (r">=|≥", " is at least "),
    (r"!=|≠", " is not equal to "),
    (r"==?", " equals "),
    (r"[-=]>|→|⇒", " to "),
    (r"≈", " is about "),
    (r"±", " plus or minus "),
    (r"[×⋅·]", " times "),
    (r"÷", " divided by "),
    (r"√", " the square root of "),
    (r"π", " pi "),
    (r"∞", " infinity "),
    (r"(?<=[\d)])\s*\*\s*(?=[\d(])", " times "),
    (r"(?<=\d)\s*\^\s*2\b", " squared"),
    (r"(?<=\d)\s*\^\s*3\b", " cubed"),
    (r"(?<=\d)\s*\^\s*(?=\d)", " to the power of "),
    (r"(?<=[\d)])\s+-\s+(?=[\d(])", " minus "),
    (r"(?<=[\d)])\s+/\s+(?=[\d(])", " divided by "),
    (r"(?<=[A-Za-z])\+\+", " plus plus "),
    (r"\+", " plus "),
    (r"#\s?(?=\d)", " number "),
    (r"(?<=\b[CF])#", " sharp "),
    (r"#(?=\w)", " hashtag "),
    (r"(?<!\w)~\s?(?=[\d$€£])", " about "),
    (r"@", " at "),
    (r"§+\s?", " section "),
    (r"(?<=\s)<(?=\s)", " less than "),
    (r"(?<=\s)>(?=\s)", " greater than "),
    (r"(?<=[a-z])/(?=[a-z])", " or "),
    (r"©", " copyright "),
)
_COMPILED = tuple((re.compile(pattern), word) for pattern, word in _SYMBOLS)


def say_symbols(text: str) -> str:
    """Signs between words and numbers; before the numbers are words, for their meaning depends on them."""
    for pattern, word in _COMPILED:
        text = pattern.sub(word, text)
    return text


def say_leftovers(text: str) -> str:
    """Signs that lost their number."""
    for sign, word in (
        ("%", " percent "),
        ("°", " degrees "),
        ("€", " euro "),
        ("£", " pound "),
        ("$", " dollar "),
    ):
        text = text.replace(sign, word)
    return text
