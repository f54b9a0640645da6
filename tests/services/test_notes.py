import pytest

from tests.services.conftest import House, Open

DAY_S = 86_400.0


async def test_a_note_is_taken_and_read(house: House) -> None:
    assert await house.did("notes.take", note=" the car is on level three. ") == {
        "note": "the car is on level three"
    }
    await house.clock.advance(DAY_S)
    await house.did("notes.take", note="the plumber's number is five five one")
    latest = await house.did("notes.read")
    assert [(each["note"], each["spoken_day"]) for each in latest["notes"]] == [
        ("the plumber's number is five five one", "today")
    ]
    assert latest["count"] == 2
    both = (await house.did("notes.read", all=True))["notes"]
    assert [each["spoken_day"] for each in both] == ["today", "yesterday"]
    await house.clock.advance(9 * DAY_S)
    days = [each["spoken_day"] for each in (await house.did("notes.read", all=True))["notes"]]
    assert days == ["Tuesday, September twenty-second", "Monday, September twenty-first"]


@pytest.mark.parametrize(
    ("about", "found"),
    [
        ("the car", ["the car is on level three"]),
        ("cars", ["the car is on level three"]),
        ("level", ["the car is on level three"]),
        ("the plumber", ["the plumber comes on monday", "plumber is called jim"]),
        ("plumber called", ["plumber is called jim"]),
        ("plumer", ["the plumber comes on monday", "plumber is called jim"]),
        ("jim's", ["plumber is called jim"]),
    ],
)
async def test_notes_are_found_by_their_words(house: House, about: str, found: list[str]) -> None:
    for note in ("plumber is called jim", "the car is on level three", "the plumber comes on monday"):
        await house.did("notes.take", note=note)
        await house.clock.advance(1)
    assert [each["note"] for each in (await house.did("notes.read", about=about))["notes"]] == found


async def test_what_is_in_no_note_is_a_sentence(house: House) -> None:
    assert (await house.did("notes.read"))["count"] == 0
    await house.did("notes.take", note="the car is on level three")
    assert await house.refused("notes.read", about="the boat") == (
        "unknown_note",
        "There is no note about the boat.",
    )
    assert (await house.refused("notes.take", note=" . "))[0] == "nothing_to_note"
    assert (await house.refused("notes.take", note="x" * 2_001))[0] == "bad_arguments"


async def test_deleting_asks_names_the_note_and_can_be_undone(open_house: Open) -> None:
    house = await open_house()
    await house.did("notes.take", note="the car is on level three")
    await house.clock.advance(60)
    await house.did("notes.take", note="the plumber is called jim")
    question = await house.call("notes.delete", about="car")
    assert question.error_message == "Shall I really delete the note: the car is on level three?"
    await house.did("notes.delete", about="car", confirmed=True)
    assert (await house.did("notes.read", all=True))["count"] == 1
    await house.did("undo.last")
    await house.services.close()
    again = await open_house(clock=house.clock)
    notes = (await again.did("notes.read", all=True))["notes"]
    assert [each["note"] for each in notes] == ["the plumber is called jim", "the car is on level three"]


async def test_the_last_one_is_deleted_where_none_is_named(house: House) -> None:
    assert (await house.refused("notes.delete"))[1] == "There are no notes."
    await house.did("notes.take", note="one")
    await house.clock.advance(1)
    await house.did("notes.take", note="two")
    assert (await house.did("notes.delete", confirmed=True))["note"] == "two"


async def test_which_one_is_asked_where_several_fit(house: House) -> None:
    await house.did("notes.take", note="the car is blue")
    await house.did("notes.take", note="the car is old")
    assert await house.refused("notes.delete", about="the car") == (
        "ambiguous",
        "There are two notes about the car; say more of the one that you mean.",
    )


async def test_taking_a_note_is_undone_and_undoes_nothing_else(house: House) -> None:
    await house.did("notes.take", note="same words")
    await house.clock.advance(5)
    await house.did("notes.take", note="same words")
    await house.did("undo.last")
    assert (await house.did("notes.read", all=True))["count"] == 1


async def test_a_guest_neither_reads_nor_takes_notes(house: House) -> None:
    assert (await house.call("notes.read", session="browser:ab12")).error_code == "forbidden"
    assert (await house.call("notes.take", session="browser:ab12", note="hello")).error_code == "forbidden"
