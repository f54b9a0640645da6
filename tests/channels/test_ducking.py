"""A conversation's states make other sound quieter, and its end brings it back."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.bus import Bus
from assistant.channels.ducking import OPEN_RESTING, Ducking
from assistant.events import StateChanged
from audio.others import NoServer, OtherSound


class Noted(OtherSound):
    """The sound server is beside the point here (tests/audio/test_others.py has a real one): calls are what counts."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere"))
        self.calls: list[str] = []
        self.absent = False

    async def lower(self) -> None:
        await self._call("lower")

    async def restore(self) -> None:
        await self._call("restore")

    async def _call(self, name: str) -> None:
        self.calls.append(name)
        await asyncio.sleep(0)
        if self.absent:
            raise NoServer("pactl is not installed.")


def states(bus: Bus, *names: str, session: str = "sound") -> None:
    for name in names:
        bus.publish(StateChanged(at_s=0.0, session=session, turn=1, state=name))


async def settled(done: Callable[[], bool] = lambda: True) -> None:
    for _ in range(20):
        await asyncio.sleep(0)
    assert done()


async def test_quiet_from_the_wake_word_to_the_end_of_the_answer() -> None:
    bus, others = Bus(), Noted()
    async with Ducking(bus, "sound", others):
        await settled()
        assert others.calls == ["restore"]  # of a crash before
        states(bus, "listening")
        await settled()
        states(bus, "user speaking", "paused", "thinking")
        await settled()
        assert others.calls == ["restore", "lower"]
        states(bus, "speaking")  # music that was asked for has begun meanwhile
        await settled()
        assert others.calls == ["restore", "lower", "lower"]
        states(bus, "idle")
        await settled()
        assert others.calls == ["restore", "lower", "lower", "restore"]


async def test_an_open_microphone_listens_without_making_anything_quieter() -> None:
    bus, others = Bus(), Noted()
    async with Ducking(bus, "sound", others, OPEN_RESTING):
        await settled()
        states(bus, "listening")
        await settled()
        states(bus, "user speaking")
        await settled()
        states(bus, "listening")
        await settled()
    assert others.calls == ["restore", "lower", "restore", "restore"]


async def test_other_conversations_do_not_count() -> None:
    bus, others = Bus(), Noted()
    async with Ducking(bus, "sound", others):
        await settled()
        states(bus, "listening", session="console")
        await settled()
        assert others.calls == ["restore"]


async def test_states_that_pass_faster_than_the_server_end_in_the_last() -> None:
    bus, others = Bus(), Noted()
    async with Ducking(bus, "sound", others):
        await settled()
        states(bus, "listening", "idle", "listening", "speaking", "idle")
        await settled()
        assert others.calls[-1] == "restore"


async def test_the_end_in_the_midst_of_an_answer_restores() -> None:
    bus, others = Bus(), Noted()

    async def fails() -> None:
        async with Ducking(bus, "sound", others):
            states(bus, "speaking")
            await settled()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    assert others.calls[-2:] == ["lower", "restore"]
    states(bus, "listening")  # nobody watches any more
    await settled()
    assert others.calls[-1] == "restore"


async def test_without_a_server_it_is_told_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    bus, others = Bus(), Noted()
    others.absent = True
    with caplog.at_level("INFO"):
        async with Ducking(bus, "sound", others):
            await settled()
            for _ in range(3):
                states(bus, "listening", "idle")
                await settled()
            others.absent = False
            states(bus, "listening")
            await settled()
            assert others.calls[-1] == "lower"
    assert len([record for record in caplog.records if "Other sound stays" in record.message]) == 1
