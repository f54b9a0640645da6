from typing import Any

import pytest

from assistant.config.model import Config
from tests.services.conftest import House, Open


async def _state(house: House, device: str) -> dict[str, object]:
    [state] = (await house.did("home.query", target={"device": device}))["devices"]
    return dict(state)


async def test_a_light_really_changes_and_stays_so_after_a_restart(open_house: Open) -> None:
    house = await open_house()
    done = await house.did("home.set", target={"device": "light", "area": "kitchen"}, state="on")
    assert done["spoken_target"] == "the kitchen light"
    [changed] = done["changed"]
    assert (changed["name"], changed["area"], changed["on"], changed["state"]) == (
        "kitchen light",
        "kitchen",
        True,
        "on",
    )
    await house.services.close()
    again = await open_house()
    assert (await _state(again, "kitchen light"))["on"] is True


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"brightness": "thirty percent"}, {"on": True, "brightness": 30}),
        ({"brightness": 30}, {"on": True, "brightness": 30}),
        ({"brightness": "30%"}, {"on": True, "brightness": 30}),
        ({"brightness": "half"}, {"on": True, "brightness": 50}),
        ({"brightness": 0}, {"on": False, "brightness": 100}),
        ({"state": "on", "color": "Warm White"}, {"on": True, "color": "warm white"}),
        ({"color": "blue", "brightness": "ten"}, {"on": True, "color": "blue", "brightness": 10}),
    ],
)
async def test_lights(house: House, wish: dict[str, Any], expected: dict[str, object]) -> None:
    await house.did("home.set", target={"device": "floor lamp"}, **wish)
    state = await _state(house, "floor lamp")
    assert {name: state[name] for name in expected} == expected


async def test_steps_stay_in_bounds(house: House) -> None:
    lamp = {"device": "floor lamp"}
    await house.did("home.set", target=lamp, brightness=50)
    for step, level in ((20, 70), ("twenty", 90), (20, 100), (-30, 70), (-90, 1)):
        await house.did("home.set", target=lamp, brightness_step=step)
        assert (await _state(house, "floor lamp"))["brightness"] == level


async def test_blinds_fans_and_heating(house: House) -> None:
    await house.did("home.set", target={"device": "blinds"}, state="closed")
    assert (await _state(house, "blinds"))["position"] == 0
    await house.did("home.set", target={"device": "blinds"}, position="half")
    assert (await house.did("home.query", target={"device": "blinds"}))["spoken"] == (
        "The living room blinds are fifty percent open."
    )
    await house.did("home.set", target={"device": "fan"}, brightness=20)
    assert (await _state(house, "fan"))["speed"] == 20
    await house.did("home.set", target={"device": "heating"}, temperature="twenty one and a half degrees")
    await house.did("home.set", target={"device": "heating"}, temperature_step=1)
    assert (await _state(house, "thermostat"))["temperature"] == 22.5
    spoken = (await house.did("home.query", target={"device": "thermostat"}))["spoken"]
    assert spoken == "The thermostat is set to twenty-two point five degrees, and it is twenty now."


async def test_degrees_are_those_of_the_owner(open_house: Open) -> None:
    house = await open_house(Config(units="imperial"))
    await house.did("home.set", target={"device": "thermostat"}, temperature=70)
    assert (await _state(house, "thermostat"))["temperature"] == 21.1
    assert (
        "set to seventy degrees" in (await house.did("home.query", target={"device": "thermostat"}))["spoken"]
    )


async def test_an_area_is_whatever_there_can_do_it(house: House) -> None:
    done = await house.did("home.set", target={"area": "bedroom"}, state="on")
    assert [device["name"] for device in done["changed"]] == ["bedroom light", "bedside lamp", "bedroom fan"]
    done = await house.did("home.set", target={"device": "all the lights"}, state="off")
    assert len(done["changed"]) == 6
    done = await house.did("home.set", target={"all": True}, state="off")
    assert "front door" not in {device["name"] for device in done["changed"]}


@pytest.mark.parametrize("state", ["unlocked", "open"])
async def test_unlocking_needs_a_yes_and_locking_does_not(house: House, state: str) -> None:
    door = {"device": "front door"}
    outcome = await house.call("home.set", target=door, state=state)
    assert (outcome.error_code, outcome.error_message) == (
        "needs_confirmation",
        "Shall I really unlock the front door?",
    )
    assert (await _state(house, "front door"))["locked"] is True
    await house.did("home.set", target=door, state=state, confirmed=True)
    assert (await _state(house, "front door"))["state"] == "unlocked"
    await house.did("home.set", target=door, state="locked")
    assert (await house.call("undo.last")).error_code == "needs_confirmation"
    assert (await _state(house, "front door"))["locked"] is True
    await house.did("undo.last", confirmed=True)
    assert (await _state(house, "front door"))["locked"] is False


async def test_no_way_round_the_yes(house: House) -> None:
    for target in (
        {"area": "hallway"},
        {"all": True},
        {"kind": "lock"},
        {"device": "everything in the hallway"},
    ):
        assert (
            await house.call("home.set", target=target, state="unlocked")
        ).error_code == "needs_confirmation"
    [device] = (await house.did("home.query", target={"device": "front door"}))["devices"]
    states = {device["id"]: {"locked": False}}
    assert (await house.call("home.restore", states=states)).error_code == "needs_confirmation"
    assert (
        await house.call("home.restore", states={device["id"]: {"locked": 0}})
    ).error_code == "needs_confirmation"
    assert (await _state(house, "front door"))["locked"] is True


async def test_undo_puts_everything_back(house: House) -> None:
    await house.did("home.set", target={"device": "floor lamp"}, brightness=40, color="red")
    before = await _state(house, "floor lamp")
    await house.did("home.set", target={"device": "living room lights"}, brightness=80)
    await house.did("undo.last")
    assert await _state(house, "floor lamp") == before
    assert (await _state(house, "ceiling light"))["on"] is False


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ({"target": {"device": "toaster"}, "state": "on"}, "unknown_device", "toaster"),
        ({"target": {"device": "light", "area": "attic"}, "state": "on"}, "unknown_area", "attic"),
        ({"target": {"device": "lamp"}, "state": "on"}, "ambiguous", "Which one"),
        (
            {"target": {"device": "coffee machine"}, "state": "open"},
            "unsupported",
            "The coffee machine can't be opened.",
        ),
        ({"target": {"device": "front door"}, "state": "closed"}, "unsupported", "can't be closed"),
        ({"target": {"device": "floor lamp"}}, "nothing_to_do", "What should I do"),
        (
            {"target": {"device": "floor lamp"}, "brightness": 130},
            "out_of_range",
            "between zero and one hundred",
        ),
        ({"target": {"device": "floor lamp"}, "brightness": "purple"}, "bad_number", "purple"),
        ({"target": {"device": "floor lamp"}, "color": "soup"}, "unknown_color", "soup"),
        ({"target": {"device": "thermostat"}, "temperature": 90}, "out_of_range", "between five and thirty"),
        ({"target": {"device": "floor lamp"}, "state": "broken"}, "bad_arguments", "state"),
        ({"target": {"device": "floor lamp"}, "brightness": float("nan")}, "bad_number", "brightness"),
        ({"target": {"device": "thermostat"}, "temperature_step": float("nan")}, "bad_number", "temperature"),
        ({"state": "on"}, "bad_arguments", "I need to know the target."),
    ],
)
async def test_what_cannot_be_done_is_a_sentence(
    house: House, arguments: dict[str, object], code: str, words: str
) -> None:
    found, sentence = await house.refused("home.set", **arguments)
    assert found == code
    assert words in sentence


async def test_questions(house: House) -> None:
    ask: dict[str, Any] = {"target": {"device": "kitchen light"}}
    assert (await house.did("home.query", **ask))["spoken"] == "The kitchen light is off."
    assert (await house.did("home.query", target={"area": "living room"}, property="temperature"))[
        "spoken"
    ] == ("The thermostat is at twenty degrees.")
    await house.did("home.set", target={"device": "bedside lamp"}, brightness=30)
    assert (await house.did("home.query", target={"device": "lights"}))["spoken"] == (
        "The bedside lamp is on, nothing else."
    )
    spoken = (await house.did("home.query", target={"device": "front door"}, property="state"))["spoken"]
    assert spoken == "The front door is locked."
    assert (await house.refused("home.query", target={"device": "front door"}, property="color"))[
        0
    ] == "unsupported"


async def test_brighter_in_a_room_is_meant_for_what_is_on(house: House) -> None:
    await house.did("home.set", target={"device": "floor lamp"}, brightness=50)
    done = await house.did("home.set", target={"kind": "light"}, brightness_step=20)
    assert [(device["name"], device["brightness"]) for device in done["changed"]] == [("floor lamp", 70)]
    await house.did("home.set", target={"device": "ceiling light"}, brightness_step=-20)
    assert (await _state(house, "ceiling light"))["state"] == "off"


async def test_a_kind_that_is_not_there_is_called_by_its_everyday_name(house: House) -> None:
    target = {"kind": "climate", "area": "bedroom"}
    code, sentence = await house.refused("home.query", target=target, property="temperature")
    assert (code, sentence) == ("unknown_device", "There is no thermostat in the bedroom.")
