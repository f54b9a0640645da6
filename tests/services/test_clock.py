from datetime import UTC, datetime

import pytest

from assistant.config.model import Config
from assistant.errors import UserError
from assistant.services.clock import ClockServices, spoken_date, spoken_time
from assistant.services.zones import zone_of
from tests.services.conftest import Open
from tests.services.fakes import FakeClock


@pytest.mark.parametrize(
    ("time", "spoken"),
    [
        ("00:00", "midnight"), ("12:00", "noon"), ("07:00", "seven o'clock"), ("19:10", "ten past seven"),
        ("07:15", "quarter past seven"), ("07:30", "half past seven"), ("07:45", "quarter to eight"),
        ("23:55", "five to twelve"), ("12:40", "twenty to one"), ("07:42", "seven forty-two"),
        ("07:03", "seven oh three"), ("00:01", "twelve oh one"), ("13:25", "twenty-five past one"),
    ],
)  # fmt: skip
def test_times_as_people_say_them(time: str, spoken: str) -> None:
    assert spoken_time(datetime.strptime(time, "%H:%M")) == spoken


def test_dates_as_people_say_them() -> None:
    assert spoken_date(datetime(2026, 11, 22, tzinfo=UTC)) == "Sunday, November twenty-second"


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ("New York", "America/New_York"), ("tokyo", "Asia/Tokyo"), ("Japan", "Japan"), ("utc", "UTC"),
        ("the netherlands", "Europe/Amsterdam"), ("Europe/Berlin", "Europe/Berlin"),
        ("india", "Asia/Kolkata"), ("Kenya", "Africa/Nairobi"),
        ("canada", "America/Toronto"), ("argentina", "America/Argentina/Buenos_Aires"),
        ("london", "Europe/London"), ("San Francisco", "America/Los_Angeles"), ("sydney", "Australia/Sydney"),
    ],
)  # fmt: skip
def test_places(place: str, zone: str) -> None:
    found = zone_of(place)
    assert found is not None
    assert found.key == zone


async def test_the_time_here_and_elsewhere(open_house: Open) -> None:
    moment = datetime(2026, 11, 22, 23, 30, tzinfo=UTC).timestamp()
    house = await open_house(Config(timezone="Europe/Berlin"), FakeClock(moment))
    assert (await house.did("clock.time"))["iso"] == "2026-11-23T00:30:00+01:00"
    assert (await house.did("clock.time"))["spoken"] == "half past twelve"
    assert (await house.did("clock.time", place="Tokyo"))["iso"] == "2026-11-23T08:30:00+09:00"
    assert (await house.did("clock.date"))["spoken"] == "Monday, November twenty-third"
    code, sentence = await house.refused("clock.time", place="Narnia")
    assert (code, sentence) == ("unknown_place", "I don't know the time zone of Narnia.")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "/etc/passwd", "Europe"])
def test_a_wrong_setting_is_one_sentence(zone: str) -> None:
    with pytest.raises(UserError, match=r"There is no time zone .* IANA name"):
        ClockServices(FakeClock(), zone)
