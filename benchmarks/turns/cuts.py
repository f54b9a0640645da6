"""Wrongly cut turns, and what it costs to avoid them: the end of a turn by meaning against fixed silences.

Each system hears the same utterances through the same real detector and decides with the real turn machine, in
virtual time; by meaning in a whole conversation with recogniser and understanding. A turn is cut when the assistant
answers before the person has finished.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from assistant.config import Config
from assistant.conversation.end_of_turn import EndOfTurn
from assistant.conversation.machine import Timing
from assistant.dialogue.client import DialogueUnavailable
from assistant.dialogue.names import OwnerNames
from assistant.dialogue.project import RasaProject
from assistant.dialogue.train import train
from assistant.dialogue.training_data import load_training_data
from assistant.dialogue.understanding import Understanding
from assistant.events import Event, Heard, PauseJudged, Replied
from assistant.recognition import factory
from assistant.recognition.decision import Meaning
from assistant.recognition.judgement import meaning_of
from audio.activity import VoiceActivity
from audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Pcm
from benchmarks.recordings import COFFEE, load
from benchmarks.turns.figures import Report, progress, summary
from benchmarks.turns.silence import replies_s, transitions
from benchmarks.turns.virtual import Punctual, RealTime, Understood
from tests.conversation.talk import Engines, Script, conversation
from tests.conversation.virtual_time import VirtualLoop, now_s

T = TypeVar("T")

SILENCES_MS = (250, 400, 600, 800, 1000, 1200)
LISTENED_S = 2.5
"""So long after the end of an utterance its answer is waited for."""
MOST_CUT = 0.02
SPEECH = 0.35
"""Probability above which the detector takes speech to go on, with its default settings."""


@dataclass(frozen=True, slots=True)
class Sound:
    """`pcm`: 16 kHz, from the first sample of speech to the last. `over`: as for `Utterance`."""

    name: str
    pcm: Pcm
    over: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """`delay_ms`: last sample of speech to the answer; None where the turn was cut, or not answered in time.
    `why`: what was heard before the first answer, and what that was taken for."""

    name: str
    cut: bool
    delay_ms: float | None
    heard: str = ""
    over: bool = False
    why: str = ""


def judged(sound: Sound, end_s: float, replies_s: Iterable[float], heard: str = "", why: str = "") -> Outcome:
    """From when the person ended, and when answers came since they had begun."""
    replies = sorted(replies_s)
    cut = any(at < end_s for at in replies)
    delay_ms = None if cut or not replies else 1000 * (replies[0] - end_s)
    return Outcome(sound.name, cut, delay_ms, heard, sound.over, why)


def by_silence(sounds: Sequence[Sound], silences_ms: Sequence[int] = SILENCES_MS) -> dict[int, list[Outcome]]:
    """As it was before voice assistants looked at what is said: after so much silence a turn is over."""
    found: dict[int, list[Outcome]] = {silence_ms: [] for silence_ms in silences_ms}
    for sound in sounds:
        end_s = sound.pcm.size / SAMPLE_RATE_HZ
        told = transitions(sound.pcm, LISTENED_S)
        for silence_ms, outcomes in found.items():
            replies = replies_s(told, silence_ms / 1000, end_s + LISTENED_S)
            outcomes.append(judged(sound, end_s, replies))
    return found


def by_meaning(sounds: Sequence[Sound], project: RasaProject) -> list[Outcome]:
    """With the assistant's default settings, trained on this project. Raises what starting Rasa raises."""
    real = RealTime()
    try:
        model = real.wait(_trained(project))
        nlu = Understanding(project, model, Config().dialogue.start_timeout_s)
        real.wait(nlu.__aenter__())
        try:
            return in_virtual_time(_understood(sounds, project, nlu, real))
        finally:
            real.wait(nlu.__aexit__(None, None, None))
    finally:
        real.close()


async def _trained(project: RasaProject) -> Any:
    await factory.files_for(project)
    return await train(project)


async def _understood(
    sounds: Sequence[Sound], project: RasaProject, nlu: Understanding, real: RealTime
) -> list[Outcome]:
    async def judge(text: str) -> Meaning | None:
        try:
            return meaning_of(await real.get(nlu.parse(text)), frozenset())
        except DialogueUnavailable:
            return None

    config = Config()
    data = load_training_data(project.root, project.names)
    recognizer = await factory.create(config, project, judge=judge)
    try:
        engines = Engines(Punctual(recognizer), None)
        ends = EndOfTurn(data, config.dialogue.nlu_threshold)
        return await said(sounds, engines, Understood(nlu=nlu, real=real), Timing(), ends)
    finally:
        await recognizer.close()


async def said(
    sounds: Sequence[Sound], engines: Engines, script: Script, timing: Timing, ends: EndOfTurn | None = None
) -> list[Outcome]:
    """One after the other in one conversation with an open microphone. Loop in virtual time."""
    outcomes = []
    async with conversation(engines, script, timing=timing, end_of_turn=ends) as talk:
        for sound in sounds:
            talk.events.clear()
            spoken = talk.mic.say(sound.pcm)
            await asyncio.sleep(spoken.end_s + LISTENED_S - now_s())
            times, heard, why = _times(talk.events), _heard(talk.events), _why(talk.events)
            outcomes.append(judged(sound, spoken.end_s, times, heard, why))
            progress(f"{sound.name}: {'cut' if outcomes[-1].cut else 'not cut'}, “{outcomes[-1].heard}”")
    return outcomes


def _times(events: Sequence[Event]) -> list[float]:
    return [event.at_s for event in events if isinstance(event, Replied)]


def _heard(events: Sequence[Event]) -> str:
    texts = [event.text for event in events if isinstance(event, Heard)]
    return texts[-1] if texts else ""


def _why(events: Sequence[Event]) -> str:
    heard = reason = ""
    for event in events:
        match event:
            case Heard():
                heard, reason = event.text, ""
            case PauseJudged():
                reason = f"{event.completeness}: {event.reason}"
            case Replied():
                break
    return f"“{heard}”, {reason or 'not judged'}"


def in_virtual_time(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────

HEADER = f"{'the turn ends':<24}{'n':>5}{'cut':>5}{'':>8}{'median':>9}{'p95':>7}{'max':>7}"
EXPLAINED = (
    "(ms from the last sample of speech to the answer, where it was not cut; time of computing not included)"
)


def line(name: str, outcomes: Sequence[Outcome], most: float | None = None) -> str:
    """How many were cut, and the delay of the others."""
    if not outcomes:
        return f"{name:<24}{0:>5}"
    cut = sum(each.cut for each in outcomes)
    delays = [each.delay_ms for each in outcomes if each.delay_ms is not None]
    share = cut / len(outcomes)
    verdict = "" if most is None else f"  cut ≤ {most:.0%}{' MISSED' if share > most else ''}"
    found = summary(delays)
    figures = (
        "".join(f"{found[key]:>{width}.0f}" for key, width in (("median", 9), ("p95", 7), ("max", 7)))
        if delays
        else ""
    )
    return f"{name:<24}{len(outcomes):>5}{cut:>5}{share:>8.1%}{figures}{verdict}"


def report(sounds: Sequence[Sound], meaning: Sequence[Outcome], title: str) -> Report:
    """What was decided by meaning, beside all fixed silences on the same sounds."""
    found = Report([title, HEADER])
    systems: dict[str, Sequence[Outcome]] = {"meaning": meaning}
    systems |= {f"{silence_ms} ms": outcomes for silence_ms, outcomes in by_silence(sounds).items()}
    for name, outcomes in systems.items():
        label = "by meaning" if name == "meaning" else f"after {name} of silence"
        unfinished = [each for each in outcomes if not each.over]
        found.lines.append(line(label, unfinished, MOST_CUT if name == "meaning" else None))
        found.facts[name] = [asdict(each) for each in outcomes]
    if any(sound.over for sound in sounds):
        found.lines.append("where what comes before the pause is a command itself:")
        for name, outcomes in systems.items():
            label = "by meaning" if name == "meaning" else f"after {name} of silence"
            found.lines.append(line(label, [each for each in outcomes if each.over]))
    found.lines.append(EXPLAINED)
    found.lines += [f"  cut: {each.name} after {each.why}" for each in meaning if each.cut and not each.over]
    found.lines += [
        f"  no answer in {LISTENED_S:g} s: {each.name} → “{each.heard}”"
        for each in meaning
        if not each.cut and each.delay_ms is None
    ]
    return found


# ── people ────────────────────────────────────────────────────────────────────────────────────────────────


def people(folder: Path, labels: Path | None = None, most: int | None = None) -> list[Sound]:
    """Recordings as benchmarks/recordings.py takes them. Each goes to the end of speech as the detector hears it: a
    microphone's noise leaves no other."""
    wanted = labels or folder.with_suffix(".json")
    return [Sound(each.name, to_end_of_speech(each.pcm)) for each in load(folder, wanted, most)]


def people_project() -> RasaProject:
    """Of what those people order."""
    return RasaProject(COFFEE.resolve(), OwnerNames(), nlu_threshold=0.0)


def to_end_of_speech(pcm: Pcm) -> Pcm:
    """Up to the last sample that is probably voice; all of it where nothing is."""
    vad, last = VoiceActivity(), 0
    padded = np.pad(pcm, (0, FRAME_SAMPLES - pcm.size % FRAME_SAMPLES))
    for start in range(0, padded.size, FRAME_SAMPLES):
        for activity in vad.feed(Frame(start, padded[start : start + FRAME_SAMPLES])):
            if activity.probability >= SPEECH:
                last = activity.end
    return pcm[: last or pcm.size]
