"""What shows in what people do next; time is the conversation's clock, which stands in the events."""

from pathlib import Path

from assistant.bus import Bus
from assistant.events import Event, Replied, StateChanged, TurnEnded, Understood
from assistant.oversight.satisfaction import Satisfaction
from assistant.storage.database import Database
from assistant.storage.opinions import OpinionTable

NOW = 1_700_000_000.0


def turn(
    number: int,
    said: str,
    intent: str,
    reply: str,
    *,
    at_s: float,
    outcome: str = "answered",
    source: str = "template",
    **entities: str,
) -> list[Event]:
    """A whole one, that lasts a second."""
    named = tuple({"entity": name, "value": value} for name, value in entities.items())
    ended = TurnEnded(at_s=at_s + 1.0, session="kitchen", turn=number, outcome=outcome)
    return [
        Understood(
            at_s=at_s,
            session="kitchen",
            turn=number,
            text=said,
            intent=intent,
            confidence=0.9,
            entities=named,
        ),
        Replied(at_s=at_s + 0.5, session="kitchen", turn=number, text=reply, source=source),
        ended,
    ]


def nothing(at_s: float) -> list[Event]:
    """Time goes by, and something happens elsewhere."""
    return [StateChanged(at_s=at_s, session="hall", turn=1, state="idle")]


async def shown(folder: Path, *turns: list[Event]) -> list[tuple[int, str]]:
    database = await Database.open(folder / "assistant.db")
    table = OpinionTable(database)
    bus = Bus()
    async with Satisfaction(table, bus, lambda: NOW):
        for each in turns:
            for event in each:
                bus.publish(event)
    found = [(each.turn, each.opinion) for each in await table.since(NOW)]
    await database.close()
    return found


async def test_the_same_in_other_words_after_what_was_not_understood(tmp_path: Path) -> None:
    assert await shown(
        tmp_path,
        turn(1, "make the kitchen light brite", "nlu_fallback", "I didn't get that.", at_s=0),
        turn(2, "make the kitchen light bright", "set_brightness", "Done.", at_s=20),
    ) == [(1, "rephrased")]


async def test_the_same_wish_again(tmp_path: Path) -> None:
    assert await shown(
        tmp_path,
        turn(1, "what time is it", "ask_time", "It's ten.", at_s=0),
        turn(2, "tell me what time it is", "ask_time", "It's ten.", at_s=10),
    ) == [(1, "rephrased")]


async def test_another_wish_in_similar_words_and_the_same_later_are_none(tmp_path: Path) -> None:
    on = turn(1, "turn on the kitchen light", "turn_on", "Done.", at_s=0, area="kitchen")
    off = turn(2, "turn off the kitchen light", "turn_off", "Done.", at_s=10, area="kitchen")
    bedroom = turn(3, "turn off the bedroom light", "turn_off", "Done.", at_s=20, area="bedroom")
    later = turn(4, "turn off the bedroom light", "turn_off", "Done.", at_s=60, area="bedroom")
    assert await shown(tmp_path, on, off, bedroom, later) == []


async def test_what_is_taken_back_or_stopped(tmp_path: Path) -> None:
    assert await shown(
        tmp_path,
        turn(1, "turn on the light", "turn_on", "Done.", at_s=0),
        turn(2, "undo that", "undo", "Okay.", at_s=10),
        turn(3, "tell me a story", "out_of_scope", "Once upon a time", at_s=60, outcome="stopped"),
        turn(4, "undo that", "undo", "There is nothing.", at_s=200),  # of long ago
    ) == [(1, "cancelled"), (3, "cancelled")]


async def test_a_question_that_nobody_answers(tmp_path: Path) -> None:
    question = turn(1, "turn on the lamp", "turn_on", "The floor lamp or the desk lamp?", at_s=0)
    assert await shown(tmp_path, question, nothing(20)) == []
    assert await shown(tmp_path, question, nothing(40)) == [(1, "abandoned")]


async def test_a_question_that_is_answered_is_neither(tmp_path: Path) -> None:
    question = turn(1, "turn on the lamp", "turn_on", "The floor lamp or the desk lamp?", at_s=0)
    answer = turn(2, "the floor lamp", "inform", "Done.", at_s=10)
    assert await shown(tmp_path, question, answer, nothing(100)) == []
