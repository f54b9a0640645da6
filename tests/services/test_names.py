from assistant.config.model import Area, Config, Device, Home, Names
from assistant.services.names import owner_names


def test_without_a_home_the_virtual_one_gives_the_names() -> None:
    names = owner_names(Config())
    assert {"kitchen", "living room", "lounge", "bedroom", "hallway"} <= set(names.areas)
    assert {"kitchen light", "front door", "thermostat", "heating"} <= set(names.devices)
    assert names.lists == ("shopping", "to do")
    assert names.items == names.people == ()


def test_an_owners_names_replace_the_virtual_home_and_are_not_repeated() -> None:
    config = Config(
        home=Home(
            areas=(Area(name="Study", aliases=("office", "study")),),
            devices=(
                Device(name="desk lamp", kind="light", area="study", aliases=("Desk  Lamp", "lamp")),
                Device(name="heater", kind="climate", area="cellar"),
            ),
        ),
        names=Names(lists=("party",), items=("quinoa",), people=("Ann", "ann", "Bob")),
    )
    names = owner_names(config)
    assert names.areas == ("Study", "office", "cellar")
    assert names.devices == ("desk lamp", "lamp", "heater")
    assert (names.lists, names.items, names.people) == (("party",), ("quinoa",), ("Ann", "Bob"))
