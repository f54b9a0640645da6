"""A recogniser at work on samples, and what came of each: heard, understood, how late, at what cost."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import jiwer
import numpy as np

from assistant.dialogue.client import Parse
from assistant.dialogue.understanding import Understanding
from assistant.recognition.base import LooksAhead, RecognitionStream, Recognizer, Transcript
from assistant.recognition.judgement import NO_COMMAND
from assistant.recognition.routed_stream import RoutedStream
from assistant.recognition.sphinx import SphinxStream
from assistant.recognition.sphinx_decoding import BLOCK_SAMPLES
from assistant.recognition.spoken_words import as_said
from audio.frames import SAMPLE_RATE_HZ, Pcm
from benchmarks.pauses import pauses
from benchmarks.samples import Kind, Sample


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to do: an intent with its entities (name, value), in any order. None is wanted where `intent` is ""."""

    intent: str = ""
    slots: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, parse: Parse | None) -> "Wanted":
        if parse is None or parse.intent in NO_COMMAND:
            return cls()
        slots = sorted((str(each["entity"]), str(each["value"]).lower()) for each in parse.entities)
        return cls(parse.intent, tuple(slots))


@dataclass(frozen=True, slots=True)
class Heard:
    sample: Sample
    transcript: Transcript
    wanted: Wanted
    done: Wanted
    parse: Parse | None = None
    finish_cpu_s: float = 0.0  # of this process, after the end of speech was noticed
    embedded: Wanted = Wanted()  # what the embedded recogniser's words would do, were they taken or not

    @property
    def right(self) -> bool:
        return self.done == self.wanted

    @property
    def wrong_action(self) -> bool:
        return bool(self.done.intent) and not self.right

    @property
    def dropped(self) -> bool:
        return bool(self.wanted.intent) and not self.done.intent


@dataclass(slots=True)
class Run:
    """One recogniser on all samples. `cpu_s`: of this process, so without the understanding's."""

    heard: list[Heard] = field(default_factory=list)
    cpu_s: float = 0.0

    @property
    def audio_s(self) -> float:
        return sum(each.sample.pcm.size for each in self.heard) / SAMPLE_RATE_HZ

    def of(self, *kinds: Kind) -> "Run":
        return Run([each for each in self.heard if each.sample.kind in kinds], self.cpu_s)

    def word_errors(self) -> float | None:
        """Share of the words said that are wrong, missing or too many; of silence there is none."""
        said = [each for each in self.heard if each.sample.text]
        if not said:
            return None
        return float(
            jiwer.wer([each.sample.text for each in said], [as_said(each.transcript.text) for each in said])
        )

    def finish_cpu_ms(self) -> float:
        """Median of the CPU time that `finish` took: unlike its delay, the same on a busy machine."""
        return float(np.median([1000 * each.finish_cpu_s for each in self.heard]))

    def delays_ms(self) -> tuple[float, float]:
        """Median and 95th percentile of `finish`, which is called when the end of speech is noticed."""
        median, p95 = np.percentile([1000 * each.transcript.compute_s for each in self.heard], [50, 95])
        return float(median), float(p95)


async def wanted(samples: Sequence[Sample], nlu: Understanding) -> list[Wanted]:
    """What the understanding makes of the words that are said: a recogniser is not blamed for its mistakes."""
    parses = {text: await nlu.parse(text) for text in {each.text for each in samples if each.text}}
    return [Wanted.of(parses.get(each.text)) for each in samples]


async def hear(
    recognizer: Recognizer, samples: Sequence[Sample], goals: Sequence[Wanted], nlu: Understanding
) -> Run:
    """`recognizer` is started. Each block of 100 ms is fed when the last one has been dealt with, so nothing
    waits at the end that would not wait in real time."""
    run = Run()
    paused = [pauses(sample.pcm) for sample in samples]
    before_s = time.process_time()
    results = [await listen(recognizer, sample.pcm, at) for sample, at in zip(samples, paused, strict=True)]
    run.cpu_s = time.process_time() - before_s
    for sample, (transcript, finish_s), goal in zip(samples, results, goals, strict=True):
        parse = await nlu.parse(as_said(transcript.text)) if transcript.text else None
        opinion = transcript.decision.embedded if transcript.decision is not None else None
        embedded = await nlu.parse(opinion.text) if opinion is not None and opinion.text else None
        done = Wanted.of(parse)
        run.heard.append(Heard(sample, transcript, goal, done, parse, finish_s, Wanted.of(embedded)))
    return run


async def listen(recognizer: Recognizer, pcm: Pcm, paused: Sequence[int]) -> tuple[Transcript, float]:
    """One utterance, block by block, with its pauses, and the CPU time that it took to finish it."""
    stream = recognizer.stream(lambda _partial: None)
    for start in range(0, pcm.size, BLOCK_SAMPLES):
        stream.feed(pcm[start : start + BLOCK_SAMPLES])
        if isinstance(stream, LooksAhead) and any(start < at <= start + BLOCK_SAMPLES for at in paused):
            stream.look_ahead()
        await _caught_up(stream)
    before_s = time.process_time()
    return await stream.finish(), time.process_time() - before_s


async def _caught_up(stream: RecognitionStream) -> None:
    if isinstance(stream, RoutedStream):
        await _caught_up(stream.embedded)
    elif isinstance(stream, SphinxStream):
        await stream.caught_up()
