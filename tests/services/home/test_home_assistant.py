"""Against a real Home Assistant server with its demonstration home."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from assistant.config.home_assistant import HomeAssistant
from assistant.doctor.network import home_assistant
from assistant.events import NamesKnown
from tests.services.home.conftest import Connect, Connected, until
from tests.services.home.server import VERSION, Server, free_port


def _near(value: float, wanted: float, by: float = 1.5) -> bool:
    return abs(value - wanted) <= by


@pytest.mark.parametrize(
    ("device", "wish", "entity", "so"),
    [
        ("ceiling lights", {"state": "off"}, "light.ceiling_lights", lambda s, a: s == "off"),
        (
            "ceiling lights",
            {"brightness": "thirty percent"},
            "light.ceiling_lights",
            lambda s, a: s == "on" and _near(a["brightness"], 76.5),
        ),
        (
            "bed light",
            {"color": "warm white"},
            "light.bed_light",
            lambda s, a: s == "on" and _near(a["color_temp_kelvin"], 2700, 30),
        ),
        (
            "bed light",
            {"color": "blue"},
            "light.bed_light",
            lambda s, a: a["rgb_color"][2] > 240 > a["rgb_color"][0],
        ),
        ("ac", {"state": "on"}, "switch.ac", lambda s, a: s == "on"),
        ("kitchen window", {"state": "open"}, "cover.kitchen_window", lambda s, a: s in ("open", "opening")),
        (
            "living room window",
            {"position": 60},
            "cover.living_room_window",
            lambda s, a: a["current_position"] < 70,
        ),
        ("heatpump", {"temperature": 22.5}, "climate.heatpump", lambda s, a: a["temperature"] == 22.5),
        ("heatpump", {"state": "off"}, "climate.heatpump", lambda s, a: s == "off"),
        (
            "ecobee",
            {"temperature": 23},
            "climate.ecobee",
            lambda s, a: (a["target_temp_low"] + a["target_temp_high"]) / 2 == 23,
        ),
        (
            "living room fan",
            {"brightness": 66},
            "fan.living_room_fan",
            lambda s, a: _near(a["percentage"], 66),
        ),
        ("front door", {"state": "unlocked"}, "lock.front_door", lambda s, a: s == "unlocked"),
        ("kitchen door", {"state": "locked"}, "lock.kitchen_door", lambda s, a: s == "locked"),
        ("walkman", {"state": "off"}, "media_player.walkman", lambda s, a: s == "off"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_each_kind_of_device_changes_in_the_server(
    server: Server, home: Connected, device: str, wish: dict[str, Any], entity: str, so: Any
) -> None:
    await home.did("home.set", target={"device": device}, **wish)

    async def changed() -> bool:
        state = await server.state(entity)
        return bool(so(state["state"], state["attributes"]))

    await until(changed)


async def test_a_scene_and_what_it_changed_is_taken_back(server: Server, home: Connected) -> None:
    await server.call("light.turn_on", "light.ceiling_lights", brightness_pct=80)
    await server.call("light.turn_off", "light.bed_light")
    await home.did("home.set", target={"device": "movie night"}, state="on")
    bed, ceiling = await server.state("light.bed_light"), await server.state("light.ceiling_lights")
    assert (bed["state"], bed["attributes"]["brightness"], ceiling["state"]) == ("on", 51, "off")
    await home.did("undo.last")
    bed, ceiling = await server.state("light.bed_light"), await server.state("light.ceiling_lights")
    assert (bed["state"], ceiling["state"]) == ("off", "on")
    assert _near(ceiling["attributes"]["brightness"], 204)


async def test_what_others_change_is_seen(server: Server, home: Connected) -> None:
    async def spoken() -> str:
        return str((await home.did("home.query", target={"device": "decorative lights"}))["spoken"])

    await server.call("switch.turn_off", "switch.decorative_lights")
    assert await spoken() == "The Decorative Lights are off."
    await server.call("switch.turn_on", "switch.decorative_lights")

    async def seen() -> bool:
        return await spoken() == "The Decorative Lights are on."

    await until(seen)


async def test_sensors_are_told_with_their_units(home: Connected) -> None:
    told = await home.did("home.query", target={"device": "outside humidity"})
    assert told["spoken"] == "The Outside Humidity is fifty-four percent."
    told = await home.did("home.query", target={"device": "outside temperature"})
    assert told["spoken"] == "The Outside Temperature is fifteen point six degrees."


async def test_floors_rooms_and_aliases_are_those_of_the_server_and_followed(
    server: Server, home: Connected
) -> None:
    await home.names("areas", "Kitchen")
    floor = await server.command(
        "config/floor_registry/create", name="Upstairs", level=1, aliases=["first floor"]
    )
    area = await server.command(
        "config/area_registry/create", name="Den", aliases=["snug"], floor_id=floor["floor_id"]
    )
    await server.command(
        "config/entity_registry/update",
        entity_id="light.office_rgbw_lights",
        area_id=area["area_id"],
        aliases=["reading lamp"],
    )
    await home.names("devices", "reading lamp")
    await home.names("areas", "first floor")
    assert (await home.did("home.set", target={"device": "reading lamp"}, state="off"))["changed"][0][
        "area"
    ] == "Den"
    assert (await server.state("light.office_rgbw_lights"))["state"] == "off"
    for target in ({"area": "snug", "kind": "light"}, {"area": "first floor", "kind": "light"}):
        await home.did("home.set", target=target, state="on")
        assert (await server.state("light.office_rgbw_lights"))["state"] == "on"
        await home.did("home.set", target=target, state="off")
    await home.did("home.set", target={"kind": "lights", "area": "here"}, room="Den", state="on")
    assert (await server.state("light.office_rgbw_lights"))["state"] == "on"


async def test_only_what_is_exposed_is_known(server: Server, home: Connected, connect: Connect) -> None:
    async def known() -> bool:
        return (await home.call("home.query", target={"device": "pergola roof"})).ok

    def expose(should: bool) -> Any:
        return server.command(
            "homeassistant/expose_entity",
            assistants=["conversation"],
            entity_ids=["cover.pergola_roof"],
            should_expose=should,
        )

    assert await known()
    await expose(False)

    async def unknown() -> bool:
        return not await known()

    await until(unknown)
    everything = await connect(server.url, server.token, entities="all")
    assert (await everything.call("home.query", target={"device": "pergola roof"})).ok
    await expose(True)
    await until(known)


async def test_a_door_that_jams_is_not_said_to_be_locked(home: Connected) -> None:
    outcome = await home.call("home.set", target={"device": "poorly installed door"}, state="locked")
    assert (outcome.ok, outcome.error_message) == (False, "The Poorly Installed Door is jammed.")


async def test_what_a_device_cannot_do_is_said(home: Connected) -> None:
    outcome = await home.call("home.set", target={"device": "preset only limited fan"}, brightness=30)
    assert outcome.error_message == "The speed of the Preset Only Limited Fan can't be changed."


async def test_everything_is_turned_off_but_for_what_cannot_be(server: Server, home: Connected) -> None:
    await server.call("light.turn_on", "light.ceiling_lights")
    await server.call("switch.turn_on", "switch.ac")
    done = await home.did("home.set", target={"all": True}, state="off")
    assert done["unreached"] == []
    states = [
        (await server.state(name))["state"] for name in ("light.ceiling_lights", "switch.ac", "climate.hvac")
    ]
    assert states == ["off", "off", "off"]


async def test_what_one_of_several_cannot_do_is_said(server: Server, home: Connected) -> None:
    done = await home.did("home.set", target={"kind": "fan", "all": True}, brightness=40)
    assert done["unreached"] == ["the Preset Only Limited Fan"]
    assert (await server.state("fan.ceiling_fan"))["state"] == "on"


async def test_a_token_that_is_not_accepted_is_said_and_not_logged(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "a-token-that-nobody-may-read"
    outcome = await (await connect(server.url, secret)).call("home.query", target={"device": "bed light"})
    assert outcome.error_code == "unreachable"
    assert "doesn't accept my token" in outcome.error_message
    assert secret not in caplog.text


async def test_the_doctor_looks_whether_it_lets_the_assistant_in(server: Server, tmp_path: Path) -> None:
    async def look(**settings: Any) -> tuple[str, str]:
        [check] = await home_assistant(HomeAssistant(**settings))
        return check.status, check.detail

    assert await look(url=server.url, token=SecretStr(server.token)) == (
        "ok",
        f"version {VERSION} at {server.url}",
    )
    assert await look(url=server.url, token=SecretStr("wrong")) == ("fail", "the token is not accepted")
    assert await look(url=server.url) == ("fail", "it has no token")
    nobody = f"http://127.0.0.1:{free_port()}"
    assert await look(url=nobody, token=SecretStr("x")) == ("fail", f"no Home Assistant answers at {nobody}")
    assert await home_assistant(HomeAssistant()) == []


async def test_the_token_may_stand_in_a_file(server: Server, connect: Connect, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{server.token}\n")
    home = await connect(server.url, token_file=file)
    assert (await home.call("home.query", target={"device": "bed light"})).ok


async def test_the_server_dies_and_comes_back(server: Server, home: Connected) -> None:
    """Last: it is another process from here on."""
    await home.did("home.query", target={"device": "bed light"})
    known = sum(isinstance(event, NamesKnown) for event in home.events)
    server.kill()

    async def told() -> bool:
        return not (await home.call("home.query", target={"device": "bed light"})).ok

    await until(told)
    began = asyncio.get_running_loop().time()
    outcome = await home.call("home.set", target={"device": "bed light"}, state="on")
    assert asyncio.get_running_loop().time() - began < 0.5
    assert (outcome.error_code, outcome.error_message) == (
        "unreachable",
        "I can't reach Home Assistant right now.",
    )
    assert (await home.call("lists.add", items=["milk"])).ok  # the rest goes on
    await server.start()

    async def back() -> bool:
        return (await home.call("home.set", target={"device": "bed light"}, state="on")).ok

    await until(back)
    assert (await server.state("light.bed_light"))["state"] == "on"
    # It forgot what was not on its disk yet; that is told once, and not name by name as its parts come up.
    assert sum(isinstance(event, NamesKnown) for event in home.events) <= known + 1
