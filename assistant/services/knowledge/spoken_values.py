"""Results as people say them: as exact as is of use, and no more."""

import math
from fractions import Fraction

from num2words import num2words

_EXACT_DECIMALS = 4
_LARGEST, _SMALLEST = 10**15, Fraction(1, 10**5)  # beyond these a power of ten is said


def spoken_value(value: Fraction | float, *, digits: int = 4) -> str:
    """`thirteen point six`, `about one point four one four`, `minus two`; `about` where it was rounded.

    Up to four decimals are said where they are all of it; otherwise `digits` digits are, but of the whole part all.
    """
    exact = Fraction(value)
    if abs(exact) >= _LARGEST or 0 < abs(exact) < _SMALLEST:
        return _scientific(exact)
    decimals = _decimals(exact)
    if decimals is not None:
        return _words(exact, decimals)
    places = max(0, digits - 1 - _magnitude(exact))
    if abs(exact) >= 1000:
        places = 1 if abs(exact) < 100_000 else 0
    return f"about {_words(exact, places)}"


def spoken_measure(value: float) -> str:
    """What was converted: three digits, four from a thousand on, unless a few decimals are all of it."""
    exact = Fraction(value).limit_denominator(10**6)
    if not math.isclose(exact, value, rel_tol=1e-12, abs_tol=1e-15):
        exact = Fraction(value)
    if abs(exact) < 1000 or _decimals(exact) == 0:
        return spoken_value(exact, digits=3)
    if abs(exact) >= _LARGEST:
        return _scientific(exact)
    step = Fraction(10) ** (_magnitude(exact) - 3)
    return f"about {_words(round(exact / step) * step, 0)}"


def rounded_words(value: float, decimals: int) -> str:
    """With so many decimals at most, and without `about`."""
    return _words(Fraction(value), decimals)


def _decimals(value: Fraction) -> int | None:
    """How many decimals it has, if that is few enough to be said."""
    for places in range(_EXACT_DECIMALS + 1):
        if (value * 10**places).denominator == 1:
            return places
    return None


def _magnitude(value: Fraction) -> int:
    return math.floor(math.log10(abs(float(value))))


def _words(value: Fraction, places: int) -> str:
    scaled = round(value * 10**places)
    sign, scaled = ("minus " if scaled < 0 else ""), abs(scaled)
    whole, rest = divmod(scaled, 10**places)
    spoken = sign + str(num2words(whole)).replace(",", "")
    decimals = str(rest).zfill(places).rstrip("0") if places else ""
    return f"{spoken} point {' '.join(num2words(int(digit)) for digit in decimals)}" if decimals else spoken


def _scientific(value: Fraction) -> str:
    power = _magnitude(value) if abs(value) < _SMALLEST else len(str(abs(int(value)))) - 1
    mantissa = value / Fraction(10) ** power
    if round(abs(mantissa), 2) >= 10:
        mantissa, power = mantissa / 10, power + 1
    about = "" if mantissa == round(mantissa, 2) else "about "
    return f"{about}{_words(mantissa, 2)} times ten to the power of {num2words(power)}"
