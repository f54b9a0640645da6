"""Against a real CalDAV server: finding the calendar, reading, changing, conflicts, and a server that is away."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from assistant.services.calendar import edit
from assistant.services.calendar.caldav import CalDavStore
from assistant.services.calendar.occurrence import occurrences
from assistant.services.calendar.store import CalendarUnavailable, Conflict, Resource
from tests.services.calendar import texts
from tests.services.calendar.radicale_server import PASSWORD, USER, Radicale

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 20, tzinfo=BERLIN)
WEEKS = timedelta(days=28)


@pytest.fixture
async def store(address: str) -> AsyncIterator[CalDavStore]:
    opened = CalDavStore(address, user=USER, password=PASSWORD)
    yield opened
    await opened.close()


def lunch(uid: str = "lunch", title: str = "Lunch") -> Resource:
    noon = START + timedelta(hours=12)
    return Resource(uid, edit.new_event(uid, title, noon, noon + timedelta(hours=1), START.astimezone(UTC)))


async def titles(store: CalDavStore) -> list[str]:
    resources = await store.between(START, START + WEEKS)
    found = occurrences(resources, START, START + WEEKS, BERLIN, writable=True)
    return [f"{one.start:%d %H:%M} {one.title}" for one in found]


async def test_an_appointment_comes_and_goes(store: CalDavStore, server: Radicale, address: str) -> None:
    assert await titles(store) == []
    await store.put(lunch())
    assert await titles(store) == ["20 12:00 Lunch"]
    made = await store.find("lunch")
    assert made is not None
    assert "SUMMARY:Lunch" in server.ask("GET", made.href)
    await store.put(Resource("lunch", lunch(title="Dinner").calendar, made.etag, made.href))
    changed = await store.find("lunch")
    assert changed is not None
    assert await titles(store) == ["20 12:00 Dinner"]
    await store.delete(changed)
    assert await store.find("lunch") is None


async def test_what_another_program_wrote_is_unfolded(
    store: CalDavStore, server: Radicale, address: str
) -> None:
    server.ask(
        "PUT",
        f"{address}abc.ics",
        texts.calendar(texts.BERLIN, texts.TEAM),
        **{"Content-Type": "text/calendar"},
    )
    server.ask("PUT", f"{address}t.ics", texts.calendar(texts.TRIP), **{"Content-Type": "text/calendar"})
    assert await titles(store) == [
        "20 09:00 Team meeting",
        "24 00:00 Trip to Vienna",
        "03 11:00 Team meeting",
    ]
    early = START - timedelta(days=300)
    assert await store.between(early, early + timedelta(days=1)) == []


async def test_one_of_a_series_is_changed_at_the_server(
    store: CalDavStore, server: Radicale, address: str
) -> None:
    server.ask(
        "PUT",
        f"{address}abc.ics",
        texts.calendar(texts.BERLIN, texts.TEAM),
        **{"Content-Type": "text/calendar"},
    )
    resources = await store.between(START, START + WEEKS)
    first = occurrences(resources, START, START + WEEKS, BERLIN, writable=True)[0]
    new = first.start + timedelta(hours=6)
    changed = edit.moved(first, new, new + timedelta(minutes=30), START.astimezone(UTC))
    await store.put(Resource("team", changed, first.resource.etag, first.resource.href))
    assert await titles(store) == ["20 15:00 Team meeting", "03 11:00 Team meeting"]


async def test_nobodys_change_is_lost(store: CalDavStore, server: Radicale, address: str) -> None:
    await store.put(lunch())
    mine = await store.find("lunch")
    assert mine is not None
    server.ask(
        "PUT",
        mine.href,
        lunch(title="Brunch").calendar.to_ical().decode(),
        **{"Content-Type": "text/calendar"},
    )
    with pytest.raises(Conflict):
        await store.put(Resource("lunch", lunch(title="Dinner").calendar, mine.etag, mine.href))
    with pytest.raises(Conflict):
        await store.delete(mine)
    with pytest.raises(Conflict):
        await store.put(lunch())
    assert await titles(store) == ["20 12:00 Brunch"]


async def test_the_calendar_is_found_from_the_servers_address(server: Radicale) -> None:
    server.make_calendar("tasks", "Tasks", "VTODO")
    server.make_calendar("work", "Work")
    named = CalDavStore(server.url, calendar="work", user=USER, password=PASSWORD)
    await named.put(lunch("found"))
    assert "found.ics" in server.ask("PROPFIND", f"{server.url}{USER}/work/", Depth="1")
    await named.close()
    tasks = CalDavStore(server.url, calendar="Tasks", user=USER, password=PASSWORD)
    with pytest.raises(CalendarUnavailable, match="no calendar named Tasks"):
        await tasks.between(START, START + WEEKS)
    await tasks.close()


async def test_a_wrong_password_is_said_and_not_shown(address: str, caplog: pytest.LogCaptureFixture) -> None:
    store = CalDavStore(address, user=USER, password="a wrong secret")
    with pytest.raises(CalendarUnavailable, match=r"refuses me; check calendar\.user") as error:
        await store.between(START, START + WEEKS)
    assert error.value.code == "calendar_refused"
    assert "wrong secret" not in caplog.text
    await store.close()


async def test_a_server_that_is_away_is_said_at_once_and_back_again_used(
    store: CalDavStore, server: Radicale
) -> None:
    await store.put(lunch())
    server.stop()
    began = time.monotonic()
    with pytest.raises(CalendarUnavailable, match="I cannot reach the calendar server"):
        await store.between(START, START + WEEKS)
    assert time.monotonic() - began < 2.0
    await asyncio.to_thread(server.start)
    assert await titles(store) == ["20 12:00 Lunch"]


async def test_a_server_that_never_answers_is_given_up_on() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        store = CalDavStore(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout_s=0.3)
        with pytest.raises(CalendarUnavailable, match="takes too long"):
            await store.between(START, START + WEEKS)
        await store.close()


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (200, b"<html>hello</html>", "no CalDAV server"),
        (207, b"<multistatus", "no CalDAV server"),
        (207, b'<?xml version="1.0"?><d:multistatus xmlns:d="DAV:"/>', "no calendar for appointments"),
        (500, b"", "has a problem \\(status 500\\)"),
    ],
)
async def test_other_answers_are_sentences(status: int, body: bytes, sentence: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, body=body)

    async with answering(answer) as store:
        with pytest.raises(CalendarUnavailable, match=sentence):
            await store.between(START, START + WEEKS)


async def test_a_calendar_that_may_only_be_read() -> None:
    here = (
        '<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response><d:href>/</d:href>'
        "<d:propstat><d:prop><d:resourcetype><d:collection/><c:calendar/></d:resourcetype></d:prop>"
        "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>"
    )

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=403) if request.method == "PUT" else web.Response(status=207, text=here)

    async with answering(answer) as store:
        assert await store.between(START, START + WEEKS) == []
        with pytest.raises(CalendarUnavailable, match="does not let me change that calendar"):
            await store.put(lunch())


@asynccontextmanager
async def answering(answer: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[CalDavStore]:
    """A store on a server that answers like this to whatever is asked."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    store = CalDavStore(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    try:
        yield store
    finally:
        await store.close()
        await runner.cleanup()
