"""What is planned is done at its time, once, as it was meant, and by whom; it outlives the process."""

from dataclasses import replace

from assistant.config.policy import Policy, PolicyRule
from assistant.storage.due import Due, DueTable, Kind, State
from assistant.storage.planned import PlannedTable
from tests.services.routines.conftest import Lamp, Open, Room, at, close


def timer(due_at: float, name: str = "", state: State = State.WAITING) -> Due:
    return Due(f"timer {name}", Kind.TIMER, name, "kitchen", due_at, state, duration_s=600.0)


async def test_it_is_done_at_its_time_and_not_before(room: Room) -> None:
    await room.started()
    planned = await room.plan("turn down my lamp at eight", level=10)
    assert planned.result["spoken"] == "Okay, planned: turn down your lamp, at eight o'clock this evening."
    await room.at("2026-11-27 19:59")
    assert room.lamp.told == []
    await room.at("2026-11-27 20:00")
    assert room.lamp.told == [10]
    await room.at("2026-11-29 20:00")
    assert (room.lamp.told, room.said) == ([10], [])
    assert (await room.call("plans.list")).result == {"plans": [], "spoken": "Nothing is planned."}


async def test_what_was_done_later_can_be_taken_back(room: Room) -> None:
    await room.started()
    await room.plan("dim the lamp in ten minutes", level=10)
    await room.at("2026-11-27 15:11")
    assert room.lamp.level == 10
    assert (await room.call("undo.last")).ok
    assert room.lamp.level == 0


async def test_a_plan_can_be_taken_back(room: Room) -> None:
    await room.started()
    await room.plan("dim the lamp in ten minutes", level=10)
    assert (await room.call("undo.last")).ok
    await room.at("2026-11-27 16:00")
    assert room.lamp.told == []


async def test_a_repetition_comes_again_on_the_clocks_of_the_owner(open_room: Open) -> None:
    room = await open_room("2026-10-23 12:00")  # the clocks go back on the 25th
    await room.started()
    planned = await room.plan("every day at seven in the morning brighten the lamp", level=80)
    assert "every day" in planned.result["spoken"]
    await room.at("2026-10-26 06:59")
    assert room.lamp.told == [80, 80]
    await room.at("2026-10-26 07:00")
    assert room.lamp.told == [80, 80, 80]


async def test_it_outlives_the_process_and_is_done_late(open_room: Open) -> None:
    room = await open_room()
    await room.plan("dim the lamp at eight", level=10)
    await room.plan("every day at nine in the evening dim the lamp", level=20)
    lamp = room.lamp
    room = await open_room("2026-11-27 20:10", lamp)
    await room.started()
    await room.later(1)
    assert lamp.told == [10]
    room = await open_room("2026-11-28 22:00", lamp)
    await room.started()
    await room.later(1)
    assert lamp.told == [10]
    [(_, said)] = room.said
    assert said.startswith("I missed what was planned for nine o'clock")
    assert said.endswith(": dim the lamp.")
    await room.at("2026-11-29 21:00")
    assert lamp.told == [10, 20]


async def test_a_process_that_died_over_it_does_not_do_it_again(open_room: Open) -> None:
    room = await open_room()
    await room.plan("dim the lamp at eight", level=10)
    table = PlannedTable(room.database)
    [plan] = await table.all()
    assert await table.begin(plan, at("2026-11-27 20:00"))
    assert not await table.begin(plan, at("2026-11-27 20:00"))
    room = await open_room("2026-11-27 20:01", room.lamp)
    await room.started()
    await room.later(30)
    assert (room.lamp.told, room.said) == ([], [])
    await room.later(120)
    [(session, said)] = room.said
    assert (session, said) == (
        "kitchen",
        "I was interrupted over what was planned, and may not have done it: dim the lamp.",
    )
    assert room.lamp.told == []
    assert (await room.call("plans.list")).result["plans"] == []


async def test_what_is_risky_needs_its_yes_when_it_is_planned(room: Room) -> None:
    await room.started()
    said, calls = "open the lamp at eight", [{"service": "lamp.open", "arguments": {}}]
    question = await room.call("plans.add", said=said, calls=calls)
    assert question.error_code == "needs_confirmation"
    assert question.error_message == "Shall I really open the lamp at eight o'clock this evening?"
    await room.at("2026-11-27 15:00")
    assert (await room.call("plans.list")).result["plans"] == []
    planned = await room.call("plans.add", confirmation=question.confirmation, said=said, calls=calls)
    assert planned.ok
    await room.at("2026-11-27 20:01")
    assert room.lamp.open


async def test_a_yes_counts_in_the_next_minute_too(room: Room) -> None:
    said, calls = "open the lamp in ten minutes", [{"service": "lamp.open", "arguments": {}}]
    await room.clock.advance(55)
    question = await room.call("plans.add", said=said, calls=calls)
    assert question.error_message == "Shall I really open the lamp in ten minutes?"
    await room.clock.advance(10)
    assert (await room.call("plans.add", confirmation=question.confirmation, said=said, calls=calls)).ok


async def test_the_policy_counts_when_it_is_planned_and_when_it_is_done(open_room: Open) -> None:
    rule = PolicyRule(services=("lamp.set",), decision="deny", places=("hall",))
    room = await open_room(policy=Policy(rules=(rule,)))
    refused = await room.plan("dim the lamp at eight", session="hall", level=10)
    assert refused.error_code == "forbidden"
    assert (await room.plan("dim the lamp at eight", level=10)).ok
    everywhere = Policy(rules=(replace_places(rule),))
    room = await open_room("2026-11-27 19:59", room.lamp, policy=everywhere)
    await room.started()
    await room.at("2026-11-27 20:01")
    assert room.lamp.told == []
    assert room.said == [
        ("kitchen", "I could not do what was planned: dim the lamp. I am not allowed to do that.")
    ]


def replace_places(rule: PolicyRule) -> PolicyRule:
    return rule.model_copy(update={"places": ("*",)})


async def test_what_has_become_risky_is_not_done_without_a_yes(open_room: Open) -> None:
    room = await open_room()
    assert (await room.plan("dim the lamp at eight", level=10)).ok
    rule = PolicyRule(services=("lamp.*",), decision="ask")
    room = await open_room("2026-11-27 19:59", room.lamp, policy=Policy(rules=(rule,)))
    await room.started()
    await room.at("2026-11-27 20:01")
    assert room.lamp.told == []
    assert room.said == [
        ("kitchen", "I did not do what was planned, because it needs your yes: dim the lamp.")
    ]


async def test_what_fails_is_told_and_what_was_asked_about_is_said(room: Room) -> None:
    await room.started()
    await room.plan("dim the lamp at eight", level=10)
    await room.plan("tell me about the lamp at nine", service="lamp.read")
    room.lamp.broken = True
    await room.at("2026-11-27 21:01")
    assert [text for _, text in room.said] == [
        "I could not do what was planned: dim the lamp. The lamp does not answer.",
        "The lamp is at 0.",
    ]


async def test_nonsense_is_refused_when_it_is_asked_for(room: Room) -> None:
    bad = await room.plan("dim the lamp at eight", level=1000)
    assert bad.error_code == "bad_arguments"
    assert (await room.plan("dim the lamp", level=1)).error_code == "bad_moment"
    assert (await room.plan("dim it at eight", service="lamp.none")).error_code == "forbidden"
    late = await room.plan("dim the lamp at two this afternoon", level=1)
    assert (late.error_code, late.error_message) == (
        "past",
        "I can't do that at two this afternoon: that is over.",
    )
    assert (await room.plan("undo at eight", service="undo.last")).error_code == "not_for_later"
    assert (await room.plan("dim it when the timer ends", level=1)).error_code == "no_timers"


async def test_after_a_timer(room: Room) -> None:
    await room.started()
    await room.timers.put([timer(room.clock.now() + 600, "pasta"), timer(room.clock.now() + 60, "egg")])
    assert (await room.plan("dim the lamp when the timer ends", level=1)).error_code == "ambiguous"
    planned = await room.plan("when the pasta timer is done dim the lamp", level=10)
    assert planned.result["spoken"] == "Okay, planned: dim the lamp, at the end of the pasta timer."
    await room.later(500)
    assert room.lamp.told == []
    await room.later(101)
    assert room.lamp.told == [10]


async def test_after_a_timer_that_is_changed_paused_or_cancelled(room: Room) -> None:
    await room.started()
    now = room.clock.now()
    await room.timers.put([timer(now + 600, "pasta"), timer(now + 600, "egg"), timer(now + 600, "tea")])
    for name, level in (("pasta", 1), ("egg", 2), ("tea", 3)):
        assert (await room.plan(f"dim the lamp when the {name} timer ends", level=level)).ok
    await room.timers.put([timer(now + 1200, "pasta"), timer(now + 600, "egg", State.PAUSED)])
    await room.timers.remove(["timer tea"])
    await room.later(700)
    assert room.lamp.told == []
    await room.later(600)
    assert room.lamp.told == [1]
    await room.timers.put([timer(room.clock.now() + 10, "egg")])
    await room.later(60)
    assert room.lamp.told == [1, 2]
    assert (await room.call("plans.list")).result["plans"] == []


async def test_after_a_timer_that_ended_while_nobody_was_there(open_room: Open) -> None:
    room = await open_room()
    await room.timers.put([timer(room.clock.now() + 600)])
    assert (await room.plan("dim the lamp when the timer ends", level=10)).ok
    room = await open_room("2026-11-27 15:12", room.lamp)
    await room.started()
    await room.later(1)
    assert room.lamp.told == [10]


async def test_listed_and_cancelled(room: Room) -> None:
    assert (await room.call("plans.cancel")).error_message == "Nothing is planned."
    await room.plan("dim the lamp at eight", level=10)
    await room.clock.advance(1)
    await room.plan("every weekday at seven brighten the lamp", level=80)
    listed = (await room.call("plans.list")).result["spoken"]
    assert listed.startswith(
        "Two things are planned: dim the lamp, at eight o'clock this evening; brighten the lamp, "
    )
    assert "every weekday" in listed
    cancelled = await room.call("plans.cancel", what="dim lamp")
    assert cancelled.result["spoken"] == "I won't do it: dim the lamp, at eight o'clock this evening."
    assert (await room.call("undo.last")).ok
    assert len((await room.call("plans.list")).result["plans"]) == 2
    assert (await room.call("plans.cancel", what="feed the cat")).error_code == "unknown_plan"
    assert (await room.call("plans.cancel")).result["cancelled"] == ["brighten the lamp"]
    assert (await room.call("plans.cancel", all=True)).ok
    assert (await room.call("plans.list")).result["plans"] == []


async def test_what_is_restored_is_done_for_whoever_restores_it(room: Room) -> None:
    await room.plan("dim the lamp at eight", level=10)
    [plan] = await PlannedTable(room.database).all()
    forged = {
        **{name: getattr(plan, name) for name in plan.__slots__},
        "calls": [{"service": "lamp.open", "arguments": {}}],
        "confirmed": True,
        "channel": "console",
        "session": "kitchen",
    }
    outcome = await room.call("plans.restore", session="browser:x", plans=[forged])
    assert outcome.error_code == "forbidden"
    harmless = {**forged, "calls": [{"service": "lamp.set", "arguments": {"level": 1}}]}
    assert (await room.call("plans.restore", session="browser:x", plans=[harmless])).ok
    [plan] = await PlannedTable(room.database).all()
    assert plan.session == "browser:x"
    assert (await room.call("plans.restore", plans=[{"id": "x"}])).error_code == "bad_plan"


async def test_two_processes_do_it_once(open_room: Open, room: Room) -> None:
    await room.plan("dim the lamp at eight", level=10)
    table = PlannedTable(room.database)
    [plan] = await table.all()
    begun = [await table.begin(plan, 1.0), await table.begin(replace(plan), 2.0)]
    assert begun == [True, False]


async def test_closing_twice_is_nothing(room: Room) -> None:
    await room.started()
    await close(room)
    await close(room)
    assert isinstance(room.lamp, Lamp)
    assert isinstance(room.timers, DueTable)
