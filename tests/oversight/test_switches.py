"""Switches are files: they are found, they hold over a restart, and what cannot be read counts as on."""

import asyncio
from pathlib import Path

import pytest

from assistant.errors import UserError
from assistant.oversight.switches import ALL, Switch, Switches, read, write

PATIENCE_S = 30.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "switches"


def by_hand(folder: Path, switch: Switch) -> None:
    folder.mkdir(parents=True)
    (folder / switch.value).write_text("whatever", "utf-8")


def spoil(folder: Path) -> None:
    """A file in its place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("no folder", "utf-8")


async def changed(switches: Switches, switch: Switch, on: bool) -> None:
    """Until it is so."""
    news = asyncio.Event()
    stop = switches.observe(lambda which, now: news.set() if (which, now) == (switch, on) else None)
    async with asyncio.timeout(PATIENCE_S):
        if switches.is_on(switch) != on:
            await news.wait()
    stop()


def test_nothing_is_on_where_there_is_no_file(folder: Path) -> None:
    assert read(folder) == frozenset()
    switches = Switches(folder)
    assert switches.on == ()


@pytest.mark.parametrize("switch", Switch)
async def test_a_file_that_somebody_makes_by_hand_counts_and_so_does_its_end(
    folder: Path, switch: Switch
) -> None:
    async with Switches(folder) as switches:
        by_hand(folder, switch)
        await changed(switches, switch, True)
        assert switches.on == (switch,)
        (folder / switch.value).unlink()
        await changed(switches, switch, False)
        assert not switches.is_on(switch)


async def test_it_holds_over_a_restart(folder: Path) -> None:
    async with Switches(folder) as switches:
        await switches.set(Switch.NO_ACTIONS, True)
        assert switches.no_actions
    async with Switches(folder) as switches:
        assert switches.on == (Switch.NO_ACTIONS,)
        await switches.set(Switch.NO_ACTIONS, False)
    assert Switches(folder).on == ()


def test_a_folder_that_cannot_be_read_counts_as_on(folder: Path) -> None:
    spoil(folder)
    assert read(folder) == ALL
    switches = Switches(folder)
    assert switches.no_model
    assert switches.no_actions
    assert switches.mute


async def test_a_folder_that_becomes_unreadable_counts_as_on(folder: Path) -> None:
    async with Switches(folder) as switches:
        spoil(folder)
        await changed(switches, Switch.NO_ACTIONS, True)
        assert switches.on == tuple(Switch)


async def test_what_cannot_be_written_down_is_on_nevertheless_and_stays_on(folder: Path) -> None:
    switches = Switches(folder)
    spoil(folder)
    with pytest.raises(UserError, match="mute cannot be switched on"):
        await switches.set(Switch.MUTE, True)
    assert switches.mute
    with pytest.raises(UserError, match="mute cannot be switched off"):
        await switches.set(Switch.MUTE, False)
    assert switches.mute


async def test_what_is_set_is_told_at_once_and_once(folder: Path) -> None:
    told: list[tuple[Switch, bool]] = []
    async with Switches(folder, look_s=0.001) as switches:
        switches.observe(lambda switch, on: told.append((switch, on)))
        for on in (True, True, False, False, True):
            await switches.set(Switch.MUTE, on)
        write(folder, Switch.NO_MODEL, True)
        await changed(switches, Switch.NO_MODEL, True)
    assert told == [
        (Switch.MUTE, True),
        (Switch.MUTE, False),
        (Switch.MUTE, True),
        (Switch.NO_MODEL, True),
    ]


async def test_who_waits_for_a_switch_is_woken(folder: Path) -> None:
    async with Switches(folder) as switches:
        waiting = asyncio.create_task(switches.until(Switch.NO_MODEL))
        await switches.set(Switch.MUTE, True)  # another one
        write(folder, Switch.NO_MODEL, True)
        async with asyncio.timeout(PATIENCE_S):
            await waiting
        await switches.until(Switch.NO_MODEL)  # it is on already


async def test_an_observer_that_fails_keeps_nobody_from_being_told(folder: Path) -> None:
    def fails(switch: Switch, on: bool) -> None:
        raise RuntimeError("a fault")

    told: list[Switch] = []
    switches = Switches(folder)
    switches.observe(fails)
    end = switches.observe(lambda switch, on: told.append(switch))
    await switches.set(Switch.MUTE, True)
    end()
    await switches.set(Switch.MUTE, False)
    assert told == [Switch.MUTE]
