"""Which recogniser is asked, and what happens when one of them fails.

The engines here are people with a script: what is tested is the decision between them.
"""

import asyncio
from dataclasses import dataclass, field

import numpy as np
import pytest

from assistant.recognition.base import (
    OnPartial,
    Partial,
    RecognitionStream,
    RecognizerUnavailable,
    TakesHints,
    Transcript,
)
from assistant.recognition.confidence import NOISE
from assistant.recognition.decision import Meaning
from assistant.recognition.routed_stream import Patience, RoutedStream
from assistant.recognition.router import Judge, RoutedRecognizer
from audio.frames import SAMPLE_RATE_HZ, Pcm

COMMAND = "turn on the light"


@dataclass
class Scripted:
    """A recogniser that answers what it was told to, and remembers what it was given."""

    name: str
    text: str = ""
    confidence: float = 0.0
    reason: str = ""
    error: str = ""
    broken: bool = False
    takes_s: float = 0.0
    so_far: str = ""  # what it understands while somebody speaks
    after: asyncio.Event | None = None  # it is done only when this has happened
    streams: list["ScriptedStream"] = field(default_factory=list)
    closed: bool = False
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        if self.broken:
            raise RecognizerUnavailable(f"{self.name} is broken")

    def stream(self, on_partial: OnPartial | None = None) -> RecognitionStream:
        stream = ScriptedStream(self, on_partial)
        self.streams.append(stream)
        return stream

    async def close(self) -> None:
        self.closed = True


@dataclass
class ScriptedStream:
    owner: Scripted
    on_partial: OnPartial | None = None
    samples: int = 0
    cancelled: bool = False

    def feed(self, pcm: Pcm) -> None:
        self.samples += pcm.size
        if self.owner.so_far and self.on_partial is not None:
            self.on_partial(Partial(self.owner.so_far, "", self.owner.name))

    async def finish(self) -> Transcript:
        self.owner.asked.set()
        if self.owner.after is not None:
            async with asyncio.timeout(5):
                await self.owner.after.wait()
        await asyncio.sleep(self.owner.takes_s)
        if self.owner.error:
            raise RecognizerUnavailable(self.owner.error)
        who = self.owner
        return Transcript(
            who.text, who.name, who.confidence, self.samples / SAMPLE_RATE_HZ, 0.0, reason=who.reason
        )

    def cancel(self) -> None:
        self.cancelled = True


def judge_of(value: float | None, *free_words: str) -> Judge:
    async def judge(_text: str) -> Meaning | None:
        return None if value is None else Meaning(value, "intent", free_words)

    return judge


def judge_by(**confidence: float) -> Judge:
    """Knows the sentences of which it is told the first word; other words mean nothing to it."""

    async def judge(text: str) -> Meaning:
        return Meaning(confidence.get(text.split()[0], 0.0), "intent")

    return judge


async def ask(
    embedded: Scripted,
    whisper: Scripted | None,
    *,
    judge: Judge | None = None,
    free_text: bool = False,
    patience_s: float = 5.0,
) -> Transcript:
    router = RoutedRecognizer(embedded, whisper, judge=judge, patience=Patience(answer_s=patience_s))
    await router.start()
    stream = router.stream()
    stream.feed(np.zeros(16_000, np.int16))
    assert isinstance(stream, TakesHints)
    stream.hints.free_text = free_text
    return await stream.finish()


def sure() -> Scripted:
    return Scripted("sphinx", COMMAND, 0.9)


def unsure() -> Scripted:
    return Scripted("sphinx", "turn on the list", 0.2)


def open_speech() -> Scripted:
    return Scripted("whisper", "my brother bought a car", 0.8)


@pytest.mark.parametrize(
    ("confidence", "judge", "text"),
    [
        (0.3, judge_of(0.95), True),
        (0.25, judge_of(0.95), True),
        (0.15, judge_of(0.95), True),
        (0.05, judge_of(0.95), False),
        (0.01, judge_of(0.95), False),  # hopeless words have a meaning too, but nobody said them
        (0.01, judge_of(0.8), False),
        (0.01, judge_of(None), False),
        (0.01, None, False),
        (0.3, judge_of(0.3), True),  # the dialogue itself decides what to make of it
    ],
)
async def test_without_whisper_doubtful_words_are_taken_and_hopeless_ones_not(
    confidence: float, judge: Judge | None, text: bool
) -> None:
    transcript = await ask(Scripted("sphinx", "stop", confidence), None, judge=judge)
    assert transcript.text == ("stop" if text else "")
    assert "not sure of the words" in transcript.reason


@pytest.mark.parametrize(
    ("embedded", "judge", "engine", "reason"),
    [
        (sure(), None, "sphinx", "sure of it"),
        (sure(), judge_of(0.9), "sphinx", "sure of it"),
        (sure(), judge_of(None), "sphinx", "sure of it"),
        (sure(), judge_of(0.1), "whisper", "what the words mean"),
        (unsure(), judge_of(0.9), "whisper", "not sure of the words"),
        (Scripted("sphinx", "", 0.0, "no words in it"), None, "whisper", "no words in it"),
        (Scripted("sphinx", "", 0.0, NOISE), None, "sphinx", NOISE),
        (Scripted("sphinx", error="it fell over"), None, "whisper", "it fell over"),
    ],
)
async def test_whisper_is_asked_when_the_embedded_recogniser_is_in_doubt(
    embedded: Scripted, judge: Judge | None, engine: str, reason: str
) -> None:
    whisper = open_speech()
    transcript = await ask(embedded, whisper, judge=judge)
    assert transcript.engine == engine
    assert reason in transcript.reason
    assert len(whisper.streams) == (engine == "whisper")
    if whisper.streams:
        assert whisper.streams[0].samples == 16_000  # the same sound


async def test_free_text_goes_to_whisper_however_sure_the_other_is() -> None:
    transcript = await ask(sure(), open_speech(), free_text=True)
    assert (transcript.engine, transcript.reason) == ("whisper", "the dialogue waits for free text")


@pytest.mark.parametrize("free_text", [False, True])
async def test_a_failing_whisper_leaves_what_the_embedded_one_heard(free_text: bool) -> None:
    transcript = await ask(unsure(), Scripted("whisper", error="out of memory"), free_text=free_text)
    assert transcript.text == "turn on the list"
    assert "out of memory" in transcript.reason


@pytest.mark.parametrize(
    ("judge", "text"), [(judge_of(0.95), "turn on the list"), (judge_of(0.6), ""), (None, "")]
)
async def test_where_whisper_understood_nothing_only_a_sure_meaning_speaks_for_doubtful_words(
    judge: Judge | None, text: str
) -> None:
    transcript = await ask(unsure(), Scripted("whisper", "", reason="no speech in it"), judge=judge)
    assert transcript.text == text
    assert "no speech in it" in transcript.reason


async def test_what_is_hopeless_stays_unsaid_where_whisper_fails() -> None:
    hopeless = Scripted("sphinx", "turn off the heating", 0.01)
    transcript = await ask(hopeless, Scripted("whisper", error="out of memory"), judge=judge_of(0.7))
    assert transcript.text == ""
    assert "out of memory" in transcript.reason


@pytest.mark.parametrize("free_text", [False, True])
async def test_whisper_is_waited_for_so_long_and_no_longer(free_text: bool) -> None:
    whisper = open_speech()
    whisper.takes_s = 3600
    transcript = await ask(unsure(), whisper, patience_s=0.05, free_text=free_text)
    assert transcript.text == "turn on the list"
    assert "no answer in 0.1 s" in transcript.reason
    await asyncio.sleep(0)
    assert whisper.streams[0].cancelled  # its result goes nowhere


async def test_a_part_of_a_command_that_can_be_any_words_is_whisper_s() -> None:
    heard, judge = Scripted("sphinx", "add streams to the party list", 0.9), judge_of(0.99, "streams")
    transcript = await ask(heard, Scripted("whisper", "Add streamers to the party list.", 0.8), judge=judge)
    assert transcript.text == "Add streamers to the party list."
    assert "“streams” could be any words" in transcript.reason
    same = await ask(heard, Scripted("whisper", "Add streams to the party list.", 0.8), judge=judge)
    assert (same.engine, same.text) == ("sphinx", heard.text)
    assert "heard the same" in same.reason


async def test_a_sure_command_with_free_words_stands_where_whisper_does_not_help() -> None:
    heard = Scripted("sphinx", "add streams to the party list", 0.9)

    async def judge(text: str) -> Meaning:
        return Meaning(0.99, "add_item", ("streams",)) if text == heard.text else Meaning(0.0)

    late = open_speech()
    late.takes_s = 3600
    for whisper in (open_speech(), late, Scripted("whisper", ""), Scripted("whisper", error="broken")):
        assert (await ask(heard, whisper, judge=judge, patience_s=0.05)).text == heard.text


@pytest.mark.parametrize(
    ("said", "confidence", "judge", "engine"),
    [
        ("Turn on the lamp.", 0.9, judge_by(turn=1.0), "whisper"),  # a sure command
        ("Turn on the lamp.", 0.2, judge_by(turn=1.0), "whisper"),
        ("My brother bought a car.", 0.9, judge_by(turn=1.0), "whisper"),  # open speech, clearly heard
        (
            "Torn other lamb.",
            0.2,
            judge_by(turn=1.0),
            "sphinx",
        ),  # hardly heard, and the other means something
        ("Torn other lamb.", 0.2, judge_by(turn=0.7), "whisper"),
        ("Torn other lamb.", 0.2, judge_of(None), "whisper"),
    ],
)
async def test_where_the_two_disagree(said: str, confidence: float, judge: Judge, engine: str) -> None:
    transcript = await ask(unsure(), Scripted("whisper", said, confidence), judge=judge)
    assert transcript.engine == engine


async def test_whisper_need_not_wait_for_the_second_pass_where_the_words_are_no_command() -> None:
    whisper = open_speech()
    embedded = Scripted("sphinx", "turn on the list", 0.2, so_far="turn the the list", after=whisper.asked)
    transcript = await ask(embedded, whisper, judge=judge_of(0.1))
    assert transcript.text == whisper.text
    assert transcript.decision is not None
    assert transcript.decision.ahead


async def test_what_whisper_was_begun_for_in_vain_is_given_up() -> None:
    whisper = open_speech()
    whisper.takes_s = 3600
    embedded = Scripted("sphinx", COMMAND, 0.9, so_far="bird on the night", after=whisper.asked)
    transcript = await ask(embedded, whisper, judge=judge_by(turn=1.0))
    assert (transcript.engine, transcript.text) == ("sphinx", COMMAND)
    await asyncio.sleep(0)
    assert whisper.streams[0].cancelled


async def test_words_that_did_not_change_are_judged_once() -> None:
    judged: list[str] = []

    async def judge(text: str) -> Meaning:
        judged.append(text)
        return Meaning(1.0)

    await ask(Scripted("sphinx", COMMAND, 0.9, so_far=COMMAND), None, judge=judge)
    assert judged == [COMMAND]


async def test_the_understanding_is_given_words_as_people_say_them() -> None:
    judged: list[str] = []

    async def judge(text: str) -> Meaning:
        judged.append(text)
        return Meaning(1.0)

    transcript = await ask(unsure(), Scripted("whisper", "Dim it to 30%.", 0.9), judge=judge)
    assert judged[-1] == "dim it to thirty percent"
    assert transcript.text == "Dim it to 30%."


async def test_the_decision_tells_what_both_heard_and_why_one_was_taken() -> None:
    transcript = await ask(unsure(), open_speech(), judge=judge_by(turn=0.6))
    assert transcript.decision is not None
    facts = transcript.decision.facts()
    assert facts["reason"] == "not sure of the words (0.20)"
    assert (facts["embedded"]["text"], facts["embedded"]["confidence"]) == ("turn on the list", 0.2)
    assert (facts["embedded"]["intent"], facts["embedded"]["intent_confidence"]) == ("intent", 0.6)
    assert (facts["whisper"]["text"], facts["whisper"]["confidence"]) == ("my brother bought a car", 0.8)
    assert facts["whisper"]["intent_confidence"] == 0.0
    assert 0.0 <= facts["embedded"]["took_s"] <= facts["took_s"]
    alone = (await ask(sure(), open_speech())).decision
    assert alone is not None
    assert not alone.asked_whisper
    assert alone.whisper is None


async def test_both_failing_is_an_error() -> None:
    with pytest.raises(RecognizerUnavailable, match="second"):
        await ask(Scripted("sphinx", error="first"), Scripted("whisper", error="second"))
    with pytest.raises(RecognizerUnavailable, match="first"):
        await ask(Scripted("sphinx", error="first"), None)


async def test_without_whisper_the_embedded_result_stands_with_the_doubt() -> None:
    transcript = await ask(unsure(), None)
    assert transcript.text == "turn on the list"
    assert "not sure of the words" in transcript.reason
    assert "no Whisper model" in (await ask(unsure(), None, free_text=True)).reason


async def test_a_judge_that_is_late_or_fails_is_not_waited_for() -> None:
    async def late(_text: str) -> Meaning:
        await asyncio.sleep(60)
        return Meaning(0.0)

    async def failing(_text: str) -> Meaning:
        raise OSError("connection refused")

    for judge in (late, failing):
        assert (await asyncio.wait_for(ask(sure(), open_speech(), judge=judge), 5)).engine == "sphinx"


async def test_a_whisper_that_does_not_load_is_said_once_and_done_without() -> None:
    notices: list[str] = []
    whisper = Scripted("whisper", broken=True)
    router = RoutedRecognizer(sure(), whisper, notice=notices.append)
    await router.start()
    assert notices == ["Whisper is not used: whisper is broken"]
    assert whisper.closed
    stream = router.stream()
    assert (await stream.finish()).engine == "sphinx"


async def test_a_broken_embedded_recogniser_is_an_error_at_the_start() -> None:
    with pytest.raises(RecognizerUnavailable, match="sphinx is broken"):
        await RoutedRecognizer(Scripted("sphinx", broken=True), open_speech()).start()


async def test_cancelling_reaches_both_engines() -> None:
    embedded, whisper = unsure(), open_speech()
    whisper.takes_s = 60
    router = RoutedRecognizer(embedded, whisper)
    stream = router.stream()
    stream.feed(np.zeros(16_000, np.int16))
    task = asyncio.create_task(stream.finish())
    async with asyncio.timeout(5):
        await whisper.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    stream.cancel()
    assert embedded.streams[0].cancelled
    assert whisper.streams[0].cancelled


async def test_what_is_kept_for_whisper_is_bounded() -> None:
    embedded, whisper = unsure(), open_speech()
    stream = RoutedStream(RoutedRecognizer(embedded, whisper), None)
    for _ in range(40):
        stream.feed(np.zeros(SAMPLE_RATE_HZ, np.int16))
    assert (await stream.finish()).engine == "whisper"
    assert whisper.streams[0].samples == 30 * SAMPLE_RATE_HZ
