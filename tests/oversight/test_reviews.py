"""Turns that somebody should look at are kept, with what came of them, in a real database."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.bus import Bus
from assistant.cli.commands import group
from assistant.events import Crisis, Event, Replied, SentenceBlocked, Understood
from assistant.oversight.reviews import ReviewKeeper
from assistant.storage.database import Database
from assistant.storage.opinions import OpinionTable
from assistant.storage.reviews import KEPT_S, Review, ReviewTable

NOW = 1_700_000_000.0
RANKING = (("nlu_fallback", 0.5), ("turn_off", 0.41), ("turn_on", 0.2))


@dataclass
class Tables:
    reviews: ReviewTable
    opinions: OpinionTable


@asynccontextmanager
async def tables(folder: Path) -> AsyncIterator[Tables]:
    database = await Database.open(folder / "assistant.db")
    yield Tables(ReviewTable(database), OpinionTable(database))
    await database.close()


@pytest.fixture
async def table(tmp_path: Path) -> AsyncIterator[Tables]:
    async with tables(tmp_path) as both:
        yield both


def understood(turn: int, text: str, intent: str, session: str = "kitchen") -> Understood:
    named = ({"entity": "device", "value": "light", "start": 0},)
    ranking = RANKING if intent == "nlu_fallback" else ((intent, 0.9),)
    return Understood(
        at_s=0.0,
        session=session,
        turn=turn,
        text=text,
        intent=intent,
        confidence=0.5,
        entities=named,
        ranking=ranking,
    )


def replied(turn: int, text: str, source: str, session: str = "kitchen") -> Replied:
    return Replied(at_s=0.0, session=session, turn=turn, text=text, source=source)


async def kept(table: Tables, *events: Event, now: float = NOW) -> list[Review]:
    bus = Bus()
    async with ReviewKeeper(table.reviews, table.opinions, bus, lambda: now):
        for event in events:
            bus.publish(event)
    return await table.reviews.all(now)


async def test_a_guess_that_was_right(table: Tables) -> None:
    [review] = await kept(
        table,
        understood(1, "turn of the lite", "nlu_fallback"),
        replied(1, "Do you want me to turn off the light?", "guess"),
        understood(2, "yes", "affirm"),
        replied(2, "I've turned the light off.", "service:home.set"),
    )
    assert (review.text, review.session, review.at) == ("turn of the lite", "kitchen", NOW)
    assert review.parse == {
        "ranking": [["turn_off", 0.41], ["turn_on", 0.2]],
        "entities": [{"entity": "device", "value": "light", "start": 0}],
    }
    assert (review.guess, review.outcome) == ("Do you want me to turn off the light?", "yes")


@pytest.mark.parametrize(
    ("intent", "outcome"), [("deny", "no"), ("stop", "no"), ("ask_time", "other"), ("nlu_fallback", "other")]
)
async def test_what_was_said_to_a_guess(table: Tables, intent: str, outcome: str) -> None:
    reviews = await kept(
        table,
        understood(1, "mumble", "nlu_fallback"),
        replied(1, "Do you want me to dim the light?", "guess"),
        understood(1, "mumble", "nlu_fallback", session="hall"),  # another conversation is no answer
        understood(2, "whatever", intent),
    )
    assert {(each.session, each.outcome) for each in reviews if each.text == "mumble"} == {
        ("kitchen", outcome),
        ("hall", ""),
    }


async def test_what_was_answered_freely_and_what_was_sure(table: Tables) -> None:
    [review] = await kept(
        table,
        understood(1, "what time is it", "ask_time"),
        replied(1, "It's ten.", "service:clock.time"),
        understood(2, "mumble", "nlu_fallback"),
        replied(2, "I don't know that.", "none"),
        understood(3, "what time is it", "ask_time"),
    )
    assert (review.text, review.guess, review.outcome) == ("mumble", "", "answered")


async def test_after_a_month_it_is_forgotten(table: Tables) -> None:
    await kept(table, understood(1, "mumble", "nlu_fallback"))
    assert await kept(table, now=NOW + KEPT_S + 1) == []
    [review] = await kept(table, understood(1, "grumble", "nlu_fallback"), now=NOW + KEPT_S + 1)
    assert review.text == "grumble"
    assert len(await table.reviews.all(NOW)) == 1  # the old one is not only hidden


# ── what something was wrong with ─────────────────────────────────────────────────────────────────────────


async def test_two_in_a_row_that_were_not_understood_are_one_item_of_that_kind(table: Tables) -> None:
    reviews = await kept(
        table,
        understood(1, "mumble", "nlu_fallback"),
        replied(1, "Sorry, I didn't get that.", "template"),
        understood(2, "mumble mumble", "nlu_fallback"),
        replied(2, "I didn't catch that.", "template"),
        understood(3, "grumble", "nlu_fallback"),  # the same streak
        understood(1, "elsewhere", "nlu_fallback", session="hall"),
    )
    whys = {each.text: each.why for each in reviews}
    assert whys == {
        "mumble": "unsure",
        "mumble mumble": "misunderstood",
        "grumble": "unsure",
        "elsewhere": "unsure",
    }


async def test_a_turn_between_two_that_were_not_understood_ends_the_streak(table: Tables) -> None:
    reviews = await kept(
        table,
        understood(1, "mumble", "nlu_fallback"),
        understood(2, "what time is it", "ask_time"),
        understood(3, "grumble", "nlu_fallback"),
    )
    assert {each.why for each in reviews} == {"unsure"}


async def test_a_blocked_sentence_is_one_item_with_what_was_asked(table: Tables) -> None:
    blocked = SentenceBlocked(at_s=0.0, session="kitchen", turn=1, category="violence")
    [review] = await kept(
        table,
        understood(1, "tell me a story", "out_of_scope"),
        blocked,
        blocked,  # the next sentence of the same answer
        replied(1, "I'd rather not say that.", "template"),
    )
    assert (review.why, review.text, review.turn) == ("blocked", "tell me a story", 1)
    assert review.answer == "I'd rather not say that."


async def test_a_crisis_is_one_item(table: Tables) -> None:
    crisis = Crisis(at_s=0.0, session="kitchen", turn=4, kind="self-harm", text="i can't go on")
    [review] = await kept(table, crisis, replied(4, "There is help.", "crisis"), crisis)
    assert (review.why, review.text, review.answer) == ("crisis", "i can't go on", "There is help.")


async def test_what_people_say_of_an_answer_is_kept_with_its_turn(table: Tables) -> None:
    bus = Bus()
    async with ReviewKeeper(table.reviews, table.opinions, bus, lambda: NOW) as keeper:
        assert not await keeper.opinion(
            "kitchen", 1, good=False, turn=0, way="dialogue"
        )  # nothing was said yet
        for event in (
            understood(1, "what time is it", "ask_time"),
            replied(1, "It's ten.", "service:clock.time"),
            understood(2, "tell me a joke", "out_of_scope"),
            replied(2, "No.", "generated"),
            understood(3, "that was wrong", "complain"),
        ):
            bus.publish(event)
        assert await keeper.opinion("kitchen", 3, good=False, turn=0, way="dialogue")
        bus.publish(understood(4, "really bad answer", "complain"))
        assert await keeper.opinion("kitchen", 4, good=False, turn=0, way="dialogue")  # the same again
        assert await keeper.opinion("kitchen", 0, good=True, turn=1, way="http")  # a click
        assert not await keeper.opinion("kitchen", 0, good=True, turn=9, way="http")
        assert not await keeper.opinion("hall", 5, good=True, turn=0, way="dialogue")
        assert await keeper.remember("kitchen", 5, turn=0)
    [review] = await table.reviews.all(NOW)
    assert (review.why, review.text, review.answer) == ("complaint, request", "tell me a joke", "No.")
    opinions = await table.opinions.since(NOW)
    assert [(each.turn, each.opinion, each.way) for each in opinions] == [
        (2, "bad", "dialogue"),
        (1, "good", "http"),
    ]


async def test_of_two_opinions_of_an_answer_the_newer_one_counts(table: Tables) -> None:
    bus = Bus()
    async with ReviewKeeper(table.reviews, table.opinions, bus, lambda: NOW) as keeper:
        bus.publish(understood(1, "what time is it", "ask_time"))
        for good in (False, True):
            await keeper.opinion("kitchen", 2, good=good, turn=1, way="http")
    assert [each.opinion for each in await table.opinions.since(NOW)] == ["good"]


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fill() -> None:
        asked = replied(1, "Do you want me to turn off the light?", "guess")
        async with tables(tmp_path) as both:
            await kept(both, understood(1, "turn of the lite", "nlu_fallback"), asked, now=time.time())

    def typed(*arguments: str) -> str:
        result = CliRunner().invoke(group, ["review", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path))
    assert "Nothing is kept" in typed("list")
    asyncio.run(fill())
    shown = typed("list")
    assert "“turn of the lite”" in shown
    assert "turn_off 0.41" in shown
    line = json.loads(typed("export"))
    assert (line["text"], line["outcome"], line["means"]) == ("turn of the lite", "", "nothing more was said")
    typed("export", "--output", str(tmp_path / "reviews.jsonl"))
    assert json.loads((tmp_path / "reviews.jsonl").read_text("utf-8")) == line
    assert "1 turns forgotten" in typed("clear")
    assert "Nothing is kept" in typed("list")
