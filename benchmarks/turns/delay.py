"""From the end of what a person said to the first sound of the answer, timed at microphone and loudspeaker."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import soxr

from assistant.observe.record import TurnTrace
from assistant.recognition.spoken_words import as_said
from audio.files import read
from audio.frames import SAMPLE_RATE_HZ
from benchmarks.turns import traces
from benchmarks.turns.figures import HEADER, Report, Target, progress, share
from benchmarks.turns.monitor import Monitor, monitor
from benchmarks.turns.person import Person, trimmed
from benchmarks.turns.running import Running, quoted, running, stages_ms
from benchmarks.turns.sounds import Samples, place
from benchmarks.turns.utterances import Utterance
from tests.sound_card import RECORDING_RATE_HZ, SoundCard, sound_card

ANSWER_TIMEOUT_S = 12.0
QUIET_S = 0.4
"""An answer is over when so long nothing is heard, and the assistant says that the turn is."""
FOUND_BY_S = 0.5
"""So much of what was said is looked for: on a busy machine the sound server drops or adds a few milliseconds."""
LIKE = 0.8
"""A recording with a smaller correlation was not found: the microphone heard something else."""

TO_FIRST_SOUND = Target({50: 450, 95: 700})

STAGES = ("end of turn", "transcript", "intent", "first text", "first clause", "first sound")


@dataclass(slots=True)
class Turn:
    """`delay_ms`: end of speech to first sound; None where there was no answer, or where the end was not found in the
    recording (`timed`). `stages_ms`: what the assistant itself says. `intent`: wanted, "" where any is right."""

    said: str
    voice: str
    intent: str
    heard: str = ""
    understood: str = ""
    delay_ms: float | None = None
    answered: bool = True
    timed: bool = True
    stages_ms: dict[str, float] = field(default_factory=dict)

    @property
    def words_right(self) -> bool:
        return as_said(self.heard) == as_said(self.said)

    @property
    def intent_right(self) -> bool:
        return self.intent in ("", self.understood)


@dataclass(frozen=True, slots=True)
class Measured:
    """`traces`: the same turns as the assistant kept them."""

    turns: list[Turn]
    traces: list[TurnTrace]


def measure(utterances: Sequence[Utterance], folder: Path, settings: Sequence[str]) -> Measured:
    """Each said to a running assistant with an open microphone, each when the one before is over."""
    person = Person(folder)
    files = [(utterance, person.file(utterance)) for utterance in utterances]
    with (
        sound_card() as card,
        running(card, folder, ["listening.mode=open", *settings]) as assistant,
        monitor(card, "speaker") as speaker,
        monitor(card, "mic") as mic,
    ):
        turns = [turn(card, assistant, speaker, mic, utterance, path) for utterance, path in files]
        return Measured(turns, traces.kept(assistant, len(turns)))


def turn(
    card: SoundCard, assistant: Running, speaker: Monitor, mic: Monitor, utterance: Utterance, path: Path
) -> Turn:
    """One thing said and answered. Silence before it and after it."""
    lines, at_mic, at_speaker = assistant.count, mic.position, speaker.position
    card.say(path)
    found = Turn(utterance.text, utterance.voice, utterance.intent)
    time.sleep(0.2)  # until the end of it has passed the monitor
    end = end_of(mic, at_mic, path)
    found.timed = end is not None
    first = speaker.wait_for_sound(at_speaker, ANSWER_TIMEOUT_S)
    found.answered = first is not None
    if first is not None and end is not None:
        found.delay_ms = 1000 * (speaker.time_of(first) - mic.time_of(end))
    if first is not None:
        speaker.wait_for_silence(QUIET_S, 60.0)
    times = assistant.wait_for("times", lines, 2.0 if first is None else 10.0)
    speaker.wait_for_silence(QUIET_S, 60.0)
    for line in assistant.lines(lines):
        match line.label:
            case "heard":
                found.heard = quoted(line.text)
            case "understood":
                found.understood = line.text.split(" ")[0]
    found.stages_ms = stages_ms(times.text) if times is not None else {}
    progress(
        f"“{found.said}” ({found.voice}): {found.delay_ms or 0:.0f} ms, by its own account {_told(found)}"
    )
    return found


def end_of(mic: Monitor, since: int, path: Path) -> int | None:
    """The sample of the microphone after the last of what is in the file; None where it is not found."""
    end = at_monitor(path)[-round(FOUND_BY_S * RECORDING_RATE_HZ) :]
    found = place(mic.sound(since), end)
    return None if found is None or found.likeness < LIKE else since + found.at + end.size


def at_monitor(path: Path) -> Samples:
    """What is said in the file, as the monitor records it."""
    speech = trimmed(read(path))
    return np.asarray(soxr.resample(speech, SAMPLE_RATE_HZ, RECORDING_RATE_HZ), dtype=np.int16)


def report(measured: Measured) -> Report:
    turns, found = measured.turns, Report([HEADER])
    delays = [each.delay_ms for each in turns if each.delay_ms is not None]
    found.times("delay", "end of speech → first sound (measured outside)", delays, TO_FIRST_SOUND)
    for stage in STAGES:
        values = [each.stages_ms[stage] for each in turns if stage in each.stages_ms]
        found.times(stage, f"  by its own account: {stage}", values)
    outside = [
        each.delay_ms - each.stages_ms["first sound"]
        for each in turns
        if each.delay_ms is not None and "first sound" in each.stages_ms
    ]
    found.times("outside", "  its own first sound → measured outside", outside)
    for first, last in (("end of turn", "first text"), ("first text", "first clause")):
        found.times(f"{first} → {last}", f"  {first} → {last}", _between(turns, first, last))
    found.times(
        "first clause → first sound",
        "  first clause → first sound",
        _between(turns, "first clause", "first sound"),
    )
    traces.add_to(found, measured.traces)
    wrong = [each for each in turns if not (each.words_right and each.intent_right)]
    unanswered = sum(not each.answered for each in turns)
    untimed = sum(not each.timed for each in turns)
    found.lines += [
        share("not a word wrong", sum(each.words_right for each in turns), len(turns)),
        share("intent right", sum(each.intent_right for each in turns), len(turns)),
        share("without an answer", unanswered, len(turns), 0.0),
        *([share("not timed: damaged by the sound server", untimed, len(turns))] if untimed else []),
        *(
            f"  “{each.said}” ({each.voice}, {each.intent}) → “{each.heard}” ({each.understood})"
            for each in wrong
        ),
    ]
    if delays:
        slowest = sorted((each for each in turns if each.delay_ms), key=lambda each: -(each.delay_ms or 0))[
            :8
        ]
        found.lines.append(f"slowest (median {statistics.median(delays):.0f} ms):")
        found.lines += [
            f"  {each.delay_ms:5.0f} “{each.said}” ({each.voice}) {_told(each)}" for each in slowest
        ]
    found.facts["turns"] = [asdict(each) for each in turns]
    return found


def _between(turns: Sequence[Turn], first: str, last: str) -> list[float]:
    return [
        each.stages_ms[last] - each.stages_ms[first]
        for each in turns
        if first in each.stages_ms and last in each.stages_ms
    ]


def _told(each: Turn) -> str:
    return " · ".join(f"{stage} {value:.0f}" for stage, value in each.stages_ms.items())
