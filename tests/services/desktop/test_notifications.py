"""Notifications that dunst really shows."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from assistant.config.model import Config
from assistant.services.desktop.bus import session_bus
from assistant.services.desktop.notifications import show, shown_too
from assistant.services.service import ServiceError
from assistant.storage.due import Kind
from tests.services.conftest import Open
from tests.services.desktop.conftest import Desk
from tests.services.desktop.session import need, program


@pytest.fixture
async def dunst(bus: str, display: str) -> Any:
    need("dunst")
    with program(["dunst", "-conf", "/dev/null"]):
        await until(there)
        yield


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """What is on the bus tells nobody when it comes."""
    async with asyncio.timeout(15):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def there() -> bool:
    async with session_bus() as bus:
        return "org.freedesktop.Notifications" in await bus.names()


async def displayed(count: int) -> bool:
    """Whether as many are on the screen."""
    server, path = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
    async with session_bus() as bus:
        return bool(await bus.property(server, path, "org.dunstproject.cmd0", "displayedLength") == count)


async def test_it_is_shown(desk: Desk, dunst: None) -> None:
    first = await desk.did("desktop.notify", text="Tea is <ready> & hot", title="Kitchen")
    second = await desk.did("desktop.notify", text="Really", urgent=True)
    assert second["id"] == first["id"] + 1
    await until(lambda: displayed(2))


async def test_without_a_daemon_it_says_what_to_install(desk: Desk, bus: str) -> None:
    code, sentence = await desk.refused("desktop.notify", text="Tea")
    assert code == "no_notifications"
    assert "dunst" in sentence


async def test_a_timer_is_told_of_and_shown(dunst: None) -> None:
    said = []

    async def announce(text: str, kind: Kind) -> None:
        said.append((text, kind))

    await shown_too(announce)("Your tea is ready.", Kind.TIMER)
    assert said == [("Your tea is ready.", Kind.TIMER)]
    await until(lambda: displayed(1))


async def test_a_timer_that_rings_is_shown_where_the_settings_want_it(dunst: None, open_house: Open) -> None:
    house = await open_house(Config.model_validate({"desktop": {"notify_timers": True}}))
    await house.did("timers.start", duration="one minute", name="tea")
    resting = house.clock.resting()
    house.services.start()
    await resting
    await house.clock.advance(60)
    await until(lambda: displayed(1))
    assert house.said == ["Your tea timer is done."]


async def test_a_timer_is_told_of_at_once_where_nothing_can_be_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = []

    async def announce(text: str, kind: Kind) -> None:
        said.append(time.monotonic())

    began = time.monotonic()
    await shown_too(announce)("Your tea is ready.", Kind.TIMER)
    assert len(said) == 1
    assert said[0] - began < 0.5
    with pytest.raises(ServiceError):
        await show("Timer", "Your tea is ready.")
