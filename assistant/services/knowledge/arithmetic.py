"""Sums as people say them: `seventeen percent of eighty`, `add five to six`, `the square root of two`.

A recursive-descent parser over the words; nothing is ever evaluated as a program. Precedence is that of school:
powers and roots, then times and divided by, then plus and minus; `half of` and `percent of` bind like a root.
Numbers are exact fractions as long as they can be.
"""

from collections.abc import Callable
from fractions import Fraction

from assistant.services.knowledge.operations import (
    NotArithmetic,
    Value,
    bounded,
    close,
    factorial,
    power,
    root,
)
from assistant.services.knowledge.spoken_values import spoken_value
from assistant.services.knowledge.sum_words import tokens_of_sum
from assistant.services.numbers import joined, take_number

LONGEST = 80  # tokens: nobody says more, and recursion stays shallow

_NAMES = {
    "half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "twelfth": 12, "sixteenth": 16, "twentieth": 20, "hundredth": 100,
    "thousandth": 1000,
}  # fmt: skip
_FRACTIONS = _NAMES | {f"{name}s": below for name, below in _NAMES.items() if not name.startswith("hal")}
_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
             "tenth": 10}  # fmt: skip
_LARGE = {"million": 10**6, "billion": 10**9, "trillion": 10**12}
_MULTIPLES = {"double": 2, "twice": 2, "triple": 3}
_COUNTS = {"dozen": 12, "score": 20}


def calculate(question: str) -> Value:
    """The result of a spoken or written sum, and the sum in words. Raises `NotArithmetic`."""
    tokens = tokens_of_sum(question)
    if not tokens or len(tokens) > LONGEST:
        raise NotArithmetic("I did not understand what to calculate.")
    parser = _Parser(tokens)
    try:
        found = parser.command()
        parser.end()
    except ZeroDivisionError:
        raise NotArithmetic("Nothing can be divided by zero.") from None
    except OverflowError:
        raise NotArithmetic("That number is too large for me.") from None
    return found


class _Parser:
    """Each method takes what it can from the place on and gives its value, or raises `NotArithmetic`."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self.operations = 0

    def end(self) -> None:
        if self._at < len(self._tokens) or not self.operations:
            raise NotArithmetic("I did not understand what to calculate.")

    def command(self) -> Value:
        """`add five to six`, `the sum of …`, or a plain sum."""
        self._take("is")
        self._take("the")
        if self._take("add"):
            return self._all(("and", "to", "plus", ","), "plus", lambda a, b: a + b)
        if self._take("multiply"):
            return self._all(("by", "and", "with", ","), "times", lambda a, b: a * b)
        if self._take("divide"):
            first = self._power()
            self._need("by", "into", "over")
            return self._combined(first, "divided by", self._power(), lambda a, b: a / b)
        if self._take("subtract", "take", "deduct"):
            second = self._power()
            self._take("away")
            self._need("from")
            return self._combined(self.sum(), "minus", second, lambda a, b: a - b)
        if self._take("sum", "total"):
            self._need("of")
            return self._all(("and", "plus", ","), "plus", lambda a, b: a + b)
        if self._take("product"):
            self._need("of")
            return self._all(("and", "times", ","), "times", lambda a, b: a * b)
        if self._take("difference"):
            self._need("between", "of")
            first = self._power()
            self._need("and")
            return self._combined(first, "minus", self._power(), lambda a, b: a - b)
        if self._take("average", "mean"):
            return self._average()
        if self._words("percent") or self._words("percentage"):
            return self._share()
        return self.sum()

    def sum(self) -> Value:
        value = self._product()
        while True:
            if self._take("plus"):
                value = self._with_percent(value, "plus", self._product(), 1)
            elif self._take("minus", "less", "-"):
                value = self._with_percent(value, "minus", self._product(), -1)
            else:
                return value

    def _with_percent(self, value: Value, name: str, other: Value, sign: int) -> Value:
        """`eighty plus ten percent` is ten percent more than eighty."""
        if other.percent and not value.percent:
            return self._combined(value, name, other, lambda a, b: a * (1 + sign * b))
        return self._combined(value, name, other, lambda a, b: a + sign * b)

    def _product(self) -> Value:
        value = self._power()
        while True:
            if self._take("times") or self._take("multiplied", then=("by", "with")):
                value = self._combined(value, "times", self._power(), lambda a, b: a * b)
            elif self._take("over") or self._take("divided", then=("by",)):
                value = self._combined(value, "divided by", self._power(), lambda a, b: a / b)
            elif self._take("modulo", "mod"):
                value = self._combined(value, "modulo", self._power(), lambda a, b: a % b)
            else:
                return value

    def _power(self) -> Value:
        value = self._operand()
        while True:
            if self._take("squared"):
                value = self._made(
                    Value(value.number, f"{value.said} squared"), lambda a: power(a, Fraction(2))
                )
            elif self._take("cubed"):
                value = self._made(
                    Value(value.number, f"{value.said} cubed"), lambda a: power(a, Fraction(3))
                )
            elif self._take("factorial", "!"):
                value = self._made(Value(value.number, f"{value.said} factorial"), factorial)
            elif self._take("to", then=("the",)):
                value = self._exponent(value)
            else:
                return value

    def _exponent(self, value: Value) -> Value:
        """Behind `to the`: `power of three`, `third`, `fifth power`."""
        if self._take("power"):
            self._take("of")
            other = self._operand()
        else:
            word = self._next()
            if word not in _ORDINALS:
                raise NotArithmetic("I did not understand what to calculate.")
            self._at += 1
            other = Value(Fraction(_ORDINALS[word]), spoken_value(Fraction(_ORDINALS[word])))
        self._take("power")
        return self._combined(value, "to the power of", other, power)

    def _operand(self) -> Value:
        self._take("the")
        if self._take("minus", "negative", "-"):
            inner = self._operand()
            return Value(-inner.number, f"minus {inner.said}")
        if self._take("square", then=("root",)):
            return self._root("the square root of", 2)
        if self._take("cube", then=("root",)):
            return self._root("the cube root of", 3)
        if self._next() in _MULTIPLES:
            word = self._next()
            self._at += 1
            self._take("of")
            inner = self._power()
            return self._made(Value(inner.number, f"{word} {inner.said}"), lambda a: a * _MULTIPLES[word])
        return self._of(self._fraction() or self._number())

    def _of(self, value: Value) -> Value:
        """`half of …`, `seventeen percent of …`, `twenty percent off …`."""
        if self._take("percent") or self._take("per", then=("cent",)):
            value = Value(value.number / 100, f"{value.said} percent", percent=True)
            if self._take("off"):
                whole = self._power()
                return self._combined(value, "off", whole, lambda part, a: a * (1 - part))
        elif not _is_fraction(value):
            return value
        if self._take("of"):
            return self._combined(value, "of", self._power(), lambda part, a: part * a)
        return value

    def _fraction(self) -> Value | None:
        """`half`, `a third`, `three quarters`."""
        before = self._at
        if self._take("a", "an"):
            count: Value | None = Value(Fraction(1), "a")
        elif self._next() in _FRACTIONS:
            count = Value(Fraction(1), "")
        else:
            count = self._plain_number()
        if count is not None and self._next() in _FRACTIONS:
            word = self._next()
            self._at += 1
            return Value(count.number / _FRACTIONS[word], f"{count.said} {word}".strip())
        self._at = before
        return None

    def _number(self) -> Value:
        before = self._at
        value = self._plain_number()
        if value is None and self._take("a", "one") and self._next() in (*_LARGE, *_COUNTS):
            value = Value(Fraction(1), "one")
        if value is None:
            self._at = before
            raise NotArithmetic("I did not understand what to calculate.")
        while self._next() in _LARGE or self._next() in _COUNTS:
            word = self._next()
            self._at += 1
            factor = _LARGE.get(word) or _COUNTS[word]
            value = Value(value.number * factor, f"{value.said} {word}")
        return value

    def _plain_number(self) -> Value | None:
        found = self._longest_number()
        if found is None:
            return None
        self._at = found[1]
        number = Fraction(str(found[0])) if found[0] < 1e15 else Fraction(found[0])
        return Value(close(number), spoken_value(close(number)))

    def _longest_number(self) -> tuple[float, int] | None:
        """Of "two four and nine" it is "two": the words of a number end where they make none any more."""
        for end in range(len(self._tokens), self._at, -1):
            if found := take_number(self._tokens[:end], self._at):
                return found
        return None

    def _root(self, name: str, degree: int) -> Value:
        self._need("of")
        inner = self._power()
        return self._made(Value(inner.number, f"{name} {inner.said}"), lambda a: root(a, degree))

    def _average(self) -> Value:
        self._need("of")
        values = self._values(("and", ","))
        said = f"the average of {joined([value.said for value in values])}"
        return Value(sum((value.number for value in values), Fraction(0)) / len(values), said)

    def _share(self) -> Value:
        """`what percent of eighty is seventeen`, `what percentage seventeen of eighty`."""
        self._at += 1
        whole_first = self._take("of")
        self._take("is")
        first = self._power()
        self._need(*(("is",) if whole_first else ("of",)))
        second = self._power()
        part, whole = (second, first) if whole_first else (first, second)
        self.operations += 1
        percent = part.number / whole.number * 100
        return Value(percent / 100, f"{part.said} of {whole.said}", percent=True)

    def _words(self, word: str) -> bool:
        """Whether the sum begins with it, perhaps behind `what`."""
        self._take("what")
        return self._next() == word

    def _all(
        self, between: tuple[str, ...], name: str, how: Callable[[Fraction, Fraction], Fraction]
    ) -> Value:
        first, *others = self._values(between)
        for other in others:
            first = self._combined(first, name, other, how)
        return first

    def _values(self, between: tuple[str, ...]) -> list[Value]:
        values = [self._power()]
        while self._take(*between) or (values and self._next()):
            self._take("and")
            values.append(self._power())
        if len(values) < 2:
            raise NotArithmetic("I did not understand what to calculate.")
        self.operations += 1
        return values

    def _combined(
        self, left: Value, name: str, right: Value, how: Callable[[Fraction, Fraction], Fraction]
    ) -> Value:
        self.operations += 1
        return Value(bounded(how(left.number, right.number)), f"{left.said} {name} {right.said}")

    def _made(self, value: Value, how: Callable[[Fraction], Fraction]) -> Value:
        self.operations += 1
        return Value(bounded(how(value.number)), value.said)

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, *words: str, then: tuple[str, ...] = ()) -> bool:
        if self._next() not in words:
            return False
        if then and (self._at + 1 >= len(self._tokens) or self._tokens[self._at + 1] not in then):
            return False
        self._at += 2 if then else 1
        return True

    def _need(self, *words: str) -> None:
        if not self._take(*words):
            raise NotArithmetic("I did not understand what to calculate.")


def _is_fraction(value: Value) -> bool:
    return value.said.split()[-1] in _FRACTIONS
