"""Houses with a calendar: one in a file, one on a real server, the same tests for both."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from assistant.config.calendar import Calendar
from assistant.config.model import Config
from assistant.services.build import create_services
from assistant.storage.due import Kind
from tests.services.calendar.radicale_server import PASSWORD, USER, Radicale, radicale
from tests.services.conftest import House
from tests.services.fakes import FakeClock

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 21, 15, 30, tzinfo=BERLIN)
"""A Wednesday afternoon, in the week at whose end the clocks go back."""
_numbers = count(1)


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    with radicale(tmp_path_factory.mktemp("radicale")) as running:
        yield running


@pytest.fixture
def address(server: Radicale) -> str:
    """Of a calendar of its own for each test."""
    name = f"private{next(_numbers)}"
    return server.make_calendar(name, name)


async def open_house(folder: Path, calendar: Calendar) -> House:
    async def announce(text: str, kind: Kind) -> None:
        """Nothing rings here."""

    clock = FakeClock(NOW.timestamp())
    config = Config(timezone="Europe/Berlin", calendar=calendar)
    services = await create_services(
        config, clock, announce, lambda event: None, database_path=folder / "assistant.db"
    )
    return House(services, clock, [])


@pytest.fixture(params=["file", "server"])
async def home(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """With an empty calendar."""
    settings = Calendar()
    if request.param == "server":
        url = request.getfixturevalue("address")
        settings = Calendar(url=url, user=USER, password=SecretStr(PASSWORD))
    house = await open_house(tmp_path, settings)
    yield house
    await house.services.close()


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[House]:
    """With an empty calendar file, `calendar.ics` in `tmp_path`."""
    house = await open_house(tmp_path, Calendar())
    yield house
    await house.services.close()
