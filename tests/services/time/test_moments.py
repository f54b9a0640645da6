"""Moments as people say them. Each expectation is what a person would mean who says it on a Wednesday morning."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.services.moments import moment_of, read_moment, spoken_moment, try_moment
from assistant.services.numbers import tokens_of
from assistant.services.service import ServiceError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 10, 20, tzinfo=BERLIN)  # a Wednesday

PHRASES = """
half past six                                                 2026-11-25 18:30
half past six tomorrow                                        2026-11-26 18:30
quarter to nine tomorrow morning                              2026-11-26 08:45
a quarter past eleven                                         2026-11-25 11:15
next friday at noon                                           2026-12-04 12:00
friday at noon                                                2026-11-27 12:00
seven in the evening                                          2026-11-25 19:00
seven                                                         2026-11-25 19:00
six                                                           2026-11-25 18:00
at seven                                                      2026-11-25 19:00
eleven                                                        2026-11-25 11:00
seven thirty                                                  2026-11-25 19:30
six forty five am                                             2026-11-26 06:45
six a m                                                       2026-11-26 06:00
seven p m                                                     2026-11-25 19:00
seven pm                                                      2026-11-25 19:00
eight o'clock                                                 2026-11-25 20:00
eight o'clock tonight                                         2026-11-25 20:00
tomorrow at eight                                             2026-11-26 08:00
tomorrow morning                                              2026-11-26 08:00
tonight                                                       2026-11-25 20:00
this evening at six                                           2026-11-25 18:00
in an hour and a half                                         2026-11-25 11:50
in twenty minutes                                             2026-11-25 10:40
in half an hour                                               2026-11-25 10:50
in two and a half hours                                       2026-11-25 12:50
in a quarter of an hour                                       2026-11-25 10:35
in two days                                                   2026-11-27 10:20
in two days at nine                                           2026-11-27 09:00
in a week                                                     2026-12-02 10:20
in three weeks                                                2026-12-16 10:20
two hours from now                                            2026-11-25 12:20
ten minutes from now                                          2026-11-25 10:30
the third of december                                         2026-12-03 09:00
december third at four in the afternoon                       2026-12-03 16:00
the twenty fourth of december at six pm                       2026-12-24 18:00
december twenty fourth at half past five in the afternoon     2026-12-24 17:30
on the fifth at ten                                           2026-12-05 10:00
the first of march                                            2027-03-01 09:00
monday                                                        2026-11-30 09:00
monday morning at seven                                       2026-11-30 07:00
monday at quarter past seven                                  2026-11-30 07:15
on sunday at three in the afternoon                           2026-11-29 15:00
next monday at nine                                           2026-11-30 09:00
this friday at five pm                                        2026-11-27 17:00
tuesday evening                                               2026-12-01 19:00
ten past seven                                                2026-11-25 19:10
twenty to eight                                               2026-11-25 19:40
five to twelve                                                2026-11-25 11:55
twenty five past six in the morning                           2026-11-26 06:25
midnight                                                      2026-11-26 00:00
noon                                                          2026-11-25 12:00
tomorrow at noon                                              2026-11-26 12:00
midday tomorrow                                               2026-11-26 12:00
at fifteen hundred                                            2026-11-25 15:00
eighteen thirty                                               2026-11-25 18:30
fourteen oh five                                              2026-11-25 14:05
seven oh five                                                 2026-11-25 19:05
nineteen hundred hours                                        2026-11-25 19:00
6:30                                                          2026-11-25 18:30
6:30 am                                                       2026-11-26 06:30
18:45                                                         2026-11-25 18:45
7                                                             2026-11-25 19:00
the day after tomorrow at seven                               2026-11-27 07:00
day after tomorrow                                            2026-11-27 09:00
a week from friday                                            2026-12-04 09:00
friday next week at ten                                       2026-12-04 10:00
in the morning at seven                                       2026-11-26 07:00
at six in the morning                                         2026-11-26 06:00
this afternoon at four                                        2026-11-25 16:00
lunchtime tomorrow                                            2026-11-26 12:00
tomorrow night at nine                                        2026-11-26 21:00
half six                                                      2026-11-25 18:30
next week                                                     2026-12-02 09:00
christmas eve                                                 2026-12-24 09:00
december the twenty fifth                                     2026-12-25 09:00
may fifth twenty twenty seven                                 2027-05-05 09:00
tonight at one                                                2026-11-26 01:00
two at night                                                  2026-11-26 02:00
sunday night                                                  2026-11-29 21:00
eleven at night                                               2026-11-25 23:00
twelve thirty                                                 2026-11-25 12:30
twelve tomorrow                                               2026-11-26 12:00
friday the fourth at nine                                     2026-12-04 09:00
the second at two                                             2026-12-02 14:00
ten thirty five                                               2026-11-25 10:35
twenty twenty                                                 2026-11-25 20:20
half past midnight                                            2026-11-26 00:30
wednesday at nine                                             2026-12-02 09:00
wednesday at noon                                             2026-11-25 12:00
half an hour from now                                         2026-11-25 10:50
in ten minutes' time                                          2026-11-25 10:30
in a couple of hours                                          2026-11-25 12:20
easter sunday                                                 2027-03-28 09:00
new year's eve at eleven pm                                   2026-12-31 23:00
december 3 2027 at 17:00                                      2027-12-03 17:00
this coming monday                                            2026-11-30 09:00
on the weekend                                                2026-11-28 09:00
today at nine                                                 2026-11-25 21:00
twelve o'clock at night                                       2026-11-26 00:00
friday at midnight                                            2026-11-28 00:00
the 31st                                                      2026-12-31 09:00
monday week at ten                                            2026-12-07 10:00
7.30 pm                                                       2026-11-25 19:30
at 7 a.m. tomorrow                                            2026-11-26 07:00
oh six thirty                                                 2026-11-26 06:30
zero six hundred hours                                        2026-11-26 06:00
this morning at seven                                         2026-11-25 07:00
today at nine am                                              2026-11-25 09:00
"""


@pytest.mark.parametrize("line", PHRASES.strip().splitlines())
def test_what_people_say(line: str) -> None:
    words, wanted = line[:62].strip(), line[62:]
    assert f"{moment_of(words, NOW, BERLIN):%Y-%m-%d %H:%M}" == wanted


@pytest.mark.parametrize("words", [line[:62].strip() for line in PHRASES.strip().splitlines()])
def test_what_is_told_back_means_the_same(words: str) -> None:
    at = moment_of(words, NOW, BERLIN)
    if at > NOW:
        assert moment_of(spoken_moment(at, NOW), NOW, BERLIN) == at


@pytest.mark.parametrize(
    "words",
    ["", "purple", "five minutes", "on my birthday", "seven seven", "friday tomorrow", "seven eighty", "at",
     "quarter past", "in an hour tomorrow", "january", "minus two", "the thirty first of february", "9" * 500],
)  # fmt: skip
def test_what_is_no_moment(words: str) -> None:
    with pytest.raises(ServiceError, match=r"I did not understand when .* is\."):
        moment_of(words, NOW, BERLIN)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("seven", "19:00"), ("tomorrow at six", "06:00"), ("friday at five", "05:00"),
        ("half past six tomorrow", "06:30"), ("twelve tomorrow", "12:00"), ("tomorrow evening at six", "18:00"),
    ],
)  # fmt: skip
def test_one_gets_up_in_the_morning(words: str, wanted: str) -> None:
    """On a day that was named; a bare hour is the next one, whatever it is for."""
    assert f"{moment_of(words, NOW, BERLIN, waking=True):%H:%M}" == wanted


def test_what_was_said_and_what_is_supposed() -> None:
    said = [
        (m.has_day, m.has_time)
        for m in (read_moment(w, NOW, BERLIN) for w in ("friday", "seven", "friday at seven"))
    ]
    assert said == [(True, False), (False, True), (True, True)]


@pytest.mark.parametrize(
    ("text", "is_moment"),
    [("at seven", True), ("seven", False), ("seven thirty", True), ("tomorrow", True), ("noon", True), ("six", False),
     ("tomorrow at six", True), ("eggs at six", False)],
)  # fmt: skip
def test_within_other_text_a_bare_number_is_no_time(text: str, is_moment: bool) -> None:
    assert (try_moment(tokens_of(text), NOW, BERLIN, strict=True) is not None) == is_moment


SPRING = datetime(2026, 3, 28, 20, 0, tzinfo=BERLIN)  # at two, it will be three
AUTUMN = datetime(2026, 10, 24, 20, 0, tzinfo=BERLIN)  # at three, it will be two


@pytest.mark.parametrize(
    ("now", "words", "wanted"),
    [
        (SPRING, "tomorrow at half past two in the morning", "2026-03-29T03:30:00+02:00"),
        (SPRING, "tomorrow at seven", "2026-03-29T07:00:00+02:00"),
        (SPRING, "in eight hours", "2026-03-29T05:00:00+02:00"),  # eight hours are eight hours
        (SPRING, "in one day", "2026-03-29T20:00:00+02:00"),  # a day is a day
        (AUTUMN, "tomorrow at half past two in the morning", "2026-10-25T02:30:00+02:00"),
        (AUTUMN, "in eight hours", "2026-10-25T03:00:00+01:00"),
        (AUTUMN, "tomorrow at seven", "2026-10-25T07:00:00+01:00"),
    ],
)
def test_when_the_clocks_change(now: datetime, words: str, wanted: str) -> None:
    assert moment_of(words, now, BERLIN).isoformat() == wanted


def test_the_zone_is_the_owners_wherever_now_is_told_from() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    at = moment_of("seven in the morning", datetime(2026, 11, 25, 23, 0, tzinfo=UTC), tokyo)
    assert at.isoformat() == "2026-11-27T07:00:00+09:00"  # there it is the 26th, past seven
    assert spoken_moment(at, datetime(2026, 11, 25, 23, 0, tzinfo=UTC)) == "seven o'clock tomorrow morning"


@pytest.mark.parametrize(
    ("at", "spoken"),
    [
        ("2026-11-25 18:30", "half past six this evening"), ("2026-11-25 23:05", "five past eleven tonight"),
        ("2026-11-26 00:00", "midnight tonight"), ("2026-11-26 07:00", "seven o'clock tomorrow morning"),
        ("2026-11-27 12:00", "noon on Friday"), ("2026-11-27 15:00", "three o'clock in the afternoon on Friday"),
        ("2026-12-24 18:00", "six o'clock in the evening on Thursday, December twenty-fourth"),
        ("2027-11-25 08:00", "eight o'clock in the morning on Thursday, November twenty-fifth, 2027"),
    ],
)  # fmt: skip
def test_the_answer_says_which_one_is_meant(at: str, spoken: str) -> None:
    assert spoken_moment(datetime.fromisoformat(at).replace(tzinfo=BERLIN), NOW) == spoken
