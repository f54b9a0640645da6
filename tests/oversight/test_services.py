"""Nothing is done while actions are switched off, whatever the service and whatever the channel; and it is switched on
again with a yes of the same place. Real services, a real database, real files."""

from pathlib import Path
from typing import Any

import pytest

from assistant.config.model import Config
from assistant.config.policy import KnownPlace, Policy
from assistant.oversight.switches import Switch
from assistant.services.oversight import SWITCHED_OFF
from assistant.services.service import Origin, Risk
from tests.services.conftest import House, Open, house, open_house

__all__ = ["house", "open_house"]  # fixtures

CHANNELS = ("dialogue", "console", "http", "network", "mqtt", "model", "assistant", "routine", "")
ACTING = frozenset({Risk.REVERSIBLE, Risk.RISKY})
STILL = frozenset({"oversight.resume", "oversight.feedback", "oversight.remember"})


async def switched_on(house: House, switch: Switch) -> None:
    await house.services.switches.set(switch, True)


async def test_no_service_acts_while_actions_are_off_on_any_channel(house: House) -> None:
    """Asked with whatever arguments: it is refused before they are looked at."""
    await switched_on(house, Switch.NO_ACTIONS)
    acting = [
        spec
        for spec in house.services.registry.specs()
        if spec.risk in ACTING and not spec.stops and spec.name not in STILL
    ]
    assert len(acting) > 40
    codes = set()
    for spec in acting:
        for channel in CHANNELS:
            for arguments in ({}, {"nonsense": 1}):
                origin = Origin("kitchen", 1, channel)
                outcome = await house.services.registry.call(spec.name, arguments, origin)
                assert not outcome.ok, spec.name
                codes.add(outcome.error_code)
    assert codes <= {"switched_off", "forbidden", "too_often"}
    records = await house.services.audit.records(limit=10_000)
    assert [record for record in records if record.ok] == []


@pytest.mark.parametrize("how", ["call", "ask", "call_confirmed"])
async def test_each_way_into_the_registry_is_closed(house: House, how: str) -> None:
    await switched_on(house, Switch.NO_ACTIONS)
    way = getattr(house.services.registry, how)
    outcome = await way("lists.add", {"items": ["milk"]}, Origin("kitchen", 1, "dialogue"))
    assert (outcome.ok, outcome.error_code, outcome.error_message) == (False, "switched_off", SWITCHED_OFF)
    assert (await house.did("lists.read"))["items"] == []


async def test_what_reads_and_what_stops_something_still_works(house: House) -> None:
    await house.did("timers.start", duration="five minutes")
    await switched_on(house, Switch.NO_ACTIONS)
    assert "spoken" in await house.did("clock.time")
    assert len((await house.did("timers.list"))["timers"]) == 1
    await house.did("timers.cancel")
    assert (await house.did("timers.list"))["timers"] == []


async def test_what_was_planned_is_not_done_either(house: House) -> None:
    """Whoever carries out what was planned comes through the same registry."""
    milk = {"service": "lists.add", "arguments": {"items": ["milk"]}}
    planned = await house.did("plans.add", said="add milk in ten minutes", calls=[milk])
    await switched_on(house, Switch.NO_ACTIONS)
    assert (await house.refused("plans.run", id=planned["id"]))[0] == "switched_off"
    assert (await house.did("lists.read"))["items"] == []


async def test_somebody_says_stop_and_it_holds_over_a_restart(open_house: Open) -> None:
    house = await open_house()
    result = await house.did("oversight.stop", switch="no-actions")
    assert result["was"] is False
    await house.services.close()
    house = await open_house()
    assert (await house.refused("lists.add", items=["milk"]))[0] == "switched_off"
    assert (await house.did("oversight.status"))["spoken"] == "I don't do anything."


async def test_going_on_needs_a_yes_of_the_same_place(house: House) -> None:
    await house.did("oversight.stop", switch="no-actions")
    question = await house.call("oversight.resume", switch="no-actions")
    assert question.error_code == "needs_confirmation"
    assert question.error_message == "Shall I really do things again?"
    elsewhere = await house.answer("oversight.resume", question, session="hall", switch="no-actions")
    assert elsewhere.error_code == "not_confirmed"
    assert house.services.switches.no_actions
    await house.did("oversight.resume", confirmed=True, switch="no-actions")
    await house.did("lists.add", items=["milk"])


async def test_being_heard_again_needs_none(house: House) -> None:
    await house.did("oversight.stop", switch="mute")
    assert house.services.switches.mute
    await house.did("oversight.resume", switch="mute")
    assert not house.services.switches.mute


@pytest.mark.parametrize(
    ("origin", "stops", "resumes"),
    [
        (Origin("sound", 1, "dialogue"), "", "needs_confirmation"),
        (Origin("study", 1, "dialogue"), "", "forbidden"),  # a member's
        (Origin("nursery", 1, "dialogue"), "forbidden", "forbidden"),  # a guest's
        (Origin("sound", 1, "model"), "forbidden", "forbidden"),
        (Origin("api:radio:1", 1, "network"), "forbidden", "forbidden"),
        (Origin("mqtt:hall", 1, "mqtt"), "forbidden", "forbidden"),
    ],
    ids=lambda value: getattr(value, "session", None),
)
async def test_who_may_stop_it_and_who_may_let_it_go_on(
    open_house: Open, origin: Origin, stops: str, resumes: str
) -> None:
    places = (KnownPlace(name="study", role="member"), KnownPlace(name="nursery", role="guest"))
    house = await open_house(Config(policy=Policy(places=places)))
    call = house.services.registry.call
    assert (await call("oversight.stop", {"switch": "no-model"}, origin)).error_code == stops
    await switched_on(house, Switch.NO_MODEL)
    assert (await call("oversight.resume", {"switch": "no-model"}, origin)).error_code == resumes
    assert house.services.switches.no_model


async def test_a_switch_that_cannot_be_written_is_on_and_that_is_said(house: House, tmp_path: Path) -> None:
    (tmp_path / "switches").write_text("no folder", "utf-8")
    code, sentence = await house.refused("oversight.stop", switch="no-actions")
    assert code == "not_kept"
    assert "ends when I am started again" in sentence
    assert (await house.refused("lists.add", items=["milk"]))[0] == "switched_off"


async def test_what_nobody_keeps_is_not_said_to_be_kept(house: House) -> None:
    for service, arguments in FEEDBACK:
        assert (await house.refused(service, **arguments))[0] == "not_kept"


FEEDBACK: list[tuple[str, dict[str, Any]]] = [
    ("oversight.feedback", {"good": True}),
    ("oversight.remember", {}),
]


# ── how often ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_flood_from_one_place_is_no_matter_elsewhere_nor_for_what_stops(open_house: Open) -> None:
    house = await open_house(Config(policy=Policy(calls_per_minute=5, calls_per_place=20)))
    call = house.services.registry.call
    names = ("clock.time", "clock.date", "timers.list", "lists.all", "lists.read", "alarms.list")
    flood = [
        (await call(name, {}, Origin(f"api:radio:{number}", number, "network"))).error_code
        for number in range(10)  # each time another conversation: the caller is the same
        for name in names
    ]
    assert flood.count("") == 20
    assert set(flood) == {"", "too_often"}
    assert (await call("clock.time", {}, Origin("kitchen", 1, "dialogue"))).ok
    assert (await call("clock.time", {}, Origin("api:phone:1", 1, "network"))).ok
    stop = await call("timers.cancel", {"all": True}, Origin("api:radio:1", 99, "network"))
    assert stop.error_code != "too_often"
    await house.clock.advance(60)
    assert (await call("clock.time", {}, Origin("api:radio:1", 100, "network"))).ok


async def test_a_person_is_limited_at_all_places_and_by_nobody_elsewhere(open_house: Open) -> None:
    house = await open_house(Config(policy=Policy(calls_per_place=4)))

    async def asks(session: str, person: str) -> str:
        origin = Origin(session, 1, "dialogue", person=person)
        return (await house.services.registry.call("clock.time", {}, origin)).error_code

    for number in range(4):
        assert await asks(f"api:x{number}:1", "Ann") == ""  # who calls from elsewhere may say to be anybody
    assert [await asks(f"room{number}", "Ann") for number in range(5)] == ["", "", "", "", "too_often"]
    assert await asks("room1", "Ben") == ""
