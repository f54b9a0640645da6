"""A key in place of the wake word: by tables, and as a person would notice it."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from assistant import events
from assistant.conversation import machine as m
from assistant.conversation import messages as e
from assistant.conversation.machine import BargeIn, Phase, State, Timing
from audio.frames import SAMPLE_RATE_HZ
from tests.conversation.talk import Engines, Script, conversation, trimmed
from tests.conversation.test_machine import run
from tests.conversation.virtual_time import in_virtual_time
from tests.recognition.speech import needs_flite, say

T = Timing()
NOW = 32_000
BEGIN = NOW - T.pre_roll_samples
TALKING = State(phase=Phase.SPEAKING, turn=1, committed=True, deadline_s=10.0)


def press(at_s: float = 1.0, sample: int = NOW) -> e.Pressed:
    return e.Pressed(at_s, sample, hold=False)


def hold(at_s: float = 1.0, sample: int = NOW) -> e.Pressed:
    return e.Pressed(at_s, sample, hold=True)


TABLE: dict[str, tuple[State, list[e.Happening], list[e.Command], Phase]] = {
    "a press listens as the wake word does": (State(), [press()], [e.Acknowledge()], Phase.LISTENING),
    "and the turn begins with the first word, spoken before the press": (
        State(),
        [press(), e.SpeechStarted(1.1, NOW - 100), e.Tick(1.1 + T.hangover_s)],
        [e.Acknowledge(), e.StartRecognition(1, 0, BEGIN)],
        Phase.USER_SPEAKING,
    ),
    "a word from before the press that ends after it is the whole turn": (
        State(),
        [press(), e.SpeechStarted(1.1, NOW - 100), e.SpeechStopped(1.3, 1.15)],
        [e.Acknowledge(), e.StartRecognition(1, 0, BEGIN), e.FinishRecognition(1, 0)],
        Phase.PAUSED,
    ),
    "one that was over by then is not meant": (
        State(),
        [
            press(),
            e.SpeechStarted(1.1, NOW - 9_000),
            e.SpeechStopped(1.1, 0.9),
            e.SpeechStarted(2.0, 2 * NOW),
        ],
        [e.Acknowledge(), e.StartRecognition(1, 0, 2 * NOW - T.pre_roll_samples)],
        Phase.USER_SPEAKING,
    ),
    "who is speaking already is not chimed at": (
        State(voice=True),
        [press()],
        [e.StartRecognition(1, 0, BEGIN)],
        Phase.USER_SPEAKING,
    ),
    "a second press before any word takes it back": (
        State(),
        [press(), press(1.5)],
        [e.Acknowledge()],
        Phase.IDLE,
    ),
    "a second press ends what is being said": (
        State(voice=True),
        [press(), press(3.0)],
        [e.StartRecognition(1, 0, BEGIN), e.FinishRecognition(1, 0)],
        Phase.THINKING,
    ),
    "in a pause it commits at once": (
        State(voice=True),
        [press(), e.SpeechStopped(3.0, 2.8), e.TranscriptReady(3.1, 1, 0, "stop"), press(3.2)],
        [
            e.StartRecognition(1, 0, BEGIN),
            e.FinishRecognition(1, 0),
            e.Understand(1, 0, "stop"),
            e.Ask(1, "stop", None),
        ],
        Phase.THINKING,
    ),
    "without a word it ends in a sentence": (
        State(),
        [press(), e.Tick(1.0 + T.no_speech_s)],
        [e.Acknowledge(), e.Say(1, m.NOTHING_HEARD, "notice"), e.CloseReply(1)],
        Phase.SPEAKING,
    ),
    "an answer is silenced, and nothing of it is in the turn": (
        TALKING,
        [press()],
        [e.StopReply(1), e.EndTurn(1, "interrupted"), e.Acknowledge()],
        Phase.LISTENING,
    ),
    "also where nothing else may interrupt": (
        replace(TALKING, barge_in=BargeIn.OFF),
        [hold()],
        [e.StopReply(1), e.EndTurn(1, "interrupted"), e.StartRecognition(2, 0, NOW)],
        Phase.USER_SPEAKING,
    ),
    "with headphones what was said over it counts": (
        replace(TALKING, phase=Phase.DUCKED, voice=True, barge_in=BargeIn.SPEECH),
        [press()],
        [
            e.StopReply(1),
            e.EndTurn(1, "interrupted"),
            e.Duck(down=False),
            e.CancelRecognition(2),
            e.StartRecognition(2, 1, BEGIN),
        ],
        Phase.USER_SPEAKING,
    ),
    "held, it begins at once": (State(), [hold()], [e.StartRecognition(1, 0, BEGIN)], Phase.USER_SPEAKING),
    "held, no pause ends it": (
        State(),
        [
            hold(),
            e.SpeechStarted(1.2, NOW),
            e.SpeechStopped(2.0, 1.8),
            e.Tick(9.0),
            e.SpeechStarted(9.1, 9 * NOW),
        ],
        [e.StartRecognition(1, 0, BEGIN)],
        Phase.USER_SPEAKING,
    ),
    "the release ends it": (
        State(),
        [hold(), e.SpeechStarted(1.2, NOW), e.Released(5.0), e.TranscriptReady(5.1, 1, 0, "stop")],
        [e.StartRecognition(1, 0, BEGIN), e.FinishRecognition(1, 0), e.Ask(1, "stop", None)],
        Phase.THINKING,
    ),
    "a voice after the release does not take it back": (
        State(),
        [hold(), e.Released(5.0), e.SpeechStarted(5.05, 90_000)],
        [e.StartRecognition(1, 0, BEGIN), e.FinishRecognition(1, 0)],
        Phase.THINKING,
    ),
    "held and nothing said is nothing": (
        State(),
        [hold(), e.Released(1.1), e.TranscriptReady(1.2, 1, 0, "")],
        [e.StartRecognition(1, 0, BEGIN), e.FinishRecognition(1, 0), e.EndTurn(1, "nothing-heard")],
        Phase.LISTENING,
    ),
    "held and not understood is told": (
        State(),
        [hold(), e.SpeechStarted(1.2, NOW), e.Released(3.0), e.TranscriptReady(3.1, 1, 0, "")],
        [
            e.StartRecognition(1, 0, BEGIN),
            e.FinishRecognition(1, 0),
            e.Say(1, m.NOT_UNDERSTOOD, "notice"),
            e.CloseReply(1),
        ],
        Phase.SPEAKING,
    ),
    "a key that is never released is no trap": (
        State(),
        [hold(), e.Tick(1.0 + T.max_turn_s), e.Released(40.0)],
        [e.StartRecognition(1, 0, BEGIN), e.FinishRecognition(1, 0)],
        Phase.THINKING,
    ),
    "held in a pause for breath, the turn goes on": (
        State(voice=True),
        [press(), e.SpeechStopped(3.0, 2.8), hold(3.1), e.SpeechStopped(4.0, 3.9)],
        [e.StartRecognition(1, 0, BEGIN), e.FinishRecognition(1, 0), e.StartRecognition(1, 1, BEGIN)],
        Phase.USER_SPEAKING,
    ),
    "a release alone is nothing": (State(), [e.Released(1.0)], [], Phase.IDLE),
    "nor in a turn of the wake word": (
        State(voice=True),
        [press(), e.Released(2.0)],
        [e.StartRecognition(1, 0, BEGIN)],
        Phase.USER_SPEAKING,
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_the_key(case: str) -> None:
    state, history, commands, phase = TABLE[case]
    state, told = run(state, *history)
    assert (told, state.phase) == (commands, phase)


def test_a_key_needs_no_words_behind_it() -> None:
    _, commands = run(State(wake_needs_words=True), e.WakeWord(0.0, 0), e.Tick(T.no_speech_s), press(9.0))
    assert commands == [e.DropWake(), e.Acknowledge()]


def test_the_next_turn_is_not_held_any_more() -> None:
    state, _ = run(
        State(), hold(), e.Released(2.0), e.TranscriptReady(2.1, 1, 0, ""), e.SpeechStarted(3.0, 64_000)
    )
    assert state.phase is Phase.USER_SPEAKING
    assert not state.holding
    _, commands = run(state, e.SpeechStopped(4.0, 3.9))
    assert commands == [e.FinishRecognition(2, 0)]


# ── with the real engines, in virtual time ────────────────────────────────────────────────────────────────

needs_voice = pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")


@needs_voice
@in_virtual_time
async def test_a_key_and_then_a_command(engines: Engines) -> None:
    async with conversation(engines, open_mic=False) as talk:
        await talk.say(say("turn off the light"))  # not meant for it
        talk.session.press()
        await talk.turn(say("what time is it", "rms", lead_s=0))
    assert [text for _, text, _ in talk.script.asked] == ["what time is it"]


@needs_voice
@in_virtual_time
async def test_a_press_that_comes_late_loses_no_word(engines: Engines) -> None:
    """A hotkey's program takes a third of a second to start; the person is speaking by then."""
    async with conversation(engines, open_mic=False) as talk:
        talk.mic.say(trimmed(say("turn on the light")))
        await asyncio.sleep(0.35)
        talk.session.press()
        await talk.turns(1)
    assert [text for _, text, _ in talk.script.asked] == ["turn on the light"]


@needs_voice
@in_virtual_time
async def test_held_the_turn_lasts_through_a_long_pause_and_ends_with_the_release(engines: Engines) -> None:
    pause = np.zeros(3 * SAMPLE_RATE_HZ, np.int16)
    words = np.concatenate([trimmed(say("set a timer for")), pause, trimmed(say("ten minutes"))])
    async with conversation(engines, open_mic=False) as talk:
        talk.session.press(hold=True)
        await talk.say(words)
        await asyncio.sleep(0.2)
        assert talk.script.asked == []
        talk.session.release()
        ended = await talk.turns(1)
    assert [text for _, text, _ in talk.script.asked] == ["set a timer for ten minutes"]
    assert ended.outcome == "answered"
    assert ended.stages_s["end_of_turn"] == 0.0
    assert ended.stages_s["first_sound"] < 0.3


@needs_voice
@pytest.mark.parametrize("barge_in", BargeIn)
@in_virtual_time
async def test_a_key_silences_an_answer_and_its_echo_is_no_turn(engines: Engines, barge_in: BargeIn) -> None:
    story = "This is a long story about the sea and the people who live on its shores and fish in it."
    script = Script({"what time is it": [story]})
    echo = 0.0 if barge_in is BargeIn.SPEECH else 0.5
    async with conversation(
        engines, script, open_mic=False, barge_in=barge_in, echo=echo, echo_delay_s=0.05
    ) as talk:
        talk.session.press()
        await talk.say(say("what time is it"))
        await talk.until(lambda: talk.loudspeaker.played_samples > SAMPLE_RATE_HZ)
        talk.session.press()
        assert (await talk.turns(1)).outcome == "interrupted"
        await asyncio.sleep(0.5)
        played = talk.loudspeaker.played_samples
        await talk.turn(say("turn on the light"))
    assert [text for _, text, _ in talk.script.asked] == ["what time is it", "turn on the light"]
    assert talk.of(events.Spoken)[0].interrupted
    assert played < 3 * SAMPLE_RATE_HZ


@needs_voice
@in_virtual_time
async def test_pressed_and_nothing_said(engines: Engines) -> None:
    async with conversation(engines, open_mic=False) as talk:
        talk.session.press(hold=True)
        await asyncio.sleep(1.0)
        talk.session.release()
        assert (await talk.turns(1)).outcome == "nothing-heard"
        talk.session.press()
        assert (await talk.turns(2)).outcome == "answered"
    assert [event.text for event in talk.of(events.Spoken)] == [m.NOTHING_HEARD]
