import pytest

from assistant.config.model import Config, Names
from tests.services.conftest import House, Open


async def test_things_are_put_on_read_and_taken_off(house: House) -> None:
    done = await house.did("lists.add", items=["some milk and eggs", "a loaf of bread"])
    assert done == {"list": "shopping", "added": ["milk", "eggs", "loaf of bread"], "already": []}
    assert (await house.did("lists.read"))["items"] == ["milk", "eggs", "loaf of bread"]
    done = await house.did("lists.remove", items=["the egg", "cheese"])
    assert done == {"list": "shopping", "removed": ["eggs"], "missing": ["cheese"]}
    code, sentence = await house.refused("lists.remove", items=["cheese"])
    assert (code, sentence) == ("not_on_list", "There is no cheese on the shopping list.")
    assert (await house.did("lists.all"))["lists"] == [
        {"name": "shopping", "count": 2}, {"name": "to do", "count": 0},
    ]  # fmt: skip


async def test_what_is_there_is_not_put_on_twice(house: House) -> None:
    await house.did("lists.add", items=["milk", "Milk"])
    done = await house.did("lists.add", items=["milk and butter"])
    assert (done["added"], done["already"]) == (["butter"], ["milk"])
    assert (await house.did("lists.read"))["items"] == ["milk", "butter"]
    code, sentence = await house.refused("lists.add", items=["milk"])
    assert (code, sentence) == ("already_there", "Milk is on the shopping list already.")


@pytest.mark.parametrize(
    ("said", "items"),
    [
        ("milk and eggs", ["milk", "eggs"]),
        ("milk, eggs and some butter", ["milk", "eggs", "butter"]),
        ("milk, eggs, and butter", ["milk", "eggs", "butter"]),
        ("bread and butter", ["bread", "butter"]),
        ("fish and chips", ["fish and chips"]),
        ("mac and cheese, ketchup", ["mac and cheese", "ketchup"]),
        ("candy", ["candy"]),
        ("sand and wand", ["sand", "wand"]),
        ("the brandy", ["brandy"]),
        ("salt & pepper", ["salt", "pepper"]),
        ("A dozen eggs.", ["dozen eggs"]),
        ("head and shoulders", ["head and shoulders"]),
    ],
)
async def test_what_was_said_is_split_sensibly(open_house: Open, said: str, items: list[str]) -> None:
    house = await open_house(Config(names=Names(items=("Head and Shoulders",))))
    assert (await house.did("lists.add", items=said))["added"] == items


async def test_a_task_stays_whole(house: House) -> None:
    done = await house.did("lists.add", list="to do", items=["call mum and dad"])
    assert done["added"] == ["call mum and dad"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("", "shopping"), ("my shopping list", "shopping"), ("Shopping", "shopping"), ("shoping", "shopping"),
        ("groceries", "shopping"), ("grocery list", "shopping"), ("to-do list", "to do"), ("todo", "to do"),
        ("the to do list", "to do"), ("tasks", "to do"),
    ],
)  # fmt: skip
async def test_list_names_as_people_say_them(house: House, said: str, name: str) -> None:
    assert (await house.did("lists.read", list=said))["list"] == name


async def test_an_unknown_list_is_a_sentence(house: House) -> None:
    code, sentence = await house.refused("lists.read", list="holiday")
    assert (code, sentence) == (
        "unknown_list",
        "There is no holiday list. There is a shopping list and a to do list.",
    )
    assert (await house.refused("lists.add", items=[]))[0] == "bad_arguments"
    assert (await house.refused("lists.add", items=["the"]))[0] in ("nothing_to_add", "bad_arguments")


async def test_clearing_asks_first_and_can_be_undone(house: House) -> None:
    await house.did("lists.add", items=["milk", "eggs"])
    outcome = await house.call("lists.clear", list="shopping")
    assert outcome.error_code == "needs_confirmation"
    assert outcome.error_message == "Shall I really take all two things off the shopping list?"
    assert (await house.did("lists.read"))["items"] == ["milk", "eggs"]
    assert await house.did("lists.clear", list="shopping", confirmed=True) == {
        "list": "shopping", "count": 2, "dropped": False,
    }  # fmt: skip
    assert (await house.did("lists.read"))["items"] == []
    await house.did("undo.last")
    assert (await house.did("lists.read"))["items"] == ["milk", "eggs"]


async def test_undo_goes_back_step_by_step_and_in_its_own_session(house: House) -> None:
    await house.did("lists.add", items=["milk"])
    await house.did("lists.add", items=["eggs"])
    assert (await house.refused("undo.last", session="bedroom"))[0] == "nothing_to_undo"
    await house.did("undo.last")
    assert (await house.did("lists.read"))["items"] == ["milk"]
    await house.did("undo.last")
    assert (await house.did("lists.read"))["items"] == []
    code, sentence = await house.refused("undo.last")
    assert (code, sentence) == ("nothing_to_undo", "There is nothing that I could take back.")


async def test_what_is_long_ago_is_not_undone(house: House) -> None:
    await house.did("lists.add", items=["milk"])
    await house.clock.advance(3600)
    assert (await house.refused("undo.last"))[0] == "nothing_to_undo"


async def test_a_list_can_be_full(house: House) -> None:
    for block in range(10):
        await house.did("lists.add", items=[f"item number {block * 50 + n}" for n in range(50)])
    assert (await house.refused("lists.add", items=["one more"]))[0] == "list_full"


async def test_whether_something_is_on_a_list(house: House) -> None:
    await house.did("lists.add", items=["milk", "eggs"])
    await house.did("lists.add", list="to do", items=["call mum"])
    done = await house.did("lists.check", items=["an egg", "bread"], list="shopping")
    assert done == {"list": "shopping", "found": [{"item": "eggs", "list": "shopping"}], "missing": ["bread"]}
    done = await house.did("lists.check", items=["call mum"])
    assert done["found"] == [{"item": "call mum", "list": "to do"}]


async def test_things_are_moved_and_moved_back(house: House) -> None:
    await house.did("lists.make", name="a camping list")
    await house.did("lists.add", items=["milk", "eggs", "torch"])
    done = await house.did("lists.move", items=["the torch and eggs", "rope"], to="camping")
    assert done == {"list": "shopping", "to": "camping", "moved": ["torch", "eggs"], "missing": ["rope"]}
    assert (await house.did("lists.read"))["items"] == ["milk"]
    assert (await house.did("lists.read", list="camping"))["items"] == ["torch", "eggs"]
    await house.did("undo.last")
    assert (await house.did("lists.read"))["items"] == ["milk", "torch", "eggs"]
    assert (await house.did("lists.read", list="camping"))["items"] == []


async def test_what_cannot_be_moved_is_a_sentence(house: House) -> None:
    await house.did("lists.add", items=["milk"])
    assert (await house.refused("lists.move", items=["milk"], to="shopping"))[1] == (
        "There is no milk on any other list."
    )
    code, _ = await house.refused("lists.move", items=["milk"], list="shopping", to="shopping")
    assert code == "same_list"
    assert (await house.refused("lists.move", items=["tea"], list="shopping", to="to do"))[1] == (
        "There is no tea on the shopping list."
    )
    assert (await house.did("lists.read"))["items"] == ["milk"]


async def test_a_list_is_made_and_stays_without_anything_on_it(open_house: Open) -> None:
    house = await open_house()
    assert await house.did("lists.make", name="my Camping list") == {"list": "camping"}
    assert (await house.refused("lists.make", name="camping"))[1] == "There is a camping list already."
    await house.services.close()
    house = await open_house()
    names = [each["name"] for each in (await house.did("lists.all"))["lists"]]
    assert names == ["shopping", "to do", "camping"]


async def test_a_list_is_deleted_after_a_yes_and_comes_back_as_it_was(house: House) -> None:
    await house.did("lists.make", name="camping")
    await house.did("lists.add", list="camping", items=["torch", "rope"])
    question = await house.call("lists.clear", list="camping", drop=True)
    assert question.error_message == "Shall I really delete the camping list with all two things on it?"
    assert (await house.did("lists.clear", list="camping", drop=True, confirmed=True))["dropped"]
    assert (await house.refused("lists.read", list="camping"))[0] == "unknown_list"
    await house.did("undo.last")
    assert (await house.did("lists.read", list="camping"))["items"] == ["torch", "rope"]


async def test_a_list_of_the_settings_is_only_cleared(house: House) -> None:
    await house.did("lists.add", items=["milk"])
    done = await house.did("lists.clear", list="shopping", drop=True, confirmed=True)
    assert done == {"list": "shopping", "count": 1, "dropped": False}
    assert (await house.did("lists.read"))["items"] == []


async def test_making_a_list_is_undone(house: House) -> None:
    await house.did("lists.make", name="camping")
    await house.did("undo.last")
    assert (await house.refused("lists.read", list="camping"))[0] == "unknown_list"
