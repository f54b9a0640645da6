"""A call that is made before it is sure that it was asked for."""

from assistant.events import ServiceCalled
from assistant.services.service import Origin, Risk
from tests.dialogue.assistant_api import READING
from tests.services.conftest import House

AHEAD = Origin("kitchen", 1, "test", preview=True)
ARGUMENTS = {
    "timers.start": {"duration": "ten minutes"},
    "lists.add": {"items": ["milk"], "list": "shopping"},
    "home.set": {"target": {"kind": "light"}, "state": "on"},
}


async def test_it_only_reads(house: House) -> None:
    registry = house.services.registry
    for spec in registry.specs():
        if spec.risk is not Risk.READ:
            outcome = await registry.call(spec.name, ARGUMENTS.get(spec.name, {}), AHEAD)
            assert (outcome.ok, outcome.error_code) == (False, "preview"), spec.name
    assert (await house.did("timers.list"))["timers"] == []
    assert (await house.did("lists.read", list="shopping"))["items"] == []


async def test_a_confirmation_does_not_make_it_more(house: House) -> None:
    await house.did("lists.add", items=["milk"], list="shopping")
    question = await house.call("lists.clear", list="shopping")
    ahead = Origin("kitchen", 99, "console", question.confirmation, preview=True)
    outcome = await house.services.registry.call("lists.clear", {"list": "shopping"}, ahead)
    assert outcome.error_code == "preview"
    assert (await house.did("lists.read", list="shopping"))["items"] == ["milk"]


async def test_what_it_reads_is_right_and_nobody_is_told(house: House) -> None:
    told = len(house.events)
    ahead = await house.services.registry.call("clock.time", {}, AHEAD)
    assert len(house.events) == told
    assert ahead.result == await house.did("clock.time")
    assert isinstance(house.events[-1], ServiceCalled)


def test_what_the_stand_in_of_the_dialogues_tests_reads_is_what_the_registry_reads(house: House) -> None:
    reading = {spec.name for spec in house.services.registry.specs() if spec.risk is Risk.READ}
    assert reading >= READING
