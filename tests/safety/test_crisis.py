"""Somebody in danger is told where there is help: with the dialogue down, in their country's numbers."""

import pytest

from assistant import events
from assistant.channels.typed import TypedConversation
from assistant.safety.crisis import CrisisPath
from assistant.safety.referral import Referral, referral_of, spelled
from assistant.safety.rules import rules
from tests.channels.test_typed import assistant_with
from tests.conversation.talk import Engines, Script, conversation
from tests.conversation.virtual_time import in_virtual_time
from tests.recognition.speech import needs_flite

SAID = "i want to end my life"


@in_virtual_time
async def test_it_needs_no_dialogue() -> None:
    """Rasa does not start at all."""
    script = Script(ready=False)
    assistant = assistant_with(script)
    seen: list[events.Event] = []
    assistant.bus.observe(seen.append)
    async with TypedConversation(assistant) as talk:
        record = await talk.turn(SAID)
    (reply,) = record.replies
    assert reply["source"] == "crisis"
    assert "call" in reply["text"]
    assert record.outcome == "answered"
    (told,) = [event for event in seen if isinstance(event, events.Crisis)]
    assert (told.session, told.turn, told.kind, told.text) == ("console", 1, "self-harm", SAID)
    assert SAID not in repr(told)  # so that no log has it
    assert script.asked == []
    assert script.parsed == []


@in_virtual_time
async def test_neither_dialogue_nor_model_get_to_know_of_it_and_talk_goes_on() -> None:
    script = Script({"what time is it": ["It is noon."]})
    assistant = assistant_with(script)
    async with TypedConversation(assistant) as talk:
        await talk.turn(SAID)
        record = await talk.turn("what time is it")
        history = list(talk._session.history)
    assert [reply["text"] for reply in record.replies] == ["It is noon."]
    assert [text for _, text, _ in script.asked] == ["what time is it"]
    assert all(SAID not in text for _, text in history)


@in_virtual_time
async def test_commands_that_sound_like_it_reach_the_dialogue() -> None:
    script = Script({"kill the lights": ["They are off."]})
    async with TypedConversation(assistant_with(script)) as talk:
        record = await talk.turn("kill the lights")
    assert [reply["text"] for reply in record.replies] == ["They are off."]


@pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")
@in_virtual_time
async def test_it_is_heard(engines: Engines) -> None:
    async with conversation(engines, Script(ready=False)) as talk:
        talk.session.enter("my husband is not breathing")
        await talk.turns(1)
        (spoken,) = talk.of(events.Spoken)
        assert spoken.heard == spoken.text == CrisisPath().help_for("he is not breathing").sentence  # type: ignore[union-attr]
        assert sum(len(piece.pcm) for piece in talk.loudspeaker.played) > 3 * 16_000


@pytest.mark.parametrize(
    ("zone", "emergency", "lifeline"),
    [
        ("America/Chicago", "911", "988"),
        ("Europe/London", "999", "116 123"),
        ("Europe/Dublin", "112", "116 123"),
        ("Europe/Berlin", "112", "0800 111 0 111"),
        ("Europe/Rome", "112", ""),
        ("Asia/Ulaanbaatar", "", ""),
        ("UTC", "", ""),
        ("", "", ""),
    ],
)
def test_the_numbers_of_a_country(zone: str, emergency: str, lifeline: str) -> None:
    found = referral_of("", zone)
    assert (found.emergency, found.lifeline) == (emergency, lifeline)
    for kind in ("self-harm", "others", "emergency"):
        sentence = found.said_to(kind)
        assert spelled(emergency) in sentence if emergency else "your local emergency number" in sentence
        if kind != "emergency":
            assert spelled(lifeline) in sentence if lifeline else "findahelpline.com" in sentence
        assert rules("crisis").find(sentence) is None  # its own voice is no cry for help


def test_a_country_that_is_named_counts_more_than_the_zone() -> None:
    assert referral_of("GB", "Europe/Berlin").emergency == "999"
    assert referral_of("XX", "Europe/Berlin") == Referral()
