"""Numbers with a unit: temperatures, speeds, weights, lengths, durations, data, percentages."""

import re

from assistant.synthesis.spoken.numbers import NUMBER, is_one, number

# Written → singular, plural. Letters that are also words or names (A, C, K, in) are units with a sign only.
_UNITS: dict[str, tuple[str, str]] = {
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"),
    "%": ("percent", "percent"),
    "‰": ("per mille", "per mille"),
    "km/h": ("kilometre per hour", "kilometres per hour"),
    "kmh": ("kilometre per hour", "kilometres per hour"),
    "kph": ("kilometre per hour", "kilometres per hour"),
    "mph": ("mile per hour", "miles per hour"),
    "m/s": ("metre per second", "metres per second"),
    "Mbit/s": ("megabit per second", "megabits per second"),
    "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"),
    "MB/s": ("megabyte per second", "megabytes per second"),
    "m²": ("square metre", "square metres"),
    "km²": ("square kilometre", "square kilometres"),
    "m³": ("cubic metre", "cubic metres"),
    "cm²": ("square centimetre", "square centimetres"),
    "km": ("kilometre", "kilometres"),
    "m": ("metre", "metres"),
    "cm": ("centimetre", "centimetres"),
    "mm": ("millimetre", "millimetres"),
    "mi": ("mile", "miles"),
    "ft": ("foot", "feet"),
    "yd": ("yard", "yards"),
    "kg": ("kilogram", "kilograms"),
    "g": ("gram", "grams"),
    "mg": ("milligram", "milligrams"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "l": ("litre", "litres"),
    "L": ("litre", "litres"),
    "ml": ("millilitre", "millilitres"),
    "mL": ("millilitre", "millilitres"),
    "cl": ("centilitre", "centilitres"),
    "dl": ("decilitre", "decilitres"),
    "tsp": ("teaspoon", "teaspoons"),
    "tbsp": ("tablespoon", "tablespoons"),
    "TB": ("terabyte", "terabytes"),
    "GB": ("gigabyte", "gigabytes"),
    "MB": ("megabyte", "megabytes"),
    "KB": ("kilobyte", "kilobytes"),
    "kB": ("kilobyte", "kilobytes"),
    "GHz": ("gigahertz", "gigahertz"),
    "MHz": ("megahertz", "megahertz"),
    "kHz": ("kilohertz", "kilohertz"),
    "Hz": ("hertz", "hertz"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "Wh": ("watt hour", "watt hours"),
    "kW": ("kilowatt", "kilowatts"),
    "MW": ("megawatt", "megawatts"),
    "W": ("watt", "watts"),
    "V": ("volt", "volts"),
    "mAh": ("milliamp hour", "milliamp hours"),
    "dB": ("decibel", "decibels"),
    "hPa": ("hectopascal", "hectopascals"),
    "mbar": ("millibar", "millibars"),
    "kcal": ("kilocalorie", "kilocalories"),
    "bpm": ("beat per minute", "beats per minute"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "ppm": ("part per million", "parts per million"),
    "fps": ("frame per second", "frames per second"),
    "px": ("pixel", "pixels"),
    "ms": ("millisecond", "milliseconds"),
    "s": ("second", "seconds"),
    "sec": ("second", "seconds"),
    "secs": ("second", "seconds"),
    "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"),
}
_NAMES = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_DOTTED = (  # the stop of an abbreviation, not of the sentence
    r"(?:(?<=min)|(?<=mins)|(?<=sec)|(?<=secs)|(?<=hr)|(?<=hrs)|(?<=lb)|(?<=lbs)|(?<=oz)|(?<=ft))"
    r"\.(?=\s+[a-z\d])"
)
_QUANTITY = re.compile(
    rf"(?<![\w.,])(-)?({NUMBER})(?:\s?(?:[-–]|to)\s?(-?{NUMBER}))?(?:\s?|-)({_NAMES})(?![\w²³/°'’])(?:{_DOTTED})?"
)
_RUN_ON = re.compile(
    r"(?<![\w.,])(?:(\d+)\s?(?:h|hr|hrs)\s?(\d+)\s?(?:min|mins|m)\b|(\d+)\s?(?:min|m)(?=\s?\d))(?:\s?(\d+)\s?(?:s|secs?)\b)?"
)
_INCHES = re.compile(rf"(?<![\w.,])({NUMBER})\s?in\.(?=\s+[a-z])")
_BY = re.compile(r"(?<=metres|..feet|inches|pixels|.metre)\s*[×x]\s*(?=\w)")
_SPAN = re.compile(rf"(\d\s?(?:{_NAMES}))\s?[-–]\s?(?=\d)")
_PER = re.compile(r"(?<=[\w%€£$])\s?/\s?(?=(?:second|minute|hour|day|night|week|month|year|person|head)\b)")
_ATTRIBUTE = re.compile(r"\b[Aa]n?\s$")
_FEET = re.compile(r"(?<![\w.,])(\d{1,2})['′]\s?(\d{1,2})(?:[\"″]|'')")


def tidy_units(text: str) -> str:
    """Signs of one meaning and several spellings."""
    return re.sub(r"°\s(?=[CF]\b)", "°", text.replace("º", "°").replace("℃", "°C").replace("℉", "°F"))


def say_units(text: str) -> str:
    """25 °C → twenty-five degrees Celsius; 1.5 GB → one point five gigabytes; 1h30min likewise."""
    text = _FEET.sub(lambda m: f"{number(m[1])} foot {number(m[2])}", text)
    text = _SPAN.sub(r"\1 to ", text)
    text = _PER.sub(" per ", text)
    text = _RUN_ON.sub(_run_on, text)
    text = _INCHES.sub(lambda m: f"{number(m[1])} inch{'' if is_one(m[1]) else 'es'}", text)
    return _BY.sub(" by ", _QUANTITY.sub(_quantity, text))


def _run_on(match: re.Match[str]) -> str:
    """1h30min, 2h 15m, 5m30s."""
    hours, minutes, seconds = match[1], match[2] or match[3], match[4]
    if not hours and not seconds:
        return match[0]
    parts = ((hours, "hour"), (minutes, "minute"), (seconds, "second"))
    return " ".join(f"{number(v)} {name}{'' if is_one(v) else 's'}" for v, name in parts if v)


def _quantity(match: re.Match[str]) -> str:
    one, many = _UNITS[match[4]]
    words = ("minus " if match[1] else "") + number(match[2])
    if _ATTRIBUTE.search(match.string[: match.start()]) and re.match(r"\s[a-z]", match.string[match.end() :]):
        many = one  # a sixty watt bulb
    if match[3]:
        return f"{words} to {number(match[3])} {many}"
    return f"{words} {one if is_one(match[2]) else many}"
