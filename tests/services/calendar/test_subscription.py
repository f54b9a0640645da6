"""Calendars of others, by path and by address."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from assistant.services.calendar.store import CalendarUnavailable
from assistant.services.calendar.subscription import SubscribedFile, SubscribedUrl
from tests.services.calendar import texts
from tests.services.fakes import FakeClock

START = datetime(2026, 10, 23, tzinfo=ZoneInfo("Europe/Berlin"))
DAY = timedelta(days=1)


class Site:
    """A web server with one calendar."""

    status = 200
    text = texts.calendar(texts.CALL)
    asked = 0
    url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(status=self.status, text=self.text, content_type="text/calendar")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    one = Site()
    app = web.Application()
    app.router.add_get("/club.ics", one.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}/club.ics"
    yield one
    await runner.cleanup()


async def test_a_file_is_read_again_when_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "club.ics"
    store = SubscribedFile(path)
    with pytest.raises(CalendarUnavailable, match="There is no calendar file"):
        await store.between(START, START + DAY)
    path.write_text(texts.calendar(texts.CALL))
    assert [one.uid for one in await store.between(START, START + DAY)] == ["call"]
    path.write_text(texts.calendar(texts.CALL, texts.TRIP))
    assert [one.uid for one in await store.between(START, START + DAY)] == ["call", "trip"]


async def test_an_address_is_asked_every_quarter_of_an_hour(site: Site) -> None:
    clock = FakeClock()
    store = SubscribedUrl(site.url, clock.monotonic)
    for _ in range(3):
        assert [one.uid for one in await store.between(START, START + DAY)] == ["call"]
    assert site.asked == 1
    await clock.advance(901)
    site.text = texts.calendar(texts.TRIP)
    assert [one.uid for one in await store.between(START, START + DAY)] == ["trip"]
    await store.close()


async def test_what_was_fetched_last_serves_while_the_site_is_down(site: Site) -> None:
    clock = FakeClock()
    store = SubscribedUrl(site.url, clock.monotonic)
    site.status = 503
    with pytest.raises(CalendarUnavailable, match="I cannot get a calendar that you subscribed to"):
        await store.between(START, START + DAY)
    site.status = 200
    with pytest.raises(CalendarUnavailable):  # it is not asked again at once
        await store.between(START, START + DAY)
    await clock.advance(61)
    assert len(await store.between(START, START + DAY)) == 1
    await clock.advance(901)
    site.text = "<html>moved</html>"
    assert [one.uid for one in await store.between(START, START + DAY)] == ["call"]
    await store.close()
