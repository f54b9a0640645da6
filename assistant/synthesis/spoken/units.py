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
_RUN_ON = re.compile(r"(?<![\w.,])(\d+)(h|hr|min|m)\s?(?=\d+\s?(?:min|m|s|sec)\b)")
_SPAN = re.compile(rf"(\d\s?(?:{_NAMES}))\s?[-–]\s?(?=\d)")
_PER = re.compile(r"(?<=[\w%€£$])\s?/\s?(?=(?:second|minute|hour|day|night|week|month|year|person|head)\b)")
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
    return _QUANTITY.sub(_quantity, text)


def _run_on(match: re.Match[str]) -> str:
    one, many = {"h": ("hour", "hours"), "hr": ("hour", "hours")}.get(match[2], ("minute", "minutes"))
    return f"{number(match[1])} {one if is_one(match[1]) else many} "


def _quantity(match: re.Match[str]) -> str:
    one, many = _UNITS[match[4]]
    words = ("minus " if match[1] else "") + number(match[2])
    if match[3]:
        return f"{words} to {number(match[3])} {many}"
    return f"{words} {one if is_one(match[2]) else many}"
