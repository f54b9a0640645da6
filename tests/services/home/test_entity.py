"""What Home Assistant's entities are like, where the demonstration home has no such device."""

from typing import Any

import pytest

from assistant.services.home.colors import COLORS, KELVIN, RGB, called, white_called
from assistant.services.home.entity import Entity, calls_for, is_so, state_of
from assistant.services.home.registries import Registries, home_in, is_exposed
from assistant.services.service import ServiceError


def _made(
    entity: Entity, change: dict[str, Any], fahrenheit: bool = False
) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{call.domain}.{call.service}", call.data) for call in calls_for(entity, change, fahrenheit)]


def test_a_home_in_fahrenheit_is_told_and_set_in_it() -> None:
    heating = Entity("climate.hall", "heat", {"temperature": 68, "current_temperature": 66})
    assert state_of(heating, True) == {"on": True, "temperature": 20.0, "current": 18.9}
    assert _made(heating, {"on": True, "temperature": 21}, True) == [
        ("climate.set_temperature", {"temperature": 69.8})
    ]
    outside = Entity("sensor.out", "50", {"unit_of_measurement": "°F", "device_class": "temperature"})
    assert state_of(outside, True) == {"value": 10.0}


def test_heating_that_is_off_is_turned_on_before_it_is_set() -> None:
    with_feature = Entity("climate.a", "off", {"supported_features": 384, "temperature": 20})
    assert [name for name, _ in _made(with_feature, {"on": True, "temperature": 22})] == [
        "climate.turn_on",
        "climate.set_temperature",
    ]
    without = Entity("climate.b", "off", {"hvac_modes": ["off", "cool", "heat"]})
    assert _made(without, {"on": True}) == [("climate.set_hvac_mode", {"hvac_mode": "heat"})]
    assert _made(Entity("climate.c", "heat", {"hvac_modes": ["off", "heat"]}), {"on": False}) == [
        ("climate.set_hvac_mode", {"hvac_mode": "off"})
    ]


@pytest.mark.parametrize(
    ("entity", "change", "says"),
    [
        (
            Entity("light.a", "on", {"supported_color_modes": ["onoff"]}),
            {"on": True, "brightness": 30},
            "dimmed",
        ),
        (
            Entity("light.a", "on", {"supported_color_modes": ["brightness"]}),
            {"on": True, "color": "red"},
            "be red",
        ),
        (Entity("cover.a", "open", {"supported_features": 3}), {"position": 40}, "only be opened and closed"),
        (Entity("sensor.a", "3", {}), {"value": 4}, "only be asked"),
        (Entity("climate.a", "heat", {"hvac_modes": ["heat"]}), {"on": False}, "turned off"),
    ],
)
def test_what_a_device_cannot_do(entity: Entity, change: dict[str, Any], says: str) -> None:
    with pytest.raises(ServiceError, match=says):
        calls_for(entity, change, False)


def test_whites_are_temperatures_where_the_lamp_has_some_and_within_what_it_has() -> None:
    modes = {
        "supported_color_modes": ["color_temp"],
        "min_color_temp_kelvin": 2200,
        "max_color_temp_kelvin": 5000,
    }
    lamp = Entity("light.a", "on", modes)
    assert _made(lamp, {"on": True, "color": "daylight"}) == [("light.turn_on", {"color_temp_kelvin": 5000})]
    colored = Entity("light.b", "on", {"supported_color_modes": ["rgb"]})
    assert _made(colored, {"on": True, "color": "red"}) == [("light.turn_on", {"rgb_color": [255, 0, 0]})]


@pytest.mark.parametrize("name", sorted(COLORS - KELVIN.keys()))
def test_a_colour_that_was_set_is_called_so_again(name: str) -> None:
    assert RGB[called(RGB[name])] == RGB[name]


def test_whites_are_told_apart() -> None:
    assert [white_called(kelvin) for kelvin in (2000, 2900, 4100, 5200, 8000)] == [
        "warm white",
        "warm white",
        "white",
        "cool white",
        "daylight",
    ]
    assert called((250, 250, 255)) == "white"


def test_what_is_not_known_is_not_made_up() -> None:
    assert state_of(Entity("light.a"), False) is None
    assert state_of(Entity("lock.a", "unknown"), False) == {"locked": None}
    assert state_of(Entity("cover.a", "unknown"), False) == {"position": None}
    assert state_of(Entity("binary_sensor.a", "unknown"), False) == {"value": None}
    assert state_of(Entity("person.a", "home"), False) is None


def test_a_change_is_waited_for_but_not_a_cover_on_its_way() -> None:
    assert is_so({"on": True, "brightness": 30}, {"on": True, "brightness": 31})
    assert not is_so({"on": False}, {"on": True})
    assert not is_so({"locked": None}, {"locked": True})
    assert is_so({"position": 90}, {"position": 0})


def test_its_owner_decides_what_is_exposed() -> None:
    plug, diagnostic = Entity("switch.a", "on"), {"entity_category": "diagnostic"}
    assert is_exposed(plug, {})
    assert not is_exposed(plug, {"options": {"conversation": {"should_expose": False}}})
    assert not is_exposed(plug, diagnostic)
    assert is_exposed(plug, diagnostic | {"options": {"conversation": {"should_expose": True}}})
    assert is_exposed(Entity("sensor.a", "1", {"device_class": "humidity"}), {})
    assert not is_exposed(Entity("sensor.a", "1", {"device_class": "power"}), {})


def test_a_device_is_where_its_entity_or_its_hardware_is() -> None:
    registries = Registries(
        floors={"f": {"name": "Attic", "level": 2, "aliases": []}},
        areas={
            "a": {"name": "Studio", "aliases": ["loft", ""], "floor_id": "f"},
            "b": {"name": "Bath", "aliases": [], "floor_id": None},
        },
        devices={"d": {"area_id": "a"}},
        entities={
            "light.one": {"device_id": "d", "area_id": None, "aliases": ["easel"]},
            "light.two": {"device_id": "d", "area_id": "b"},
            "light.off": {"disabled_by": "user"},
        },
    )
    entities = [
        Entity(name, "on", {"friendly_name": name.partition(".")[2]})
        for name in ("light.two", "light.one", "light.off", "light.bare")
    ]
    home = home_in(registries, [*entities, Entity("light.nameless", "on")])
    assert [(d.name, d.area, d.aliases) for d in home.devices] == [
        ("bare", "", ()),
        ("one", "Studio", ("easel",)),
        ("two", "Bath", ()),
    ]
    assert [(area.name, area.floor, area.aliases) for area in home.areas] == [
        ("Studio", "Attic", ("loft",)),
        ("Bath", "", ()),
    ]
