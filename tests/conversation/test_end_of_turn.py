"""Whether a sentence is over: judged on the real project's sentences, and noticed in a conversation."""

import asyncio
from functools import cache

import pytest

from assistant.config import Config
from assistant.conversation.end_of_turn import DANGLING, LIKELY_END, UNLIKELY_END, EndOfTurn, SentenceEnds
from assistant.conversation.messages import Completeness
from assistant.dialogue.annotations import parse_annotations
from assistant.dialogue.client import DialogueUnavailable, Parse
from assistant.dialogue.project import RasaProject
from assistant.dialogue.training_data import Example, TrainingData, load_training_data, read_examples
from assistant.events import PauseJudged, ReplyPrepared, Spoken
from assistant.recognition.spoken_words import spoken_words
from tests.conversation.talk import Engines, Script, conversation, trimmed
from tests.conversation.virtual_time import in_virtual_time
from tests.recognition.speech import needs_flite, say


@cache
def project() -> RasaProject:
    return RasaProject.from_config(Config())


@cache
def end_of_turn() -> EndOfTurn:
    return EndOfTurn(load_training_data(project().root, project().names), sure=0.5)


def judge(annotated: str, intent: str, confidence: float = 0.9, so_far: str = "") -> Completeness:
    """The judgement on a sentence whose entities are marked as in training data."""
    segments = parse_annotations(annotated)
    text, entities = "", []
    for segment in segments:
        if segment.entity:
            end = len(text) + len(segment.text)
            entities.append({"entity": segment.entity, "start": len(text), "end": end})
        text += segment.text
    parse = Parse(text, intent, confidence, tuple(entities), ())
    return end_of_turn().judge(text, parse, so_far).completeness


@pytest.mark.parametrize(
    ("sentence", "intent", "completeness"),
    [
        ("turn on the [kitchen](area) [light](device)", "turn_on", Completeness.COMPLETE),
        ("turn on the", "turn_on", Completeness.UNFINISHED),
        ("stop", "stop", Completeness.COMPLETE),
        ("yes", "affirm", Completeness.COMPLETE),
        ("set a timer for [five minutes](duration)", "start_timer", Completeness.COMPLETE),
        ("set a timer for", "start_timer", Completeness.UNFINISHED),
        ("set a timer", "start_timer", Completeness.UNFINISHED),  # no duration
        ("set a timer for twenty", "start_timer", Completeness.UNFINISHED),  # minutes, or five minutes
        ("how warm is it", "query_temperature", Completeness.OPEN),  # most name a room, but here is one too
        ("add [milk](item) to the", "add_item", Completeness.UNFINISHED),
        ("is the [front](device)", "query_state", Completeness.UNFINISHED),  # of "front door"
        ("", "", Completeness.OPEN),
    ],
)
def test_sentences_and_their_beginnings(sentence: str, intent: str, completeness: Completeness) -> None:
    assert judge(sentence, intent) is completeness


@pytest.mark.parametrize(
    ("sentence", "intent", "so_far", "completeness"),
    [
        ("cancel that", "stop", "cancel the", Completeness.UNFINISHED),
        ("cancel that", "stop", "cancel that", Completeness.COMPLETE),
        ("cancel that", "stop", "", Completeness.COMPLETE),  # of a recogniser that does not say
        ("turn on the [light](device)", "turn_on", "turn on delight", Completeness.COMPLETE),
    ],
)
def test_an_end_that_was_not_heard_while_the_person_spoke_is_none(
    sentence: str, intent: str, so_far: str, completeness: Completeness
) -> None:
    assert judge(sentence, intent, so_far=so_far) is completeness


def test_the_beginning_of_a_command_that_means_nothing_yet_is_waited_for() -> None:
    assert judge("set the [kitchen](area) [light](device)", "nlu_fallback") is Completeness.UNFINISHED
    assert judge("make the [bedroom](area) [light](device)", "inform", 0.55) is Completeness.UNFINISHED


def test_open_speech_that_hangs_in_the_air_is_unfinished() -> None:
    assert judge("i went to the market because", "nlu_fallback") is Completeness.UNFINISHED
    assert judge("i went to the market", "nlu_fallback") is Completeness.OPEN
    assert judge("turn on the [light](device)", "turn_on", confidence=0.3) is Completeness.OPEN


def test_nobody_is_cut_off_after_a_word_that_goes_on() -> None:
    """In no training sentence, taken as a beginning, does such a word end a command."""
    for word in sorted(DANGLING - {"on", "in", "so", "that", "what", "well"}):  # "turn the light on"
        assert judge(f"please turn {word}", "turn_on") is not Completeness.COMPLETE, word


def test_held_out_sentences_end_and_their_beginnings_do_not() -> None:
    held_out = read_examples(project().root / "tests" / "heldout")
    training = load_training_data(project().root, project().names)
    ends = SentenceEnds(classes(example) for example in training.examples)
    sentences = [classes(example) for example in held_out if example.intent != "out_of_scope"]
    beginnings = [words[:length] for words in sentences for length in range(1, len(words))]
    beginnings = [words for words in beginnings if not ends.is_sentence(words)]

    def share(of: list[list[str]], least: float) -> float:
        return sum(ends.probability(words) >= least for words in of) / len(of)

    assert share(sentences, LIKELY_END) > 0.85
    assert share(beginnings, LIKELY_END) < 0.10
    assert share(sentences, UNLIKELY_END) > 0.95
    assert share(beginnings, UNLIKELY_END) < 0.25


def classes(example: Example) -> list[str]:
    words: list[str] = []
    for segment in example.segments:
        words += [f"{{{segment.entity}}}"] if segment.entity else spoken_words(segment.text)
    return words


# ── in a conversation ─────────────────────────────────────────────────────────────────────────────────────


def lamps() -> EndOfTurn:
    """Knows what the script of `talk.py` means, which has one intent and no entities."""
    sentences = ("turn off the lamp", "turn off the lamp in the bedroom", "what time is it")
    examples = tuple(Example("intent of the script", parse_annotations(text)) for text in sentences)
    return EndOfTurn(TrainingData(examples, {}, {}, {}), sure=0.5)


@pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")
@in_virtual_time
async def test_a_complete_command_is_answered_sooner(engines: Engines) -> None:
    async with conversation(engines, end_of_turn=lamps()) as talk:
        ended = await talk.turn(say("what time is it", "rms"))
    assert 0.15 <= ended.stages_s["end_of_turn"] <= 0.3
    assert ended.stages_s["intent"] <= ended.stages_s["end_of_turn"]
    [judged] = talk.of(PauseJudged)
    assert (judged.completeness, judged.silence_s) == ("complete", 0.2)


@pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")
@in_virtual_time
async def test_who_hesitates_in_the_middle_is_waited_for(engines: Engines) -> None:
    """0.8 s are more than the fixed silence of 0.6 s allows."""
    script = Script({"turn off the lamp in the bedroom": ["Okay."]})
    async with conversation(engines, script, end_of_turn=lamps()) as talk:
        await talk.say(trimmed(say("turn off the lamp in the")))
        await asyncio.sleep(0.8)
        await talk.turn(trimmed(say("bedroom")))
    assert [text for _, text, _ in script.asked] == ["turn off the lamp in the bedroom"]
    assert [event.completeness for event in talk.of(PauseJudged)] == ["unfinished", "complete"]


@pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")
@in_virtual_time
async def test_the_answer_is_prepared_in_the_closing_silence(engines: Engines) -> None:
    script = Script({"what time is it": ["It's noon."]}, previews={"what time is it": ["It's noon."]})
    async with conversation(engines, script, end_of_turn=lamps()) as talk:
        ended = await talk.turn(say("what time is it", "rms"))
    assert script.previewed == ["what time is it"]
    [prepared] = talk.of(ReplyPrepared)
    assert prepared.text == "It's noon."
    assert [event.text for event in talk.of(Spoken)] == ["It's noon."]  # once
    assert ended.stages_s["first_clause"] - ended.stages_s["first_text"] <= 0.001
    assert len([text for _, text, _ in script.asked]) == 1


@pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")
@in_virtual_time
async def test_a_prepared_answer_is_thrown_away_when_speech_goes_on(engines: Engines) -> None:
    script = Script(
        {"turn off the lamp in the bedroom": ["Okay."]}, previews={"turn off the lamp": ["Which lamp?"]}
    )
    async with conversation(engines, script, end_of_turn=lamps()) as talk:
        await talk.say(trimmed(say("turn off the lamp")))
        await asyncio.sleep(0.2)
        await talk.turn(trimmed(say("in the bedroom")))
    assert [text for _, text, _ in script.asked] == ["turn off the lamp in the bedroom"]
    assert [event.text for event in talk.of(Spoken)] == ["Okay."]


@pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")
@pytest.mark.parametrize("failure", [DialogueUnavailable("I cannot think."), RuntimeError("broken")])
@in_virtual_time
async def test_a_preview_that_fails_is_no_loss(engines: Engines, failure: Exception) -> None:
    script = Script({"what time is it": ["It's noon."]}, previews=failure)
    async with conversation(engines, script, end_of_turn=lamps()) as talk:
        await talk.turn(say("what time is it", "rms"))
    assert [event.text for event in talk.of(Spoken)] == ["It's noon."]


@pytest.mark.skipif(needs_flite, reason="nobody can speak: flite is missing")
@in_virtual_time
async def test_an_answer_that_turns_out_otherwise_is_said_instead(engines: Engines) -> None:
    script = Script({"what time is it": ["It's one."]}, previews={"what time is it": ["It's noon."]})
    async with conversation(engines, script, end_of_turn=lamps()) as talk:
        await talk.turn(say("what time is it", "rms"))
    assert [event.text for event in talk.of(Spoken)] == ["It's one."]
