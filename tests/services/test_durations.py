import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.services.durations import seconds_of, spoken_adjective, spoken_duration
from assistant.services.numbers import number, words
from assistant.services.service import ServiceError

M, H, D = 60, 3600, 86400
PHRASES = {
    "five minutes": 5 * M,
    "one minute": M,
    "a minute": M,
    "an hour": H,
    "an hour and a half": 1.5 * H,
    "one hour and a half": 1.5 * H,
    "two and a half hours": 2.5 * H,
    "two hours and a half": 2.5 * H,
    "one and a half minutes": 90,
    "a minute and a half": 90,
    "one and a quarter hours": 1.25 * H,
    "an hour and a quarter": 1.25 * H,
    "an hour and three quarters": 1.75 * H,
    "ninety seconds": 90,
    "1 minute 30": 90,
    "one minute thirty": 90,
    "1 minute 30 seconds": 90,
    "one minute and thirty seconds": 90,
    "half an hour": 30 * M,
    "half a minute": 30,
    "half hour": 30 * M,
    "a half hour": 30 * M,
    "a half an hour": 30 * M,
    "one half hour": 30 * M,
    "a quarter of an hour": 15 * M,
    "quarter of an hour": 15 * M,
    "a quarter hour": 15 * M,
    "three quarters of an hour": 45 * M,
    "twenty five minutes": 25 * M,
    "twenty-five minutes": 25 * M,
    "forty five second": 45,
    "ten minute": 10 * M,
    "a couple of minutes": 2 * M,
    "a couple minutes": 2 * M,
    "an hour and twenty minutes": H + 20 * M,
    "an hour twenty": H + 20 * M,
    "one hour twenty five": H + 25 * M,
    "one hour, ten minutes and five seconds": H + 10 * M + 5,
    "a hundred seconds": 100,
    "a hundred and twenty seconds": 120,
    "one hundred and twenty minutes": 2 * H,
    "one point five hours": 1.5 * H,
    "1.5 hours": 1.5 * H,
    "1.5h": 1.5 * H,
    "90s": 90,
    "90 sec": 90,
    "5min": 5 * M,
    "1h30m": 1.5 * H,
    "1h 30": 1.5 * H,
    "2 hrs": 2 * H,
    "1:30": 90,
    "1:30:00": 1.5 * H,
    "five": 5 * M,
    "5": 5 * M,
    "Five Minutes.": 5 * M,
    "about ten minutes please": 10 * M,
    "a day": D,
    "two days and three hours": 2 * D + 3 * H,
    "a week": 7 * D,
    "half a day": 12 * H,
}


@pytest.mark.parametrize(("phrase", "seconds"), PHRASES.items())
def test_durations_as_people_say_them(phrase: str, seconds: float) -> None:
    assert seconds_of(phrase) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "soon",
        "a",
        "minutes",
        "zero minutes",
        "five bananas",
        "five to ten minutes",
        "minus five minutes",
        "and",
    ],
)
def test_what_is_no_duration_is_a_sentence(phrase: str) -> None:
    with pytest.raises(ServiceError, match="how long") as caught:
        seconds_of(phrase)
    assert caught.value.code == "bad_duration"


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_numbers_are_seconds_and_positive(seconds: float) -> None:
    assert seconds_of(90) == 90.0
    with pytest.raises(ServiceError):
        seconds_of(seconds)


@given(st.integers(min_value=1, max_value=7 * D))
def test_what_is_spoken_is_understood_again(seconds: int) -> None:
    assert seconds_of(spoken_duration(seconds, units=4)) == seconds
    assert seconds_of(spoken_adjective(seconds)) == seconds


@given(st.text(max_size=60))
def test_any_text_gives_seconds_or_a_sentence(text: str) -> None:
    with contextlib.suppress(ServiceError):
        assert seconds_of(text) > 0


@pytest.mark.parametrize(
    ("spoken", "value"),
    [
        ("thirty percent", 30), ("30%", 30), ("30", 30), ("a hundred per cent", 100), ("half", 50),
        ("full", 100), ("twenty one", 21), ("twenty-one degrees", 21), ("21.5 °C", 21.5), ("-5", -5),
        ("twenty one and a half degrees", 21.5), ("minus five", -5), ("+3", 3), ("maximum", 100),
        ("three quarters", 75), ("nineteen point five", 19.5), ("zero", 0), (12, 12), (12.5, 12.5),
    ],
)  # fmt: skip
def test_numbers_as_people_say_them(spoken: float | str, value: float) -> None:
    assert number(spoken, "brightness") == value


def test_what_is_no_number_is_a_sentence() -> None:
    with pytest.raises(ServiceError, match=r"I did not understand purple as a brightness\."):
        number("purple", "brightness")


def test_numbers_are_spoken_as_words() -> None:
    assert (words(25), words(21.5), words(30.0)) == ("twenty-five", "twenty-one point five", "thirty")
    assert spoken_duration(5400) == "one hour and thirty minutes"
    assert spoken_duration(3661) == "one hour, one minute and one second"
    assert spoken_adjective(300) == "five minute"
