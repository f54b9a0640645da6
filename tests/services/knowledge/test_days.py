from datetime import date

import pytest

from assistant.services.knowledge.day_answers import answer
from assistant.services.knowledge.days import NoSuchDay

TODAY = date(2026, 11, 27)  # a Friday


@pytest.mark.parametrize(
    ("question", "spoken"),
    [
        ("what day is the twenty fourth of december", "December twenty-fourth is a Thursday."),
        ("what day is 24th of December 2026", "December twenty-fourth is a Thursday."),
        ("what weekday is december the third twenty twenty eight", "December third twenty twenty-eight is a Sunday."),
        ("what day was july fourth nineteen seventy six", "July fourth nineteen seventy-six was a Sunday."),
        ("when is the twenty ninth of february", "February twenty-ninth twenty twenty-eight is a Tuesday."),
        ("how many days until christmas", "It's twenty-eight days until Christmas."),
        ("how many weeks until christmas", "It's four weeks until Christmas."),
        ("how long until new years eve", "It's thirty-four days, or four weeks and six days until New Year's Eve."),
        ("how many days since last tuesday", "Last Tuesday was three days ago."),
        ("when is easter", "Easter is on Sunday, March twenty-eighth twenty twenty-seven."),
        ("when is easter in 2028", "Easter is on Sunday, April sixteenth twenty twenty-eight."),
        ("when was easter this year", "Easter was on Sunday, April fifth."),
        ("when is thanksgiving next year", "Thanksgiving is on Thursday, November twenty-fifth twenty twenty-seven."),
        ("what date is next friday", "Next Friday is December fourth, in seven days."),
        ("what date is monday", "Monday is November thirtieth, in three days."),
        ("what date was last wednesday", "Last Wednesday was November twenty-fifth."),
        ("when is good friday", "Good Friday is on Friday, March twenty-sixth twenty twenty-seven."),
        ("what's the date tomorrow", "Tomorrow is Saturday, November twenty-eighth."),
        ("what's the date in ten days", "December seventh is a Monday."),
        ("what day will it be in a hundred days", "March seventh twenty twenty-seven is a Sunday."),
        ("what day was it three weeks ago", "November sixth was a Friday."),
        ("how many days between the first of march and the tenth of april",
         "From March first twenty twenty-seven to April tenth twenty twenty-seven it's forty days, or five weeks and "
         "five days."),
        ("how many days are in february", "February has twenty-eight days, and twenty-nine in a leap year."),
        ("how many days does february twenty twenty eight have", "February has twenty-nine days."),
        ("is twenty twenty eight a leap year", "Twenty twenty-eight is a leap year."),
        ("when is the next leap year", "The next leap year is twenty twenty-eight."),
        ("what week is it", "It's week forty-eight."),
        ("how many days are left in the year",
         "There are thirty-four days, or four weeks and six days left of this year."),
        ("is it black friday", "Black Friday is Friday, November twenty-seventh."),
    ],
)  # fmt: skip
def test_questions_about_days(question: str, spoken: str) -> None:
    assert answer(question, TODAY)["spoken"] == spoken


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("what day is the thirty first of april", "April has only thirty days."),
        ("what day is february thirtieth twenty twenty seven", "February has only twenty-eight days."),
        ("when is my dentist", "I did not understand which day you mean."),
        ("what day is it in ten thousand years", "That is too far away for my calendar."),
    ],
)
def test_a_day_that_there_is_not(question: str, sentence: str) -> None:
    with pytest.raises(NoSuchDay) as caught:
        answer(question, TODAY)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 12, 31), date(2026, 1, 1)])
def test_at_the_edges_of_the_year(today: date) -> None:
    assert answer("how many days until new year's day", today)["days"] in (0, 1, 307)
    assert answer("what day is the twenty ninth of february", today)["date"] in ("2024-02-29", "2028-02-29")
