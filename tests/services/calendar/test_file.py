"""Appointments in a file that others write, too."""

import asyncio
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant.services.calendar import edit
from assistant.services.calendar.file import FileStore
from assistant.services.calendar.store import CalendarUnavailable, Conflict, Resource
from tests.services.calendar import texts

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 23, tzinfo=BERLIN)
DAY = timedelta(days=1)


def lunch(uid: str = "lunch", title: str = "Lunch") -> Resource:
    noon = START + timedelta(hours=12)
    return Resource(uid, edit.new_event(uid, title, noon, noon + timedelta(hours=1), START.astimezone(UTC)))


async def uids(store: FileStore) -> list[str]:
    return [one.uid for one in await store.between(START, START + DAY)]


async def test_it_begins_empty_and_is_the_owners_alone(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "new" / "calendar.ics")
    assert await uids(store) == []
    await store.put(lunch())
    assert await uids(store) == ["lunch"]
    assert stat.S_IMODE((tmp_path / "new" / "calendar.ics").stat().st_mode) == 0o600
    assert await uids(FileStore(tmp_path / "new" / "calendar.ics")) == ["lunch"]


async def test_what_others_wrote_stays(tmp_path: Path) -> None:
    path = tmp_path / "calendar.ics"
    path.write_text(texts.calendar(texts.BERLIN, texts.TEAM, texts.TODO, texts.TRIP), newline="")
    store = FileStore(path)
    await store.put(lunch())
    trip = await store.find("trip")
    assert trip is not None
    await store.delete(trip)
    text = path.read_text()
    assert "BEGIN:VTODO" in text
    assert text.count("UID:team") == 3
    assert text.count("BEGIN:VTIMEZONE") == 1
    assert "UID:trip" not in text
    assert await uids(store) == ["team", "lunch"]


async def test_a_change_of_others_is_seen_and_not_overwritten(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "calendar.ics")
    await store.put(lunch())
    mine = await store.find("lunch")
    assert mine is not None
    other = FileStore(tmp_path / "calendar.ics")
    theirs = await other.find("lunch")
    assert theirs is not None
    await other.put(Resource("lunch", lunch(title="Dinner").calendar, theirs.etag))
    with pytest.raises(Conflict):
        await store.put(Resource("lunch", lunch(title="Brunch").calendar, mine.etag))
    with pytest.raises(Conflict):
        await store.delete(mine)
    with pytest.raises(Conflict):
        await store.put(lunch())  # as a new one: there is one of that name
    assert "SUMMARY:Dinner" in (tmp_path / "calendar.ics").read_text()


async def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "calendar.ics")
    await asyncio.gather(*(store.put(lunch(f"lunch {number}")) for number in range(20)))
    assert sorted(await uids(store)) == sorted(f"lunch {number}" for number in range(20))
    assert [path.name for path in tmp_path.iterdir()] == ["calendar.ics"]  # noqa: ASYNC240 (a folder of one file)


async def test_a_damaged_file_is_a_sentence_and_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "calendar.ics"
    path.write_bytes(b"\x00\x01\x02 not a calendar")
    store = FileStore(path)
    with pytest.raises(CalendarUnavailable, match="not an iCalendar file, or it is damaged"):
        await store.between(START, START + DAY)
    with pytest.raises(CalendarUnavailable):
        await store.put(lunch())
    assert path.read_bytes().startswith(b"\x00\x01\x02")


async def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CalendarUnavailable, match=r"I cannot (read|write) the calendar file"):
        await FileStore(tmp_path / "file" / "calendar.ics").put(lunch())
