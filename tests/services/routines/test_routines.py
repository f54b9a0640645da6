"""Routines of the settings: several things at once, what their sentences may do, and their time of day."""

import asyncio

import pytest

from assistant.config.commands import Command, ServiceCall
from assistant.config.routines import Routine
from assistant.errors import UserError
from assistant.services.service import ASIDE, Origin
from assistant.storage.planned import PlannedTable
from tests.services.routines.conftest import Open


def steps(*levels: int) -> tuple[ServiceCall, ...]:
    return tuple(ServiceCall(service="lamp.set", arguments={"level": level}) for level in levels)


READ = ServiceCall(service="lamp.read")
NIGHT = Routine(name="night", steps=(*steps(5), READ))


async def test_its_steps_are_done_and_taken_back_together(open_room: Open) -> None:
    room = await open_room(routines=(Routine(name="movie", steps=steps(70, 20)), NIGHT))
    assert (await room.call("routines.movie")).result["spoken"] == "Done."
    assert room.lamp.told == [70, 20]
    assert (await room.call("undo.last")).ok
    assert room.lamp.level == 0
    assert (await room.call("routines.night")).result["spoken"] == "The lamp is at 5."


async def test_a_step_that_fails_keeps_nothing_else_from_being_done(open_room: Open) -> None:
    room = await open_room(routines=(Routine(name="it", steps=(*steps(5), READ), answer="Good night."),))
    room.lamp.broken = True
    assert (await room.call("routines.it")).result["spoken"] == "Good night. The lamp does not answer."
    room = await open_room(routines=(Routine(name="it", steps=steps(5)),))
    room.lamp.broken = True
    assert (await room.call("routines.it")).error_message == "The lamp does not answer."


async def test_a_step_that_needs_a_yes_makes_the_routine_need_it(open_room: Open) -> None:
    room = await open_room(
        routines=(Routine(name="it", steps=(ServiceCall(service="lamp.open"), *steps(5))),)
    )
    question = await room.call("routines.it")
    assert question.error_message == "Shall I really open the lamp?"
    assert (await room.call("routines.it", confirmation=question.confirmation)).ok
    assert room.lamp.open


async def test_its_sentences_are_said_beside_the_conversation(open_room: Open) -> None:
    room = await open_room(routines=(Routine(name="it", ask=("turn off the lights", "lock the door")),))
    asked: list[tuple[str, str]] = []

    async def answer(session: str, text: str) -> str:
        asked.append((session, text))
        return f"I did: {text}."

    assert (
        (await room.call("routines.it"))
        .result["spoken"]
        .startswith("I could not do this: turn off the lights.")
    )
    room.owned.routines.ask = answer
    spoken = (await room.call("routines.it")).result["spoken"]
    assert spoken == "I did: turn off the lights. I did: lock the door."
    assert [text for _, text in asked] == ["turn off the lights", "lock the door"]
    sessions = {session for session, _ in asked}
    assert len(sessions) == 2  # what is left open in one is no matter in the next
    assert all(session.startswith(f"kitchen{ASIDE}") for session in sessions)
    nested = await room.registry.call("routines.it", {}, Origin(f"kitchen{ASIDE}1", 1, "dialogue"))
    assert nested.error_code == "nested"


async def test_the_place_of_its_sentences_is_the_place_it_was_said_at(open_room: Open) -> None:
    from assistant.config.policy import KnownPlace, Policy

    room = await open_room(policy=Policy(places=(KnownPlace(name="kids", role="guest"),)))
    for session in ("kids", f"kids{ASIDE}1"):
        assert (await room.call("lamp.open", session=session)).error_code == "forbidden"


async def test_what_takes_long_is_told_later(open_room: Open) -> None:
    room = await open_room(routines=(Routine(name="it", ask=("think",)),))
    go = asyncio.Event()

    async def answer(session: str, text: str) -> str:
        await go.wait()
        return "I have thought."

    room.owned.routines.ask = answer
    room.owned.routines.background.patience_s = 0.01
    assert "takes a while" in (await room.call("routines.it")).result["spoken"]
    go.set()
    async with asyncio.timeout(5):
        while not room.said:  # noqa: ASYNC110 - it tells by a plain call
            await asyncio.sleep(0)
    assert room.said == [("kitchen", "I have thought.")]


async def test_it_has_its_time_of_day(open_room: Open) -> None:
    routine = Routine(name="morning", steps=steps(40), at="07:00", days=("saturday", "sunday"))
    room = await open_room("2026-11-27 15:00", routines=(routine,))  # a Friday
    await room.started()
    await room.at("2026-11-28 06:59")
    assert room.lamp.told == []
    await room.at("2026-11-28 07:01")
    assert room.lamp.told == [40]
    await room.at("2026-12-04 23:00")
    assert room.lamp.told == [40, 40]
    listed = (await room.call("plans.list")).result["spoken"]
    assert listed.startswith("One thing is planned: morning, every weekend")


async def test_today_is_not_too_late_for_it(open_room: Open) -> None:
    room = await open_room("2026-11-27 15:00", routines=(Routine(name="tea", steps=steps(1), at="16:00"),))
    await room.started()
    await room.at("2026-11-27 16:01")
    assert room.lamp.told == [1]


async def test_a_restart_neither_loses_nor_repeats_it(open_room: Open) -> None:
    routine = Routine(name="morning", steps=steps(40), at="07:00")
    room = await open_room("2026-11-27 06:00", routines=(routine,))
    await room.started()
    lamp = room.lamp
    room = await open_room("2026-11-27 07:05", lamp, routines=(routine,))
    await room.started()
    await room.later(1)
    assert lamp.told == [40]
    room = await open_room("2026-11-27 07:06", lamp, routines=(routine,))
    await room.started()
    await room.later(3600)
    assert lamp.told == [40]
    room = await open_room("2026-11-28 09:00", lamp, routines=(routine,))
    await room.started()
    await room.later(1)
    assert lamp.told == [40]
    assert "I missed what was planned" in room.said[0][1]


async def test_settings_that_change_move_it(open_room: Open) -> None:
    room = await open_room(routines=(Routine(name="it", steps=steps(1), at="07:00"), NIGHT))
    await room.started()
    room = await open_room(routines=(Routine(name="it", steps=steps(1), at="08:00"),))
    await room.started()
    [plan] = await PlannedTable(room.database).all()
    assert plan.wall == "2026-11-28T08:00:00"
    room = await open_room(routines=(NIGHT,))
    await room.started()
    assert await PlannedTable(room.database).all() == []


async def test_nothing_calls_itself(open_room: Open) -> None:
    macro = Command(name="a", macro=(ServiceCall(service="routines.b"), *steps(1)))
    routine = Routine(name="b", steps=(ServiceCall(service="commands.a"),))
    with pytest.raises(UserError, match=r"commands.a would call itself"):
        await open_room(commands=(macro,), routines=(routine,))
    room = await open_room(commands=(macro,), routines=(Routine(name="b", steps=steps(2)),))
    assert (await room.call("commands.a")).ok
    assert room.lamp.told == [2, 1]
    assert (await room.call("undo.last")).ok
    assert room.lamp.level == 0


async def test_two_names_of_one_are_refused(open_room: Open) -> None:
    with pytest.raises(UserError, match="one name"):
        await open_room(routines=(NIGHT, NIGHT))
    with pytest.raises(UserError, match="taken back by b, which is not there"):
        await open_room(commands=(Command(name="a", run=("true",), undo="b"),))
