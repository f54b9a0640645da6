"""The virtual home, spoken of in depth: scenes, sensors, floors, exceptions, rooms, and which of many."""

from typing import Any

import pytest

from assistant.config.model import Area, Config, Device, Floor, Home, Scene, SceneSetting
from assistant.services.service import Origin
from tests.services.conftest import House, Open


async def _call(house: House, service: str, room: str = "", **arguments: Any) -> Any:
    house.turn += 1
    origin = Origin("kitchen", house.turn, "console", room=room)
    return await house.services.registry.call(service, arguments, origin)


async def _on(house: House) -> set[str]:
    found = await house.did("home.find", target={"kind": "light", "all": True}, state="on")
    return {device["name"] for device in found["matching"]}


async def _set(house: House, room: str = "", **arguments: Any) -> dict[str, Any]:
    outcome = await _call(house, "home.set", room, **arguments)
    assert outcome.ok, outcome
    return dict(outcome.result)


EVERY_LIGHT = {
    "kitchen light",
    "ceiling light",
    "floor lamp",
    "bedroom light",
    "bedside lamp",
    "hallway light",
}


@pytest.mark.parametrize(
    ("but", "left"),
    [
        ([{"area": "kitchen"}], {"kitchen light"}),
        ([{"device": "floor lamp"}], {"floor lamp"}),
        ([{"device": "bedroom light"}, {"area": "hall"}], {"bedroom light", "hallway light"}),
        ([{"area": "upstairs"}], {"bedroom light", "bedside lamp"}),
        ([{"device": "lights", "area": "living room"}], {"ceiling light", "floor lamp"}),
    ],
)
async def test_all_but_some(house: House, but: list[dict[str, str]], left: set[str]) -> None:
    await _set(house, target={"kind": "light", "all": True, "but": but}, state="on")
    assert await _on(house) == EVERY_LIGHT - left


async def test_an_exception_that_is_not_known_changes_nothing(house: House) -> None:
    code, _ = await house.refused(
        "home.set", target={"kind": "light", "all": True, "but": [{"device": "sauna"}]}, state="on"
    )
    assert code == "unknown_device"
    assert await _on(house) == set()


@pytest.mark.parametrize(
    ("floor", "lights"),
    [
        ("upstairs", {"bedroom light", "bedside lamp"}),
        ("first floor", {"bedroom light", "bedside lamp"}),
        ("downstairs", EVERY_LIGHT - {"bedroom light", "bedside lamp"}),
        ("ground floor", EVERY_LIGHT - {"bedroom light", "bedside lamp"}),
    ],
)
async def test_a_whole_floor(house: House, floor: str, lights: set[str]) -> None:
    await _set(house, target={"kind": "light", "area": floor}, state="on")
    assert await _on(house) == lights


@pytest.mark.parametrize(
    ("target", "room", "lights"),
    [
        ({"kind": "light"}, "kitchen", {"kitchen light"}),
        ({"kind": "light", "area": "here"}, "bedroom", {"bedroom light", "bedside lamp"}),
        ({"kind": "light", "all": True}, "kitchen", EVERY_LIGHT),
        ({"kind": "light", "all": True, "area": "here"}, "kitchen", {"kitchen light"}),
        ({"device": "lamp"}, "bedroom", {"bedside lamp"}),
        ({"device": "lamp"}, "living room", {"floor lamp"}),
        ({"kind": "light", "area": "hallway"}, "kitchen", {"hallway light"}),
        ({"device": "everything", "area": "here"}, "living room", {"ceiling light", "floor lamp"}),
        ({"kind": "light"}, "garden shed", EVERY_LIGHT),  # a room that the home does not have
        ({"kind": "light"}, "", EVERY_LIGHT),
    ],
)
async def test_the_room_in_which_it_is_said(
    house: House, target: dict[str, Any], room: str, lights: set[str]
) -> None:
    await _set(house, room, target=target, state="on")
    assert await _on(house) == lights


async def test_the_heating_of_the_house_is_meant_where_a_room_has_none(house: House) -> None:
    done = await _set(house, "kitchen", target={"kind": "climate"}, temperature_step=2)
    assert [device["temperature"] for device in done["changed"]] == [22.0]


async def test_here_asks_which_room_where_nobody_knows(house: House) -> None:
    outcome = await _call(house, "home.set", target={"kind": "light", "area": "here"}, state="on")
    assert (outcome.error_code, outcome.error_message) == ("ambiguous", "Which room do you mean?")
    await _set(house, target={"device": "kitchen", "among": True}, state="on")
    assert await _on(house) == {"kitchen light"}


@pytest.mark.parametrize(
    ("answer", "lights"),
    [
        ("the floor one", {"floor lamp"}),
        ("floor lamp", {"floor lamp"}),
        ("the second one", {"bedside lamp"}),
        ("the last", {"bedside lamp"}),
        ("both", {"floor lamp", "bedside lamp"}),
        ("both of them", {"floor lamp", "bedside lamp"}),
        ("the one in the bedroom", {"bedside lamp"}),
        ("bedroom", {"bedside lamp"}),
        ("the living room one", {"floor lamp"}),
        ("the kitchen light", {"kitchen light"}),  # neither, but clear
    ],
)
async def test_an_answer_to_which_one(house: House, answer: str, lights: set[str]) -> None:
    code, question = await house.refused("home.set", target={"device": "lamp"}, state="on")
    assert code == "ambiguous"
    assert (
        question
        == "Which one do you mean: the floor lamp in the living room or the bedside lamp in the bedroom?"
    )
    await house.did("home.set", target={"device": answer, "among": True}, state="on")
    assert await _on(house) == lights


async def test_an_answer_that_is_none_says_so(house: House) -> None:
    code, _ = await house.refused("home.set", target={"device": "both", "among": True}, state="on")
    assert code == "no_question"
    await house.refused("home.set", target={"device": "lamp"}, state="on")
    code, _ = await house.refused("home.set", target={"device": "garden one", "among": True}, state="on")
    assert code == "unknown_device"


async def test_it_is_too_dark_turns_on_what_is_off_and_brightens_what_is_on(house: House) -> None:
    dark: dict[str, Any] = {
        "target": {"kind": "light", "area": "living room"},
        "state": "on",
        "brightness_step": 25,
    }
    await _set(house, **dark)
    assert await _on(house) == {"ceiling light", "floor lamp"}
    await _set(house, target={"device": "ceiling light"}, state="off")
    await _set(house, target={"device": "floor lamp"}, brightness=40)
    done = await _set(house, **dark)
    assert [(device["name"], device["brightness"]) for device in done["changed"]] == [("floor lamp", 65)]


async def test_a_scene_and_back(house: House) -> None:
    await _set(house, target={"device": "ceiling light"}, state="on")
    done = await _set(house, target={"device": "movie night"}, state="on")
    assert (done["scene"], done["spoken_target"]) == (True, "the movie night")
    lamp = (await house.did("home.query", target={"device": "floor lamp"}))["devices"][0]
    blinds = (await house.did("home.query", target={"device": "blinds"}))["devices"][0]
    assert await _on(house) == {"floor lamp"}
    assert (lamp["brightness"], lamp["color"], blinds["position"]) == (20, "warm white", 0)
    await house.did("undo.last")
    assert await _on(house) == {"ceiling light"}
    assert (await house.did("home.query", target={"device": "blinds"}))["devices"][0]["position"] == 100


async def test_everything_does_not_start_scenes(house: House) -> None:
    await _set(house, target={"all": True}, state="on")
    assert (await house.did("home.query", target={"device": "blinds"}))["devices"][0]["position"] == 100


async def test_a_scene_that_would_open_a_lock_needs_a_yes(open_house: Open) -> None:
    home = Home(
        devices=(Device(name="back door", kind="lock"),),
        scenes=(Scene(name="welcome", settings=(SceneSetting(device="back door", state="open"),)),),
    )
    house = await open_house(Config(home=home))
    code, question = await house.refused("home.set", target={"device": "welcome"}, state="on")
    assert (code, question) == ("needs_confirmation", "Shall I really unlock the back door?")


async def test_sensors_are_asked_by_room_and_by_what_they_measure(house: House) -> None:
    for target, spoken in (
        ({"kind": "humidity", "area": "bedroom"}, "The bedroom humidity is forty-five percent."),
        ({"device": "humidity"}, "The bedroom humidity is forty-five percent."),
        ({"device": "kitchen window"}, "The kitchen window is closed."),
        ({"device": "window", "area": "bedroom"}, "The bedroom window is closed."),
    ):
        assert (await house.did("home.query", target=target))["spoken"] == spoken
    warm = await house.did(
        "home.query", target={"kind": "temperature", "area": "bedroom"}, property="temperature"
    )
    assert warm["spoken"] == "The bedroom temperature is nineteen degrees."
    warm = await house.did(
        "home.query", target={"kind": "temperature", "area": "upstairs"}, property="temperature"
    )
    assert warm["spoken"] == "The bedroom temperature is nineteen degrees."
    warm = await house.did("home.query", target={"kind": "temperature"}, property="temperature")
    assert warm["spoken"] == "The thermostat is at twenty degrees."


async def test_a_sensor_cannot_be_switched(house: House) -> None:
    assert (await house.refused("home.set", target={"device": "bedroom humidity"}, state="on"))[
        0
    ] == "unsupported"


@pytest.mark.parametrize(
    ("target", "state", "ask", "spoken"),
    [
        (
            {"kind": "light", "all": True},
            "on",
            "which",
            "These are on: the kitchen light and the floor lamp.",
        ),
        ({"kind": "light", "all": True}, "on", "any", "Yes, the kitchen light and the floor lamp are on."),
        ({"kind": "light", "all": True}, "on", "count", "Two are on: the kitchen light and the floor lamp."),
        (
            {"kind": "light", "all": True},
            "off",
            "all",
            "No, the kitchen light is on and the floor lamp is on.",
        ),
        ({"kind": "light", "area": "kitchen"}, "on", "any", "Yes, the kitchen light is on."),
        ({"kind": "light", "area": "bedroom"}, "on", "which", "None of the bedroom lights are on."),
        ({"kind": "light", "area": "bedroom"}, "off", "all", "Yes, the bedroom lights are off."),
        ({"kind": "light", "area": "upstairs"}, "on", "any", "No, none of the lights upstairs are on."),
        ({"kind": "window", "all": True}, "open", "any", "No, no windows are open."),
        ({"kind": "window", "all": True}, "shut", "all", "Yes, all the windows are closed."),
        ({"kind": "door", "all": True}, "unlocked", "any", "No, the front door is not unlocked."),
        ({"kind": "door", "all": True}, "locked", "which", "Only the front door is locked."),
        ({"all": True, "area": "kitchen"}, "on", "which", "Only the kitchen light is on."),
    ],
)
async def test_which_of_many(house: House, target: dict[str, Any], state: str, ask: str, spoken: str) -> None:
    await _set(house, target={"device": "kitchen light"}, state="on")
    await _set(house, target={"device": "floor lamp"}, state="on")
    assert (await house.did("home.find", target=target, state=state, ask=ask))["spoken"] == spoken


async def test_what_cannot_be_in_that_state_is_said(house: House) -> None:
    code, sentence = await house.refused("home.find", target={"device": "coffee machine"}, state="locked")
    assert (code, sentence) == ("unsupported", "I can't tell whether the coffee machine is locked.")


async def test_a_level_is_that_of_the_device(house: House) -> None:
    done = await _set(house, target={"device": "blinds"}, brightness="half")
    assert done["changed"][0]["position"] == 50
    done = await _set(house, target={"device": "bedroom fan"}, brightness=30)
    assert (done["changed"][0]["on"], done["changed"][0]["speed"]) == (True, 30)


async def test_upstairs_is_above_where_it_is_said(open_house: Open) -> None:
    floors = tuple(
        Floor(name=name, level=level) for name, level in (("cellar", -1), ("ground", 0), ("attic", 1))
    )
    rooms = (("wine room", "cellar"), ("kitchen", "ground"), ("study", "attic"))
    home = Home(
        floors=floors,
        areas=tuple(Area(name=name, floor=floor) for name, floor in rooms),
        devices=tuple(Device(name=f"{name} light", kind="light", area=name) for name, _ in rooms),
    )
    house = await open_house(Config(home=home))
    for room, where, light in (
        ("wine room", "upstairs", {"kitchen light", "study light"}),
        ("kitchen", "upstairs", {"study light"}),
        ("kitchen", "downstairs", {"wine room light"}),
        ("study", "downstairs", {"kitchen light", "wine room light"}),
        ("study", "upstairs", {"study light"}),
    ):
        await _set(house, room, target={"kind": "light", "area": where}, state="on")
        assert await _on(house) == light, (room, where)
        await _set(house, target={"kind": "light", "all": True}, state="off")
