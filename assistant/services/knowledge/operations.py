"""What is done with the numbers of a sum: exactly as long as that is possible, and never without bound."""

import math
from dataclasses import dataclass
from fractions import Fraction

MOST_DIGITS = 300
"""Of any number on the way; what would be longer is not calculated."""


class NotArithmetic(ValueError):
    """The words are no sum, or one without a result; `str()` is a sentence to be spoken."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number and how it was put."""

    number: Fraction
    said: str
    percent: bool = False


def close(number: Fraction) -> Fraction:
    """`two and a third` comes as a decimal; it is meant exactly."""
    near = number.limit_denominator(100)
    return near if abs(near - number) < Fraction(1, 10**12) else number


def bounded(number: Fraction) -> Fraction:
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > MOST_DIGITS * 4:
        raise OverflowError
    return number


def power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1:
        if base < 0:
            raise NotArithmetic("That has no real result.")
        return Fraction(float(base) ** float(exponent))
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if bits * abs(exponent) > MOST_DIGITS * 4:
        raise OverflowError
    return Fraction(base ** int(exponent))


def root(number: Fraction, degree: int) -> Fraction:
    if number < 0 and degree == 2:
        raise NotArithmetic("A negative number has no real square root.")
    size = abs(float(number)) ** (1 / degree)
    near = Fraction(size).limit_denominator(1000)
    found = near if near**degree == abs(number) else Fraction(size)
    return -found if number < 0 else found


def factorial(number: Fraction) -> Fraction:
    if number.denominator != 1 or number < 0:
        raise NotArithmetic("Only whole numbers have a factorial.")
    if number > 150:
        raise OverflowError
    return Fraction(math.factorial(int(number)))
