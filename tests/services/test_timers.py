import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.services.scheduler import Scheduler
from assistant.storage.database import Database
from assistant.storage.due import Due, DueTable, Kind
from tests.services.conftest import House, Open
from tests.services.fakes import FakeClock


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.005)


async def _until_over(database: Database, left: int = 0) -> None:
    async with asyncio.timeout(30):
        while len(await DueTable(database).all()) > left:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.005)


async def _until_held(database: Database, until: float) -> None:
    """Until a process that rings has renewed its claim."""
    held = 0.0
    async with asyncio.timeout(30):
        while held < until:
            async with database.begin() as connection:
                held = float((await connection.execute(text("SELECT claimed_until FROM due"))).scalar_one())
            await asyncio.sleep(0.002)


async def test_a_timer_rings_once_when_it_is_due(house: House) -> None:
    resting = house.clock.resting()
    house.services.start()
    await resting
    resting = house.clock.resting()
    started = await house.did("timers.start", duration="five minutes", name="the pasta timer")
    await resting
    assert started["spoken_duration"] == "five minutes"
    assert (started["name"], started["duration_s"]) == ("pasta", 300)
    await house.clock.advance(299)
    assert house.said == []
    [left] = (await house.did("timers.remaining", name="pasta"))["timers"]
    assert (left["remaining_s"], left["spoken_remaining"]) == (1.0, "one second")
    resting = house.clock.resting()
    await house.clock.advance(1)
    await _until(lambda: house.said)
    assert house.said == ["Your pasta timer is done."]
    await _until(lambda: not house.services.scheduler._announcing)
    resting = house.clock.resting()
    house.services.scheduler.ended(house.said)
    await resting
    await house.clock.advance(3600)
    assert house.said == ["Your pasta timer is done."]
    assert (await house.did("timers.list"))["timers"] == []


async def test_timers_ring_in_their_order(house: House) -> None:
    for minutes in (3, 1, 2):
        await house.did("timers.start", duration=f"{minutes} minutes")
    resting = house.clock.resting()
    house.services.start()
    await resting
    for count in (1, 2, 3):
        await house.clock.advance(60)
        await _until(partial(lambda n: len(house.said) == n, count))
    assert house.said == [f"Your {word} minute timer is done." for word in ("one", "two", "three")]


async def test_after_a_restart_timers_go_on_and_ring_late_rather_than_never(open_house: Open) -> None:
    house = await open_house()
    await house.did("timers.start", duration="ten minutes", name="tea")
    await house.did("timers.start", duration="two hours")
    await house.services.close()

    again = await open_house(clock=FakeClock(house.clock.now() + 3600))
    resting = again.clock.resting()
    again.services.start()
    await resting
    await _until(lambda: again.said)
    assert again.said == ["Your tea timer was done fifty minutes ago."]
    again.services.scheduler.ended(again.said)
    await _until_over(again.services.database, 1)
    [left] = (await again.did("timers.list"))["timers"]
    assert left["spoken_remaining"] == "one hour"


async def test_a_process_killed_while_it_rings_rings_again(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    program = (
        "import asyncio, sys\nfrom pathlib import Path\n"
        "from assistant.config.model import Config\n"
        "from assistant.services.build import create_services\n"
        "from assistant.services.service import Origin\nfrom assistant.services.time import SystemClock\n"
        "async def announce(text, kind):\n    print(text, flush=True)\n    await asyncio.sleep(60)\n"
        "async def main():\n"
        "    services = await create_services(Config(), SystemClock(), announce, print,"
        " database_path=Path(sys.argv[1]))\n"
        "    await services.registry.call('timers.start', {'duration': 0.05, 'name': 'egg'}, Origin('k'))\n"
        "    services.start()\n    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(path), stdout=asyncio.subprocess.PIPE, env=os.environ.copy()
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        while b"egg timer is done" not in await process.stdout.readline():
            pass
    process.send_signal(signal.SIGKILL)
    await process.wait()

    database, said = await Database.open(path), list[str]()
    table = DueTable(database)
    [timer] = await table.all()
    clock = FakeClock(timer.due_at + 1)

    async def announce(text: str, kind: Kind) -> None:
        said.append(text)

    scheduler = Scheduler(table, clock, UTC, announce)
    resting = clock.resting()
    scheduler.start()
    await resting
    assert said == []  # the other process may still be at it
    for _ in range(20):
        await clock.advance(5)
    await _until(lambda: said)
    assert said == ["Your egg timer is done."]
    await scheduler.close()
    await database.close()


async def test_two_processes_on_one_database_ring_a_timer_once(tmp_path: Path) -> None:
    said: list[str] = []
    databases = [await Database.open(tmp_path / "a.db") for _ in range(2)]
    clock = FakeClock()
    await DueTable(databases[0]).put([Due("t", Kind.TIMER, "tea", "kitchen", clock.now(), duration_s=60.0)])

    async def announce(text: str, kind: Kind) -> None:
        said.append(text)
        await asyncio.sleep(0.1)

    schedulers = [Scheduler(DueTable(database), clock, UTC, announce) for database in databases]
    for scheduler in schedulers:
        scheduler.start()
    await _until(lambda: said)
    await _until(lambda: not any(scheduler._announcing for scheduler in schedulers))
    for _ in range(30):  # while it rings
        await clock.advance(5)
        await _until_held(databases[0], clock.now() + 7)
    for scheduler in schedulers:
        scheduler.ended(said)
    await _until_over(databases[0])
    for scheduler in schedulers:
        await scheduler.close()
    assert said == ["Your tea timer is done."]
    for database in databases:
        await database.close()


async def test_an_announcement_that_fails_is_made_again(tmp_path: Path) -> None:
    database, clock, tries = await Database.open(tmp_path / "a.db"), FakeClock(), list[str]()
    await DueTable(database).put([Due("t", Kind.TIMER, "tea", "k", clock.now() + 10, duration_s=60.0)])

    async def announce(text: str, kind: Kind) -> None:
        tries.append(text)
        if len(tries) < 3:
            raise OSError("no speaker")

    scheduler = Scheduler(DueTable(database), clock, UTC, announce)
    resting = clock.resting()
    scheduler.start()
    await resting
    async with asyncio.timeout(30):
        while len(tries) < 3 or scheduler._announcing:
            await clock.advance(1)
            await asyncio.sleep(0.002)  # the database is a thread: it needs time that is not the clock's
    scheduler.ended(tries)
    await _until_over(database)
    await scheduler.close()
    await database.close()


async def test_cancelling(house: House) -> None:
    assert await house.refused("timers.cancel") == ("no_timers", "There is no timer running.")
    await house.did("timers.start", duration="five minutes", name="pasta")
    await house.did("timers.start", duration="ten minutes")
    await house.did("timers.start", duration="an hour and a half", name="bread")
    code, sentence = await house.refused("timers.cancel")
    assert code == "ambiguous"
    assert sentence == "Which one do you mean: the pasta timer, the ten minute timer or the bread timer?"
    assert await house.refused("timers.cancel", name="tea") == ("unknown_timer", "There is no tea timer.")
    done = await house.did("timers.cancel", duration="10 minutes")
    assert done == {"cancelled": [{"name": "", "spoken": "the ten minute timer"}]}
    assert (await house.did("timers.cancel", name="my pastas timer"))["cancelled"][0]["name"] == "pasta"
    assert (await house.did("timers.cancel"))["cancelled"][0]["name"] == "bread"
    for name in ("a", "b", "c"):
        await house.did("timers.start", duration=60, name=name)
    assert len((await house.did("timers.cancel", all=True))["cancelled"]) == 3
    assert (await house.did("timers.list"))["timers"] == []


async def test_undoing_timers(house: House) -> None:
    await house.did("timers.start", duration=600, name="tea")
    await house.clock.advance(60)
    await house.did("timers.cancel", name="tea")
    await house.did("undo.last")
    [timer] = (await house.did("timers.list"))["timers"]
    assert (timer["name"], timer["remaining_s"]) == ("tea", 540.0)


async def test_limits(house: House) -> None:
    code, sentence = await house.refused("timers.start", duration="eight days")
    assert (code, sentence) == ("too_long", "A timer can run for seven days at most.")
    assert (await house.refused("timers.start", duration="purple"))[0] == "bad_duration"
    assert (await house.refused("timers.start", duration=0))[0] == "bad_duration"
    assert (await house.refused("timers.start"))[1] == "I need to know the duration."
    for _ in range(50):
        await house.did("timers.start", duration=600)
    code, sentence = await house.refused("timers.start", duration=600)
    assert code == "too_many"
    assert "fifty timers" in sentence


@pytest.mark.parametrize("name", ["Ovn timer", "oven", "the oven timer", "OVEN"])
async def test_names_are_understood_loosely(house: House, name: str) -> None:
    await house.did("timers.start", duration=600, name="oven")
    await house.did("timers.start", duration=600, name="tea")
    [timer] = (await house.did("timers.remaining", name=name))["timers"]
    assert timer["spoken_name"] == "oven timer"
