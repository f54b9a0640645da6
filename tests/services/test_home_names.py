import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.config.model import Area, Device, Home
from assistant.services.home.default import DEFAULT_HOME, united
from assistant.services.home.names import HomeNames
from assistant.services.service import ServiceError

HOME = united([DEFAULT_HOME])
ALL_LIGHTS = {
    "kitchen light",
    "ceiling light",
    "floor lamp",
    "bedroom light",
    "bedside lamp",
    "hallway light",
}
BEDROOM = {
    "bedroom light", "bedside lamp", "bedroom curtains", "bedroom fan", "bedroom window", "bedroom temperature",
    "bedroom humidity",
}  # fmt: skip

# (device, area, kind) → names
PHRASES: list[tuple[tuple[str, str, str], set[str]]] = [
    (("kitchen light", "", ""), {"kitchen light"}),
    (("the kitchen light", "", ""), {"kitchen light"}),
    (("Kitchen Light", "", ""), {"kitchen light"}),
    (("kitchen lights", "", ""), {"kitchen light"}),
    (("the kitchen lamp", "", ""), {"kitchen light"}),
    (("light", "kitchen", ""), {"kitchen light"}),
    (("lights", "kitchen", ""), {"kitchen light"}),
    (("the light in the kitchen", "", ""), {"kitchen light"}),
    (("the lights in the kitchen", "", ""), {"kitchen light"}),
    (("kitchen light", "kitchen", ""), {"kitchen light"}),
    (("kitchin light", "", ""), {"kitchen light"}),
    (("kitchen's light", "", ""), {"kitchen light"}),
    (("living room lights", "", ""), {"ceiling light", "floor lamp"}),
    (("all the living room lights", "", ""), {"ceiling light", "floor lamp"}),
    (("all the lights in the living room", "", ""), {"ceiling light", "floor lamp"}),
    (("lights", "living room", ""), {"ceiling light", "floor lamp"}),
    (("lights", "lounge", ""), {"ceiling light", "floor lamp"}),
    (("lounge lights", "", ""), {"ceiling light", "floor lamp"}),
    (("lights in the sitting room", "", ""), {"ceiling light", "floor lamp"}),
    (("livingroom lights", "", ""), {"ceiling light", "floor lamp"}),
    (("both lights", "living room", ""), {"ceiling light", "floor lamp"}),
    (("", "living room", "light"), {"ceiling light", "floor lamp"}),
    (("", "living room", "lights"), {"ceiling light", "floor lamp"}),
    (("living room lamp", "", ""), {"floor lamp"}),
    (("lamp", "living room", ""), {"floor lamp"}),
    (("floor lamp", "", ""), {"floor lamp"}),
    (("floor lamps", "", ""), {"floor lamp"}),
    (("reading lamp", "", ""), {"floor lamp"}),
    (("floor light", "", ""), {"floor lamp"}),
    (("living room floor lamp", "", ""), {"floor lamp"}),
    (("floor lamp in the living room", "", ""), {"floor lamp"}),
    (("floor lamp", "living room", ""), {"floor lamp"}),
    (("ceiling light", "", ""), {"ceiling light"}),
    (("ceiling", "", ""), {"ceiling light"}),
    (("main light", "", ""), {"ceiling light"}),
    (("sealing light", "", ""), {"ceiling light"}),
    (("the lamp in the bedroom", "", ""), {"bedside lamp"}),
    (("bedroom lamp", "", ""), {"bedside lamp"}),
    (("bedside lamp", "", ""), {"bedside lamp"}),
    (("bed side lamp", "", ""), {"bedside lamp"}),
    (("bedside", "", ""), {"bedside lamp"}),
    (("night light", "", ""), {"bedside lamp"}),
    (("nightlight", "", ""), {"bedside lamp"}),
    (("bedroom light", "", ""), {"bedroom light"}),
    (("bedroom lights", "", ""), {"bedroom light", "bedside lamp"}),
    (("all the lights in the bedroom", "", ""), {"bedroom light", "bedside lamp"}),
    (("bedroom", "", ""), BEDROOM),
    (("", "bedroom", ""), BEDROOM),
    (("everything in the bedroom", "", ""), BEDROOM),
    (("everything", "bedroom", ""), BEDROOM),
    (("all the lights", "", ""), ALL_LIGHTS),
    (("lights", "", ""), ALL_LIGHTS),
    (("every light", "", ""), ALL_LIGHTS),
    (("all lights", "everywhere", ""), ALL_LIGHTS),
    (("all the lights in the house", "", ""), ALL_LIGHTS),
    (("", "", "lights"), ALL_LIGHTS),
    (("coffee machine", "", ""), {"coffee machine"}),
    (("coffee maker", "", ""), {"coffee machine"}),
    (("coffee", "", ""), {"coffee machine"}),
    (("the coffee machine in the kitchen", "", ""), {"coffee machine"}),
    (("blinds", "", ""), {"living room blinds"}),
    (("the living room blinds", "", ""), {"living room blinds"}),
    (("living room blind", "", ""), {"living room blinds"}),
    (("blinds", "living room", ""), {"living room blinds"}),
    (("shades", "", ""), {"living room blinds"}),
    (("curtains", "", ""), {"bedroom curtains"}),
    (("the bedroom curtain", "", ""), {"bedroom curtains"}),
    (("curtains in the bedroom", "", ""), {"bedroom curtains"}),
    (("drapes", "", ""), {"bedroom curtains"}),
    (("thermostat", "", ""), {"thermostat"}),
    (("heating", "", ""), {"thermostat"}),
    (("the heater", "", ""), {"thermostat"}),
    (("living room thermostat", "", ""), {"thermostat"}),
    (("fan", "", ""), {"bedroom fan"}),
    (("the fan", "bedroom", ""), {"bedroom fan"}),
    (("front door", "", ""), {"front door"}),
    (("the front door lock", "", ""), {"front door"}),
    (("door", "", ""), {"front door"}),
    (("lock", "", ""), {"front door"}),
    (("hall light", "", ""), {"hallway light"}),
    (("corridor light", "", ""), {"hallway light"}),
    (("light", "hall", ""), {"hallway light"}),
    (("hallway", "", ""), {"hallway light", "front door"}),
]


@pytest.mark.parametrize(("said", "meant"), PHRASES, ids=lambda value: "/".join(value))
def test_names_as_people_say_them(said: tuple[str, str, str], meant: set[str]) -> None:
    device, area, kind = said
    found = HomeNames(HOME).resolve(device, area, kind)
    assert {device.name for device in found.devices} == meant


@pytest.mark.parametrize(
    ("device", "area", "code", "words"),
    [
        ("toaster", "", "unknown_device", "I don't know a toaster"),
        ("oven", "kitchen", "unknown_device", "I don't know an oven in the kitchen"),
        ("floor lamp", "kitchen", "unknown_device", "floor lamp in the kitchen"),
        ("fan", "kitchen", "unknown_device", "There is no fan in the kitchen."),
        ("", "", "unknown_device", "Which device"),
        ("light", "garage", "unknown_area", "I don't know a room called garage. I know the kitchen"),
        ("light in the garage", "", "unknown_area", "garage"),
        ("the lamp", "", "ambiguous", "the floor lamp in the living room or the bedside lamp in the bedroom"),
        ("light", "", "ambiguous", "Which one do you mean"),
        ("bathroom light", "", "unknown_device", "bathroom light"),
        ("kitchen lite bulbous thing", "", "unknown_device", "I don't know"),
    ],
)
def test_what_is_not_clear_is_a_helpful_sentence(device: str, area: str, code: str, words: str) -> None:
    with pytest.raises(ServiceError) as caught:
        HomeNames(HOME).resolve(device, area)
    assert caught.value.code == code
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("device", "area", "spoken"),
    [
        ("light", "kitchen", "the kitchen light"),
        ("lamp", "living room", "the floor lamp"),
        ("living room lights", "", "the living room lights"),
        ("all the lights", "", "all the lights"),
        ("", "bedroom", "everything in the bedroom"),
        ("curtain", "", "the bedroom curtains"),
    ],
)
def test_what_is_said_back(device: str, area: str, spoken: str) -> None:
    assert HomeNames(HOME).resolve(device, area).spoken == spoken


def test_devices_of_the_same_name_are_told_apart_by_their_area() -> None:
    home = Home(
        areas=(Area(name="study"), Area(name="den")),
        devices=(
            Device(name="lamp", kind="light", area="study"),
            Device(name="lamp", kind="light", area="den"),
            Device(name="Ann's radio", kind="media", area="den"),
        ),
    )
    names = HomeNames(home)
    assert names.resolve("lamp", "den").devices == (home.devices[1],)
    assert names.resolve("den lamp").spoken == "the lamp in the den"
    assert names.resolve("anns radio").devices == (home.devices[2],)
    with pytest.raises(ServiceError, match=r"the lamp in the study or the lamp in the den\?"):
        names.resolve("lamp")


@pytest.mark.parametrize(
    ("device", "area", "kind", "name"),
    [
        ("lights", "kitchen", "", "Kitchen Lights"),
        ("", "kitchen", "light", "Kitchen Lights"),
        ("kitchen lights", "", "", "Kitchen Lights"),
        ("fan", "kitchen", "", "Kitchen Extractor Fan"),
        ("lights", "porch", "", "Porch Lights"),  # of a room that is none
    ],
)
def test_a_name_may_begin_with_a_room_that_the_device_is_not_in(
    device: str, area: str, kind: str, name: str
) -> None:
    home = Home(
        areas=(Area(name="Kitchen"), Area(name="Den")),
        devices=(
            Device(name="Kitchen Lights", kind="light"),
            Device(name="Kitchen Extractor Fan", kind="fan"),
            Device(name="Porch Lights", kind="light"),
            Device(name="Den Lamp", kind="light", area="Den"),
        ),
    )
    assert [each.name for each in HomeNames(home).resolve(device, area, kind).devices] == [name]


def test_what_is_in_no_room_may_be_spoken_of_in_any() -> None:
    scene = Device(name="Party Mode", kind="scene")
    names = HomeNames(Home(areas=(Area(name="Kitchen"),), devices=(scene,)))
    assert names.resolve("party mode", "kitchen").devices == (scene,)


def test_a_vacuum_cleaner_is_no_switch() -> None:
    rover = Device(name="Rover", kind="switch", device_class="vacuum", area="Den")
    plug = Device(name="Aquarium", kind="switch", device_class="outlet", area="Den")
    names = HomeNames(Home(areas=(Area(name="Den"),), devices=(rover, plug)))
    assert names.resolve("switches", "den").devices == (plug,)
    assert names.resolve("rover").devices == (rover,)


def test_what_cannot_do_it_is_not_meant() -> None:
    names = HomeNames(HOME)
    found = names.resolve(area="bedroom", able=lambda device: device.kind == "cover")
    assert [device.name for device in found.devices] == ["bedroom curtains"]
    assert found.spoken == "the bedroom curtains"


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=10))
def test_any_words_give_devices_or_a_sentence(device: str, area: str, kind: str) -> None:
    try:
        found = HomeNames(HOME).resolve(device, area, kind)
    except ServiceError as error:
        sentence = str(error)
    else:
        sentence = found.spoken
        assert found.devices
    assert sentence
