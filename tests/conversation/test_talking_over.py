"""What a person notices who talks over an answer: real detector, recogniser and voice, in virtual time.

Which complaint about other assistants each of these answers to is listed in docs/turn-taking.md.
"""

import asyncio
from itertools import pairwise

import numpy as np
import pytest

from assistant import events
from assistant.conversation.machine import BargeIn, Phase
from assistant.conversation.messages import Priority
from assistant.recognition.router import RoutedRecognizer
from audio.frames import SAMPLE_RATE_HZ, Pcm
from tests.conversation.talk import Engines, PunctualRecognizer, Script, Talk, conversation, trimmed
from tests.conversation.test_interruption import STORY, spoken_s, story, telling
from tests.conversation.virtual_time import INSTANT_S, in_virtual_time, now_s
from tests.recognition.speech import needs_flite, say

pytestmark = pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")

DEVICE_S = 0.07  # the loudspeaker's buffer and block: what `flush` cannot take back on a sound card
SILENT_WITHIN_S = 0.3
CLAUSE_ENDS_S = 0.06
"""Less is not a word that was said again: flite's noise moves the end of each clause by some milliseconds."""
OWN = "Okay. Turn off the lamp in the bedroom. Turn on the light. Set a timer for five minutes."


def cough() -> Pcm:
    """A voiced burst without words, 0.3 s."""
    time_s = np.arange(int(0.3 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    harmonics = sum(np.sin(2 * np.pi * 140 * n * time_s) / n for n in range(1, 25))
    noise = np.random.default_rng(1).normal(0, 0.3, len(time_s))
    shape = np.minimum(1, time_s / 0.02) * np.exp(-time_s / 0.12)
    return np.asarray((harmonics + noise) * shape * 6000, dtype=np.int16)


def outcomes(talk: Talk) -> list[tuple[str, str]]:
    return [(event.outcome, event.reason) for event in talk.of(events.TalkedOver)]


def asked(talk: Talk) -> list[str]:
    return [text for _, text, _ in talk.script.asked]


@pytest.mark.parametrize(
    "words",
    [
        "turn off the lamp in the bedroom",
        "turn on the light",
        "what time is it",
        "stop",
        "add milk to the shopping list",
        "set a timer for five minutes",
    ],
)
@in_virtual_time
async def test_the_loudspeaker_is_silent_soon_after_the_first_sound_of_a_person(
    engines: Engines, words: str
) -> None:
    async with conversation(engines, story(), barge_in=BargeIn.SPEECH) as talk:
        await telling(talk, 2.0)
        begun = talk.mic.say(trimmed(say(words)))
        await talk.until(lambda: talk.session.state.phase is not Phase.SPEAKING)
        await talk.until(lambda: talk.session.state.phase is not Phase.DUCKED)
        silent_s = now_s() - begun.start_s
        assert talk.loudspeaker.silent_since_s <= now_s() + INSTANT_S
        await talk.turns(2)
    assert silent_s + DEVICE_S <= SILENT_WITHIN_S


@in_virtual_time
async def test_words_cancel_the_answer_and_nothing_of_their_beginning_is_lost(engines: Engines) -> None:
    async with conversation(engines, story(), barge_in=BargeIn.SPEECH) as talk:
        await telling(talk, 2.0)
        await talk.say(say("turn off the lamp in the bedroom", lead_s=0))
        await talk.turns(2)
    assert asked(talk)[1] == "turn off the lamp in the bedroom"
    assert [outcome for outcome, _ in outcomes(talk)] == ["interrupted"]
    interrupted = talk.of(events.Spoken)[0]
    assert talk.script.was_heard == [("here", interrupted.heard)]


async def after(engines: Engines, sound: Pcm, at_s: float = 2.0) -> Talk:
    """A sound over the story, which is told to its end."""
    async with conversation(engines, story(), barge_in=BargeIn.SPEECH) as talk:
        await telling(talk, at_s)
        talk.mic.say(sound)
        await talk.turns(1)
    return talk


@pytest.mark.parametrize("sound", [cough(), trimmed(say("okay", "rms")), trimmed(say("yes", "rms"))])
@in_virtual_time
async def test_what_is_no_turn_lets_the_answer_go_on_from_the_word_that_was_cut(
    engines: Engines, sound: Pcm
) -> None:
    talk = await after(engines, sound)
    alone = await after(engines, np.zeros(10, np.int16))
    assert [event.outcome for event in talk.of(events.TurnEnded)] == ["answered"]
    (spoken,) = talk.of(events.Spoken)
    assert (spoken.heard, spoken.interrupted) == (" ".join(STORY), False)
    assert talk.script.was_heard == []
    assert len(asked(talk)) == 1
    assert talk.ducked in ([], [True, False])
    again_s = spoken_s(talk) - spoken_s(alone)
    assert -CLAUSE_ENDS_S <= again_s < 0.8  # a word, not a sentence
    assert bool(talk.ducked) == (again_s > CLAUSE_ENDS_S)


@in_virtual_time
async def test_a_word_is_an_interruption_only_once(engines: Engines) -> None:
    """Twice in a row, and neither is lost."""
    script = story()
    script.answers["turn on the light"] = STORY
    async with conversation(engines, script, barge_in=BargeIn.SPEECH) as talk:
        await telling(talk, 2.0)
        await talk.say(say("turn on the light", lead_s=0))
        await talk.turns(1)
        await talk.until(lambda: talk.session.state.phase is Phase.SPEAKING)
        await asyncio.sleep(1.5)
        await talk.say(say("turn off the lamp in the bedroom", lead_s=0))
        await talk.turns(3)
    assert asked(talk) == ["what time is it", "turn on the light", "turn off the lamp in the bedroom"]
    assert len(talk.script.was_heard) == 2
    assert [event.outcome for event in talk.of(events.TurnEnded)] == [
        "interrupted",
        "interrupted",
        "answered",
    ]


@in_virtual_time
async def test_two_coughs_in_a_row_lose_nothing(engines: Engines) -> None:
    async with conversation(engines, story(), barge_in=BargeIn.SPEECH) as talk:
        await telling(talk, 1.0)
        await talk.say(trimmed(say("okay", "rms")))
        await asyncio.sleep(1.0)
        await talk.say(trimmed(say("yes", "rms")))
        await talk.turns(1)
    assert [outcome for outcome, _ in outcomes(talk)] == ["resumed"] * 2
    assert talk.of(events.Spoken)[0].heard == " ".join(STORY)


@in_virtual_time
async def test_stop_silences_from_a_partial_with_the_dialogue_down(engines: Engines) -> None:
    async with conversation(engines, story(), barge_in=BargeIn.SPEECH) as talk:
        await telling(talk, 2.0)
        talk.script.ready = False
        await talk.say(trimmed(say("stop")))
        assert (await talk.turns(2)).outcome == "stopped"
        played = spoken_s(talk)
        await asyncio.sleep(8.0)
        assert spoken_s(talk) == played
    assert asked(talk) == ["what time is it"]


ECHO = 0.5  # -6 dB
ROOM_S = 0.08
SILENT_OVER_ECHO_S = 0.55  # what suppresses the echo takes first syllables with it


@in_virtual_time
async def test_its_own_echo_does_not_cut_the_answer(engines: Engines) -> None:
    """Not even the first of all, in which the canceller has yet to learn the room. With the router, which takes no
    words that are in doubt."""
    assert isinstance(engines.recognizer, PunctualRecognizer)
    doubting = PunctualRecognizer(RoutedRecognizer(engines.recognizer.engine, None))
    engines = Engines(doubting, engines.voice)
    script = Script({"what time is it": [OWN], "turn on the light": [OWN]})
    async with conversation(
        engines, script, barge_in=BargeIn.SPEECH, echo=ECHO, echo_delay_s=ROOM_S, cancelled=True
    ) as talk:
        for number, words in enumerate(("what time is it", "turn on the light", "what time is it"), start=1):
            await talk.say(say(words, lead_s=0))
            await talk.turns(number)
    assert {reason for _, reason in outcomes(talk)} <= {"no words", "at its end"}
    assert [spoken.heard for spoken in talk.of(events.Spoken)] == [OWN] * 3
    assert len(asked(talk)) == 3


@pytest.mark.parametrize(
    "words", ["turn off the lamp in the bedroom", "what time is it", "add milk to the shopping list"]
)
@in_virtual_time
async def test_a_person_over_an_echo_is_heard_word_for_word(engines: Engines, words: str) -> None:
    async with conversation(
        engines, story(), barge_in=BargeIn.SPEECH, echo=ECHO, echo_delay_s=ROOM_S, cancelled=True
    ) as talk:
        await telling(talk, 2.5)
        begun = talk.mic.say(trimmed(say(words)))
        await talk.until(lambda: talk.session.state.phase not in (Phase.SPEAKING, Phase.DUCKED))
        silent_s = now_s() - begun.start_s
        await talk.turns(2)
    assert silent_s + DEVICE_S <= SILENT_OVER_ECHO_S
    assert asked(talk)[1] == words


@pytest.mark.parametrize("at_s", [0.0, 3.0, 3.2, 8.0])
@in_virtual_time
async def test_words_at_any_place_of_the_answer_are_the_next_turn(engines: Engines, at_s: float) -> None:
    """At its first sound, between its sentences, near its end."""
    async with conversation(engines, story(), barge_in=BargeIn.SPEECH) as talk:
        await telling(talk, at_s)
        await talk.say(say("turn on the light", lead_s=0))
        await talk.turns(2)
    assert asked(talk) == ["what time is it", "turn on the light"]


@in_virtual_time
async def test_words_over_the_last_word_are_the_next_turn(engines: Engines) -> None:
    async with conversation(
        engines, Script({"what time is it": ["It is noon."]}), barge_in=BargeIn.SPEECH
    ) as talk:
        await telling(talk, 0.6)
        await talk.say(say("turn on the light", lead_s=0))
        await talk.turns(2)
    assert asked(talk) == ["what time is it", "turn on the light"]


# ── announcements ─────────────────────────────────────────────────────────────────────────────────────────


@in_virtual_time
async def test_two_announcements_during_an_answer_are_said_after_it_in_one_go(engines: Engines) -> None:
    async with conversation(engines, story()) as talk:
        await telling(talk, 1.0)
        talk.session.announce("There is mail.")
        talk.session.announce("Your tea is ready.", Priority.TIMER)
        await talk.turns(2)
    assert [event.text for event in talk.of(events.Spoken)] == [
        " ".join(STORY),
        "Your tea is ready. There is mail.",
    ]


@in_virtual_time
async def test_a_timer_waits_for_who_speaks_and_then_rings_until_somebody_says_so(engines: Engines) -> None:
    script = Script({"turn on the light": ["Okay."], "stop": ["Okay."]})
    async with conversation(engines, script) as talk:
        talk.mic.say(say("turn on the light"))
        await talk.until(lambda: talk.session.state.phase is Phase.USER_SPEAKING)
        talk.session.announce("Your tea is ready.", Priority.TIMER, rings=True)
        await talk.turns(4)
        await talk.turn(say("stop", "rms"))
        count = len(talk.of(events.Spoken))
        await asyncio.sleep(200.0)
        assert len(talk.of(events.Spoken)) == count
    assert talk.of(events.Spoken)[0].text == "Okay."
    said = [event for event in talk.of(events.Spoken) if event.text == "Your tea is ready."]
    pauses = [later.at_s - earlier.at_s for earlier, later in pairwise(said)]
    assert len(pauses) == 2
    assert pauses[1] > pauses[0]
    assert asked(talk) == ["turn on the light", "stop"]
    assert [event.noticed for event in talk.of(events.RingingEnded)] == [True]


@in_virtual_time
async def test_stop_over_a_ringing_timer_is_enough(engines: Engines) -> None:
    async with conversation(engines, barge_in=BargeIn.SPEECH, open_mic=False) as talk:
        talk.session.announce("Your tea is ready.", Priority.TIMER, rings=True)
        await talk.until(lambda: bool(talk.loudspeaker.played))
        await asyncio.sleep(0.3)
        await talk.say(trimmed(say("stop")))
        assert (await talk.turns(2)).outcome == "stopped"
        await asyncio.sleep(200.0)
        assert len(talk.of(events.TurnEnded)) == 2
    assert asked(talk) == []


@in_virtual_time
async def test_music_closes_the_follow_up_window(engines: Engines) -> None:
    async with conversation(engines, open_mic=False) as talk:
        talk.session.enter("what time is it")
        await talk.turns(1)
        talk.session.close_window("music")
        assert talk.session.state.phase is Phase.IDLE
        await talk.say(say("turn on the light"))
        await asyncio.sleep(2.0)
    assert [event.reason for event in talk.of(events.WindowClosed)] == ["music"]
    assert asked(talk) == ["what time is it"]


@in_virtual_time
async def test_after_the_answer_to_a_turn_that_began_music_there_is_no_window(engines: Engines) -> None:
    async with conversation(engines, open_mic=False) as talk:
        talk.session.enter("what time is it")
        await talk.until(lambda: bool(talk.loudspeaker.played))
        talk.session.close_window("music")
        assert (await talk.turns(1)).outcome == "answered"
        assert talk.session.state.phase is Phase.IDLE
    assert [event.reason for event in talk.of(events.WindowClosed)] == ["music"]
