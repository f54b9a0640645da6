"""Calendars elsewhere: a server that is away, somebody who changes the same, calendars of others, secrets."""

import asyncio
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.config.calendar import Calendar
from assistant.errors import UserError
from assistant.services.calendar.build import calendar_services
from assistant.services.calendar.caldav import CalDavStore
from assistant.services.calendar.store import Resource
from tests.services.calendar import texts
from tests.services.calendar.conftest import open_house
from tests.services.calendar.radicale_server import PASSWORD, USER, Radicale
from tests.services.fakes import FakeClock


async def test_a_server_that_is_away_is_told_at_once_and_the_rest_goes_on(
    tmp_path: Path, server: Radicale, address: str
) -> None:
    house = await open_house(tmp_path, Calendar(url=address, user=USER, password=SecretStr(PASSWORD)))
    await house.did("calendar.add", title="dentist", when="friday at noon")
    server.stop()
    began = time.monotonic()
    for name, arguments in (
        ("calendar.read", {"when": "friday"}),
        ("calendar.add", {"title": "x", "when": "friday"}),
    ):
        code, sentence = await house.refused(name, **arguments)
        assert (code, sentence) == ("calendar_unavailable", "I cannot reach the calendar server right now.")
    assert time.monotonic() - began < 3.0
    assert (await house.did("lists.read"))["items"] == []
    await asyncio.to_thread(server.start)
    assert (await house.did("calendar.read", when="friday"))["agenda"] == "at noon, Dentist"
    await house.services.close()


async def test_a_change_that_meets_another_is_made_on_what_is_there_then(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and writing somebody else renames the appointment: both changes are in it."""
    house = await open_house(tmp_path, Calendar(url=address, user=USER, password=SecretStr(PASSWORD)))
    await house.did("calendar.add", title="dentist", when="friday at noon")
    other = CalDavStore(address, user=USER, password=PASSWORD)
    put = CalDavStore.put
    met: list[str] = []

    async def put_after_another(store: CalDavStore, resource: Resource) -> str:
        if not met:
            met.append(resource.uid)
            there = await other.find(resource.uid)
            assert there is not None
            text = there.calendar.to_ical().replace(b"SUMMARY:Dentist", b"SUMMARY:Dentist in town")
            renamed = type(there.calendar).from_ical(text)
            await put(other, Resource(there.uid, renamed, there.etag, there.href))
        return await put(store, resource)

    monkeypatch.setattr(CalDavStore, "put", put_after_another)
    await house.did("calendar.move", title="dentist", to="thursday at three")
    assert met
    assert (await house.did("calendar.read", when="thursday"))[
        "agenda"
    ] == "at three o'clock, Dentist in town"
    await other.close()
    await house.services.close()


async def test_calendars_of_others_are_read_and_not_written(tmp_path: Path) -> None:
    (tmp_path / "club.ics").write_text(texts.calendar(texts.CALL))
    settings = Calendar(subscriptions=(str(tmp_path / "club.ics"), str(tmp_path / "gone.ics")))
    house = await open_house(tmp_path, settings)
    await house.did("calendar.add", title="dentist", when="friday at noon")
    day = await house.did("calendar.read", when="friday")
    assert day["agenda"] == "at noon, Dentist; at four o'clock, Call with the tax adviser"
    assert day["missing"] == ["the calendar gone"]
    assert await house.refused("calendar.move", title="tax adviser", to="five") == (
        "read_only",
        "Call with the tax adviser is in a calendar of others, which I can only read.",
    )
    await house.services.close()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (Calendar(url="cloud.example.org"), "calendar.url is no address of a server"),
        (Calendar(url="https://anna:secret@cloud.example.org/"), "has a password in it"),
        (
            Calendar(url="http://cloud.example.org/", user="anna", password=SecretStr("secret")),
            "where everybody can read it; use https",
        ),
        (
            Calendar(url="https://x.example.org/", password_file=Path("/nowhere/password")),
            "I cannot read /nowhere",
        ),
    ],
)
async def test_settings_that_cannot_be_meant(tmp_path: Path, settings: Calendar, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as error:
        calendar_services(settings, "Europe/Berlin", FakeClock(), tmp_path)
    assert "secret" not in str(error.value).replace("a password", "")


async def test_the_password_comes_from_a_file(tmp_path: Path, address: str) -> None:
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    house = await open_house(tmp_path, Calendar(url=address, user=USER, password_file=tmp_path / "password"))
    assert (await house.did("calendar.read"))["count"] == 0
    await house.services.close()


@pytest.mark.parametrize("value", ["8", "24:00", "eight", "08:60"])
def test_hours_of_the_day_are_clock_times(value: str) -> None:
    with pytest.raises(ValueError, match="a time is written like 08:00"):
        Calendar(day_begins=value)
