"""Turns that were not understood for sure are kept, with what came of them, in a real database."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.bus import Bus
from assistant.cli.commands import group
from assistant.events import Replied, Understood
from assistant.reviews.keeper import ReviewKeeper
from assistant.storage.database import Database
from assistant.storage.reviews import KEPT_S, Review, ReviewTable

NOW = 1_700_000_000.0
RANKING = (("nlu_fallback", 0.5), ("turn_off", 0.41), ("turn_on", 0.2))


@pytest.fixture
async def table(tmp_path: Path) -> AsyncIterator[ReviewTable]:
    database = await Database.open(tmp_path / "assistant.db")
    yield ReviewTable(database)
    await database.close()


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


async def kept(table: ReviewTable, *events: Understood | Replied, now: float = NOW) -> list[Review]:
    bus = Bus()
    async with ReviewKeeper(table, bus, lambda: now):
        for event in events:
            bus.publish(event)
    return await table.all(now)


async def test_a_guess_that_was_right(table: ReviewTable) -> None:
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
        "entities": [{"entity": "device", "value": "light"}],
    }
    assert (review.guess, review.outcome) == ("Do you want me to turn off the light?", "yes")


@pytest.mark.parametrize(
    ("intent", "outcome"), [("deny", "no"), ("stop", "no"), ("ask_time", "other"), ("nlu_fallback", "other")]
)
async def test_what_was_said_to_a_guess(table: ReviewTable, intent: str, outcome: str) -> None:
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


async def test_what_was_answered_freely_and_what_was_sure(table: ReviewTable) -> None:
    [review] = await kept(
        table,
        understood(1, "what time is it", "ask_time"),
        replied(1, "It's ten.", "service:clock.time"),
        understood(2, "mumble", "nlu_fallback"),
        replied(2, "I don't know that.", "none"),
        understood(3, "what time is it", "ask_time"),
    )
    assert (review.text, review.guess, review.outcome) == ("mumble", "", "answered")


async def test_after_a_month_it_is_forgotten(table: ReviewTable) -> None:
    await kept(table, understood(1, "mumble", "nlu_fallback"))
    assert await kept(table, now=NOW + KEPT_S + 1) == []
    [review] = await kept(table, understood(1, "grumble", "nlu_fallback"), now=NOW + KEPT_S + 1)
    assert review.text == "grumble"
    assert len(await table.all(NOW)) == 1  # the old one is not only hidden


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fill() -> None:
        database = await Database.open(tmp_path / "assistant.db")
        asked = replied(1, "Do you want me to turn off the light?", "guess")
        await kept(
            ReviewTable(database), understood(1, "turn of the lite", "nlu_fallback"), asked, now=time.time()
        )
        await database.close()

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
