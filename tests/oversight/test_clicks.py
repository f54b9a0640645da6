"""Thumbs up and down over HTTP: of one's own conversations, with the real server, services and database."""

from pathlib import Path
from typing import Any

from assistant.api.tokens import Tokens
from assistant.bus import Bus
from assistant.events import Understood
from assistant.oversight.reviews import ReviewKeeper
from assistant.storage.opinions import OpinionTable
from assistant.storage.reviews import ReviewTable
from tests.api.test_outward import call, server, services


async def test_a_click_is_kept_for_the_callers_own_conversation_only(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path / "tokens")
    token = tokens.add("phone")
    async with services(tmp_path) as made:
        bus, opinions = Bus(), OpinionTable(made.database)
        async with (
            ReviewKeeper(ReviewTable(made.database), opinions, bus, lambda: 0.0) as keeper,
            server(made, tokens) as outward,
        ):
            made.oversight.attach(keeper)
            for session in ("api:phone:1", "sound"):
                told: dict[str, Any] = {"text": "what time is it", "intent": "ask_time", "confidence": 0.9}
                bus.publish(Understood(at_s=0.0, session=session, turn=3, **told))
            for body, status in (
                ({"good": False, "session": "1", "turn": 3}, 200),
                ({"good": True, "session": "1"}, 200),
                ({"good": True, "session": "sound", "turn": 3}, 422),  # becomes one of its own
                ({"good": True, "session": "1", "turn": 4}, 422),
                ({"good": True, "session": "1", "turn": "x"}, 422),
                ({"good": "yes", "session": "1"}, 400),
                ({}, 400),
            ):
                answered, answer = await call(outward, token, "/api/feedback", body)
                assert answered == status, (body, answer)
            assert (await call(outward, "", "/api/feedback", {"good": True}))[0] == 401
        kept = [(each.session, each.turn, each.opinion) for each in await opinions.since(0.0)]
        assert kept == [("api:phone:1", 3, "good")]
        [review] = await ReviewTable(made.database).all(0.0)
        assert review.why == "complaint"
