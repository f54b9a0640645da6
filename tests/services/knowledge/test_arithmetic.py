import time

import pytest

from assistant.services.knowledge.arithmetic import LONGEST, calculate
from assistant.services.knowledge.operations import NotArithmetic
from assistant.services.knowledge.spoken_values import spoken_value


@pytest.mark.parametrize(
    ("question", "said", "result"),
    [
        ("what is seventeen percent of eighty", "seventeen percent of eighty", "thirteen point six"),
        ("What's 17% of 80?", "seventeen percent of eighty", "thirteen point six"),
        ("twelve times twelve", "twelve times twelve", "one hundred and forty-four"),
        ("what's the square root of two", "the square root of two", "about one point four one four"),
        ("the cube root of twenty seven please", "the cube root of twenty-seven", "three"),
        ("half of three quarters", "half of three quarters", "zero point three seven five"),
        ("what is two thirds plus one sixth", "two thirds plus one sixth", "about zero point eight three three three"),
        ("seven eighths of sixteen", "seven eighths of sixteen", "fourteen"),
        ("add five and six", "five plus six", "eleven"),
        ("can you add two three and four", "two plus three plus four", "nine"),
        ("subtract three from ten", "ten minus three", "seven"),
        ("take twelve away from ten", "ten minus twelve", "minus two"),
        ("multiply six by seven", "six times seven", "forty-two"),
        ("divide a hundred by seven", "one hundred divided by seven", "about fourteen point two nine"),
        ("1,200 / 7", "one thousand two hundred divided by seven", "about one hundred and seventy-one point four"),
        ("what is nine plus four minus two times three", "nine plus four minus two times three", "seven"),
        ("what's eighty plus ten percent", "eighty plus ten percent", "eighty-eight"),
        ("twenty percent off fifty dollars", "twenty percent off fifty", "forty"),
        ("two to the power of ten", "two to the power of ten", "one thousand and twenty-four"),
        ("two to the tenth", "two to the power of ten", "one thousand and twenty-four"),
        ("three squared plus four squared", "three squared plus four squared", "twenty-five"),
        ("the average of two four and nine", "the average of two, four and nine", "five"),
        ("five factorial", "five factorial", "one hundred and twenty"),
        ("double sixteen", "double sixteen", "thirty-two"),
        ("a dozen times three", "one dozen times three", "thirty-six"),
        ("two point five million divided by ten", "two point five million divided by ten",
         "two hundred and fifty thousand"),
        ("what do you get if you multiply nine by nine", "nine times nine", "eighty-one"),
        ("minus five plus three", "minus five plus three", "minus two"),
        ("100-37", "one hundred minus thirty-seven", "sixty-three"),
        ("1 billion times 1 billion times 3", "one billion times one billion times three",
         "three times ten to the power of eighteen"),
        ("one over a million", "one divided by one million", "one times ten to the power of minus six"),
    ],
)  # fmt: skip
def test_sums_as_they_are_said(question: str, said: str, result: str) -> None:
    found = calculate(question)
    assert (found.said, spoken_value(found.number)) == (said, result)


@pytest.mark.parametrize(
    ("question", "percent"),
    [
        ("what percent of eighty is seventeen", 21.25),
        ("what percentage is twelve of forty eight", 25),
        ("what percent of eighty five is seventeen", 20),
    ],
)
def test_shares(question: str, percent: float) -> None:
    found = calculate(question)
    assert found.percent
    assert float(found.number * 100) == percent


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("ten divided by zero", "Nothing can be divided by zero."),
        ("zero to the power of minus one", "Nothing can be divided by zero."),
        ("the square root of minus four", "A negative number has no real square root."),
        ("two and a half factorial", "Only whole numbers have a factorial."),
        ("nine to the power of nine to the power of nine to the power of nine", "That number is too large for me."),
        ("a thousand factorial", "That number is too large for me."),
        ("what is love", "I did not understand what to calculate."),
        ("what's five", "I did not understand what to calculate."),
        ("five plus", "I did not understand what to calculate."),
        ("", "I did not understand what to calculate."),
        ("__import__('os').system('true')", "I did not understand what to calculate."),
        ("double " * LONGEST + "two", "I did not understand what to calculate."),
    ],
)  # fmt: skip
def test_what_is_no_sum_is_said_so(question: str, sentence: str) -> None:
    began = time.process_time()
    with pytest.raises(NotArithmetic) as caught:
        calculate(question)
    assert str(caught.value) == sentence
    assert time.process_time() - began < 2.0


def test_a_long_sum_of_signs_ends_soon() -> None:
    began = time.process_time()
    with pytest.raises(NotArithmetic):
        calculate("- " * (LONGEST - 1) + "x")
    assert time.process_time() - began < 2.0
