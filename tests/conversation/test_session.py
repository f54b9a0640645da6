"""Whole turns, as a person would notice them."""

import asyncio

import numpy as np
import pytest

from assistant import events
from assistant.conversation.machine import NOTHING_HEARD, BargeIn, Phase
from assistant.conversation.thinker import STILL_WAKING_UP
from assistant.dialogue.client import Message, TurnDone
from assistant.recognition.router import RoutedRecognizer
from audio.frames import SAMPLE_RATE_HZ, Pcm
from tests.conversation.talk import Engines, PunctualVoice, Script, conversation, trimmed
from tests.conversation.virtual_time import in_virtual_time, now_s
from tests.recognition.speech import needs_flite, say

pytestmark = pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")

TOLD = (events.Heard, events.Understood, events.Replied, events.Spoken, events.TurnEnded)
ANSWER = ["asked", "first_text", "voice", "first_clause", "first_pcm", "first_sound", "done"]
STAGES = ["end_of_turn", "transcript", "intent", *ANSWER]


def with_pause(first: str, pause_s: float, second: str) -> Pcm:
    silence = np.zeros(int(pause_s * SAMPLE_RATE_HZ), np.int16)
    return np.concatenate([trimmed(say(first)), silence, trimmed(say(second)), silence])


@in_virtual_time
async def test_a_turn_from_the_first_word_to_the_last_sound(engines: Engines) -> None:
    async with conversation(engines, Script({"what time is it": ["It is noon."]})) as talk:
        ended = await talk.turn(say("what time is it", "rms"))
        told = [event for event in talk.events if isinstance(event, TOLD)]
    assert [type(event) for event in told] == list(TOLD)
    assert {event.turn for event in told} == {1}
    assert {event.session for event in told} == {"here"}
    heard, understood, replied, spoken, _ = told
    assert isinstance(heard, events.Heard)
    assert (heard.text, heard.engine) == ("what time is it", "sphinx")
    assert isinstance(understood, events.Understood)
    assert understood.intent == "intent of the script"
    assert isinstance(replied, events.Replied)
    assert (replied.text, replied.source) == ("It is noon.", "template")
    assert isinstance(spoken, events.Spoken)
    assert (spoken.heard, spoken.interrupted) == ("It is noon.", False)
    assert ended.outcome == "answered"
    assert list(ended.stages_s) == STAGES
    assert 0.55 <= ended.stages_s["end_of_turn"] <= 0.65
    assert ended.stages_s["transcript"] < ended.stages_s["intent"] < ended.stages_s["end_of_turn"]
    assert ended.stages_s["first_sound"] < 0.7  # understood during the closing silence: the answer is there
    assert ended.stages_s["done"] > ended.stages_s["first_sound"] + 0.5
    assert len(talk.loudspeaker.played) > 0


@in_virtual_time
async def test_what_is_understood_so_far_is_told_while_the_person_speaks(engines: Engines) -> None:
    async with conversation(engines) as talk:
        await talk.turn(say("turn off the lamp in the bedroom"))
    so_far = talk.of(events.HeardSoFar)
    heard = talk.of(events.Heard)[0]
    assert len(so_far) >= 2
    assert all(event.at_s < heard.at_s and event.turn == 1 for event in so_far)


@in_virtual_time
async def test_the_turns_of_a_conversation(engines: Engines) -> None:
    script = Script({"turn on the light": ["Okay."], "turn off the light": ["It is off."]})
    async with conversation(engines, script) as talk:
        await talk.turn(say("turn on the light"))
        await talk.turn(say("turn off the light"))
    assert script.asked == [("here", "turn on the light", 1), ("here", "turn off the light", 2)]
    assert [event.text for event in talk.of(events.Spoken)] == ["Okay.", "It is off."]
    assert list(talk.session.history) == [
        ("user", "turn on the light"),
        ("assistant", "Okay."),
        ("user", "turn off the light"),
        ("assistant", "It is off."),
    ]


@in_virtual_time
async def test_a_pause_for_breath_does_not_split_the_turn(engines: Engines) -> None:
    async with conversation(engines) as talk:
        await talk.turn(with_pause("set a timer for", 0.4, "ten minutes"))
        await asyncio.sleep(3.0)
    assert [text for _, text, _ in talk.script.asked] == ["set a timer for ten minutes"]
    assert len(talk.of(events.TurnEnded)) == 1
    paused = [event for event in talk.of(events.StateChanged) if event.state == Phase.PAUSED]
    assert len(paused) == 2  # so the pause was noticed


@in_virtual_time
async def test_after_a_long_pause_the_turn_is_over(engines: Engines) -> None:
    async with conversation(engines) as talk:
        await talk.say(with_pause("turn on the light", 2.5, "what time is it"))
        await talk.turns(2)
    assert [text for _, text, _ in talk.script.asked] == ["turn on the light", "what time is it"]


@in_virtual_time
async def test_the_first_word_is_not_lost(engines: Engines) -> None:
    """It is spoken before the detector is sure that it hears speech."""
    async with conversation(engines) as talk:
        await talk.turn(say("stop", "rms", lead_s=0))
        await talk.turn(say("dim the light to forty percent", "slt", lead_s=0))
    assert [text for _, text, _ in talk.script.asked] == ["stop", "dim the light to forty percent"]


@in_virtual_time
async def test_wake_word_and_command_in_one_breath(engines: Engines) -> None:
    async with conversation(engines, open_mic=False, wake_words=["hey_jarvis"]) as talk:
        await talk.turn(say("hey jarvis. turn on the light", "rms"))
        await asyncio.sleep(6.0)
        await talk.turn(say("hey jarvis. stop", "rms"))
    assert [text for _, text, _ in talk.script.asked] == ["turn on the light", "stop"]


@in_virtual_time
async def test_wake_word_then_the_command_after_the_chime(engines: Engines) -> None:
    async with conversation(engines, open_mic=False, wake_words=["hey_jarvis"], chime=True) as talk:
        await talk.say(say("hey jarvis", "rms", trail_s=0))
        await talk.until(lambda: talk.session.state.woken)
        await asyncio.sleep(1.0)
        assert len(talk.loudspeaker.played) == 1
        await talk.turn(say("what time is it"))
    assert [text for _, text, _ in talk.script.asked] == ["what time is it"]


@in_virtual_time
async def test_without_the_wake_word_it_does_not_listen(engines: Engines) -> None:
    async with conversation(engines, open_mic=False, wake_words=["hey_jarvis"]) as talk:
        await talk.say(say("turn on the light"))
        await asyncio.sleep(3.0)
    assert talk.events == []


@in_virtual_time
async def test_a_wake_word_and_nothing_more(engines: Engines) -> None:
    async with conversation(engines, open_mic=False, wake_words=["hey_jarvis"]) as talk:
        await talk.turn(say("hey jarvis", "rms"))
    assert [event.text for event in talk.of(events.Spoken)] == [NOTHING_HEARD]


@in_virtual_time
async def test_a_follow_up_needs_no_wake_word(engines: Engines) -> None:
    async with conversation(engines, open_mic=False, wake_words=["hey_jarvis"]) as talk:
        await talk.turn(say("hey jarvis. turn on the light", "rms"))
        await talk.turn(say("what time is it"))
        await asyncio.sleep(6.0)
        await talk.say(say("turn off the light"))
        await asyncio.sleep(3.0)
    assert [text for _, text, _ in talk.script.asked] == ["turn on the light", "what time is it"]


@pytest.mark.parametrize("barge_in", [BargeIn.WAKE_WORD, BargeIn.SPEECH])
@in_virtual_time
async def test_who_begins_to_talk_over_the_end_of_an_answer_is_heard(
    engines: Engines, barge_in: BargeIn
) -> None:
    script = Script({"what time is it": ["It is noon."]})
    async with conversation(engines, script, barge_in=barge_in) as talk:
        await talk.say(say("what time is it", "rms"))
        await talk.until(lambda: talk.session.state.phase is Phase.SPEAKING)
        await talk.until(lambda: talk.loudspeaker.silent_since_s > now_s() + 0.3)
        await asyncio.sleep(talk.loudspeaker.silent_since_s - now_s() - 0.2)
        await talk.say(trimmed(say("turn off the lamp in the bedroom")))
        await talk.turns(2)
    assert len(script.asked) == 2
    whole = "turn off the lamp in the bedroom"
    said = script.asked[1][1]
    assert said == whole if barge_in is BargeIn.SPEECH else said.endswith("lamp in the bedroom")


# ── typed turns and announcements ─────────────────────────────────────────────────────────────────────────


@in_virtual_time
async def test_a_typed_turn(engines: Engines) -> None:
    async with conversation(engines, Script({"hello": ["Good morning."]})) as talk:
        talk.session.enter("hello")
        ended = await talk.turns(1)
    assert talk.script.asked == [("here", "hello", 1)]
    assert [event.text for event in talk.of(events.Spoken)] == ["Good morning."]
    assert talk.of(events.Heard) == []
    assert list(ended.stages_s) == ["intent", *ANSWER]


@in_virtual_time
async def test_what_is_typed_meanwhile_comes_next(engines: Engines) -> None:
    script = Script({"one": ["First."], "two": ["Second."]})
    async with conversation(engines, script) as talk:
        talk.session.enter("one")
        talk.session.enter("two")
        ended = await talk.turns(2)
    assert [event.text for event in talk.of(events.Spoken)] == ["First.", "Second."]
    assert ended.stages_s["first_text"] < 0.1  # its time does not include the wait


@in_virtual_time
async def test_an_announcement_waits_until_the_person_has_been_answered(engines: Engines) -> None:
    async with conversation(engines, Script({"what time is it": ["It is noon."]})) as talk:
        speaking = talk.mic.say(say("what time is it"))
        await talk.until(lambda: talk.session.state.phase is Phase.USER_SPEAKING)
        talk.session.announce("Your timer is done.")
        await talk.turns(2)
        assert talk.loudspeaker.played[0].start_s > speaking.end_s - 0.6
    assert [event.text for event in talk.of(events.Spoken)] == ["It is noon.", "Your timer is done."]


@in_virtual_time
async def test_an_announcement_does_not_come_between_wake_word_and_command(engines: Engines) -> None:
    async with conversation(engines, open_mic=False, wake_words=["hey_jarvis"]) as talk:
        await talk.say(say("hey jarvis", "rms"))
        await talk.until(lambda: talk.session.state.woken)
        talk.session.announce("Your timer is done.")
        await asyncio.sleep(1.0)
        await talk.say(say("what time is it"))
        await talk.turns(2)
    assert [event.text for event in talk.of(events.Spoken)][1] == "Your timer is done."
    assert [text for _, text, _ in talk.script.asked] == ["what time is it"]


@in_virtual_time
async def test_an_announcement_to_somebody_who_is_quiet_comes_at_once(engines: Engines) -> None:
    async with conversation(engines) as talk:
        asked_s = now_s()
        talk.session.announce("Your timer is done.")
        await talk.turns(1)
    assert talk.loudspeaker.played[0].start_s - asked_s < 0.05


# ── a dialogue that is not there yet, and text that comes beside it ───────────────────────────────────────


@in_virtual_time
async def test_while_the_dialogue_wakes_up_the_turn_is_kept(engines: Engines) -> None:
    script = Script({"turn on the light": ["Okay."]}, ready=False)
    async with conversation(engines, script) as talk:
        await talk.say(say("turn on the light"))
        await talk.until(lambda: bool(talk.of(events.Replied)))
        assert talk.of(events.Replied)[0].text == STILL_WAKING_UP
        await asyncio.sleep(40.0)  # longer than any deadline of a dialogue that is there
        assert script.asked == []
        script.ready = True
        script.awake.set()
        ended = await talk.turns(1)
    assert ended.outcome == "answered"
    assert [event.text for event in talk.of(events.Spoken)] == [f"{STILL_WAKING_UP} Okay."]


@in_virtual_time
async def test_text_that_is_still_being_written_is_spoken_once(engines: Engines) -> None:
    script = Script()
    async with conversation(engines, script) as talk:

        async def write() -> None:
            for sentence in ("It is far away.", "Nobody has been there."):
                talk.session.reply(1, sentence, "generated")
                await asyncio.sleep(0.5)

        whole = Message("It is far away. Nobody has been there.", "generated", spoken=True)
        script.answers["what is jupiter"] = [write, whole]
        talk.session.enter("what is jupiter")
        await talk.turns(1)
    assert [event.text for event in talk.of(events.Replied)] == ["It is far away.", "Nobody has been there."]
    assert [event.text for event in talk.of(events.Spoken)] == ["It is far away. Nobody has been there."]
    first_sound = talk.loudspeaker.played[0].start_s
    assert first_sound < talk.of(events.Replied)[1].at_s  # spoken while the rest was being written


@in_virtual_time
async def test_only_the_sound_of_fixed_phrases_may_be_kept(engines: Engines) -> None:
    messages = [
        Message(f"This is {source}.", source) for source in ("template", "service:lists", "generated")
    ]
    async with conversation(engines, Script({"hello": messages})) as talk:
        talk.session.enter("hello")
        await talk.turns(1)
    assert isinstance(engines.voice, PunctualVoice)
    assert [kept for _, kept in engines.voice.spoken] == [True, False, False]


@in_virtual_time
async def test_free_text_is_awaited_where_the_dialogue_asked_for_it(engines: Engines) -> None:
    routed = Engines(RoutedRecognizer(engines.recognizer, None), engines.voice)
    script = Script(
        {"turn on the light": ["What shall I add?", TurnDone("add_item_form", "item")], "yes": ["Done."]}
    )
    async with conversation(routed, script, free_text_slots=frozenset({"item"})) as talk:
        for words in ("turn on the light", "yes", "what time is it"):
            await talk.turn(say(words))
    free = ["free text" in event.reason for event in talk.of(events.Heard)]
    assert free == [False, True, False]
    decisions = [event.decision for event in talk.of(events.Heard)]
    assert [decision and decision["embedded"]["text"] for decision in decisions] == [
        "turn on the light",
        "yes",
        "what time is it",
    ]


@in_virtual_time
async def test_two_conversations_share_engines_and_nothing_else(engines: Engines) -> None:
    script = Script({"turn on the light": ["Okay."], "what time is it": ["It is noon."]})
    async with (
        conversation(engines, script, name="kitchen") as kitchen,
        conversation(engines, script, name="bedroom") as bedroom,
    ):
        await asyncio.gather(
            kitchen.turn(say("turn on the light", "rms")), bedroom.turn(say("what time is it", "slt"))
        )
    assert sorted(script.asked) == [("bedroom", "what time is it", 1), ("kitchen", "turn on the light", 1)]
    assert [event.text for event in kitchen.of(events.Spoken)] == ["Okay."]
    assert [event.text for event in bedroom.of(events.Spoken)] == ["It is noon."]
