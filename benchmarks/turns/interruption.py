"""A person speaks over an answer while the microphone hears the loudspeaker: how soon is it silent, is it ever
silenced by its own voice or by a cough, and does it go on after a cough?"""

import random
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from audio.frames import SAMPLE_RATE_HZ
from benchmarks.turns.delay import FOUND_BY_S, LIKE, at_monitor
from benchmarks.turns.figures import HEADER, Report, Target, progress, share
from benchmarks.turns.monitor import Monitor, monitor
from benchmarks.turns.noises import noises
from benchmarks.turns.person import Person
from benchmarks.turns.running import Running, running
from benchmarks.turns.sounds import Samples, last_sound, onset, place, spans
from benchmarks.turns.utterances import INTERRUPTIONS, VOICES, Utterance
from tests.sound_card import RECORDING_RATE_HZ, SoundCard, sound_card

ECHO_DB = -6.0
ROOM_DELAY_MS = 20
"""From the loudspeaker's monitor to the microphone, beside what the sound server adds."""

QUESTION = "what is on the shopping list"
SHOPPING = (
    "milk and eggs", "bread and butter", "apples and coffee", "cheese and rice", "tomatoes and onions",
)  # fmt: skip
"""Two things in one sentence; with ten of them the answer is long enough to be interrupted."""

WAKE_WORD = "hey jarvis"
TO_SILENCE = Target({95: 300})
AFTER_S = 0.15
"""Silence that comes later than so long after the person's last word may be the next answer's beginning."""
HOLE_S = 0.5
EARLIEST_S, LATEST_S = 0.8, 2.2
"""After the answer's first sound somebody interrupts."""


@dataclass(slots=True)
class Interruption:
    """`silent_ms`: from the person's first sample to the answer's last; None where it was not interrupted.
    `playing`: there was an answer to interrupt, which had not fallen silent before."""

    said: str
    voice: str
    silent_ms: float | None = None
    playing: bool = False
    told: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Noise:
    """`resumed`: the answer was heard again after it, and to its end."""

    name: str
    resumed: bool
    told: list[str] = field(default_factory=list)


@contextmanager
def echo(card: SoundCard, decibels: float, delay_ms: int) -> Iterator[None]:
    """The microphone hears the loudspeaker, so much quieter and later."""
    module = _pactl(
        card, "load-module", "module-loopback", "source=speaker.monitor", "sink=mic",
        f"latency_msec={delay_ms}", "adjust_time=0", "remix=no",
    )  # fmt: skip
    sinks = {line.split()[1]: line.split()[0] for line in _pactl(card, "list", "short", "sinks").splitlines()}
    for line in _pactl(card, "list", "short", "sink-inputs").splitlines():
        number, sink = line.split()[:2]
        if sink == sinks["mic"]:  # PulseAudio's volume is the cube root of the factor
            _pactl(card, "set-sink-input-volume", number, f"{round(65536 * 10 ** (decibels / 60))}")
    try:
        yield
    finally:
        _pactl(card, "unload-module", module.strip())


def _pactl(card: SoundCard, *arguments: str) -> str:
    done = subprocess.run(
        ["pactl", *arguments], env=card.process_env, capture_output=True, text=True, timeout=10, check=True
    )
    return done.stdout


@dataclass(frozen=True, slots=True)
class Room:
    """An assistant that hears itself, with a long shopping list."""

    card: SoundCard
    assistant: Running
    speaker: Monitor
    mic: Monitor
    person: Person
    folder: Path


@contextmanager
def room(folder: Path, settings: Sequence[str]) -> Iterator[Room]:
    with ExitStack() as stack:
        card = stack.enter_context(sound_card())
        assistant = stack.enter_context(running(card, folder, ["listening.mode=open", *settings]))
        assistant.ask(*(f"add {things} to the shopping list" for things in SHOPPING))
        speaker = stack.enter_context(monitor(card, "speaker"))
        mic = stack.enter_context(monitor(card, "mic"))
        stack.enter_context(echo(card, ECHO_DB, ROOM_DELAY_MS))
        yield Room(card, assistant, speaker, mic, Person(folder), folder)


# ── somebody interrupts ───────────────────────────────────────────────────────────────────────────────────


def interruptions(here: Room, count: int, *, wake_word: bool = False, seed: int = 0) -> list[Interruption]:
    """At random moments of the answer; with the wake word before what is said, or without."""
    rng = random.Random(seed)
    found = []
    for number in range(count):
        text, voice = INTERRUPTIONS[number % len(INTERRUPTIONS)], VOICES[number % len(VOICES)]
        parts: tuple[str | float, ...] = (WAKE_WORD, 0.1, text) if wake_word else (text,)
        said = Utterance(parts, voice, "")
        found.append(_interrupted(here, said, rng.uniform(EARLIEST_S, LATEST_S)))
        progress(f"“{text}” ({voice}): {_outcome(found[-1])}")
    return found


def _interrupted(here: Room, utterance: Utterance, after_s: float) -> Interruption:
    found, voice = Interruption(utterance.text, utterance.voice), utterance.voice
    path = here.person.file(utterance)
    lines = here.assistant.count
    if not _long_answer(here, VOICES[(VOICES.index(voice) + 1) % len(VOICES)]):
        found.told = ["no answer to interrupt"]
        _calm(here)
        return found
    time.sleep(after_s)
    at_mic = here.mic.position
    here.card.say(path)
    time.sleep(AFTER_S + 0.1)
    said = at_monitor(path)
    placed = place(here.mic.sound(at_mic), said[: round(FOUND_BY_S * RECORDING_RATE_HZ)])
    if placed is None or placed.likeness < LIKE / 2:  # the answer sounds there too
        found.told = ["not found in the recording of the microphone"]
    else:
        begin_s = here.mic.time_of(at_mic + placed.at)
        end_s = begin_s + said.size / RECORDING_RATE_HZ + AFTER_S
        begin = here.speaker.sample_at(begin_s)
        before = here.speaker.sound(max(0, begin - round(HOLE_S * RECORDING_RATE_HZ)), begin)
        found.playing = onset(before) is not None
        if found.playing:
            found.silent_ms = silent_ms(here.speaker.sound(begin, here.speaker.sample_at(end_s)))
    _calm(here)
    found.told += [f"{line.label} {line.text}" for line in here.assistant.lines(lines)]
    return found


def silent_ms(answer: Samples) -> float | None:
    """Until the last sound of `answer`, which begins with the person's first word and ends before the next answer
    can; None where it sounds to the end."""
    last = last_sound(answer) or 0
    if last > answer.size - RECORDING_RATE_HZ // 20:
        return None
    return 1000 * last / RECORDING_RATE_HZ


def _long_answer(here: Room, voice: str) -> bool:
    """Ask for the shopping list; whether its answer has begun."""
    begin = here.speaker.position
    here.card.say(here.person.file(Utterance((QUESTION,), voice, "read_list")))
    return here.speaker.wait_for_sound(begin, 6.0) is not None


def _calm(here: Room) -> None:
    """Until nothing has been heard for a while, whatever was said."""
    here.speaker.wait_for_silence(1.2, 60.0)


# ── nobody interrupts ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Alone:
    """`played_s`: of answers, with nobody in the room but the echo.

    What the assistant took for a person meanwhile, each of them a mistake: `interrupted` answers, `holes` in them that
    are longer than any pause of the voice, sentences that it `heard`.
    """

    played_s: float = 0.0
    answers: int = 0
    interrupted: int = 0
    holes: int = 0
    heard: list[str] = field(default_factory=list)


def alone(here: Room, minutes: float) -> Alone:
    """Until so much was played, or four times as long has passed."""
    found = Alone()
    deadline = time.monotonic() + 240 * minutes + 30
    while found.played_s < 60 * minutes and time.monotonic() < deadline:
        lines, begin = here.assistant.count, here.speaker.position
        if not _long_answer(here, VOICES[found.answers % len(VOICES)]):
            _calm(here)
            continue
        first = here.speaker.wait_for_sound(begin, 1.0) or begin
        _calm(here)
        sound = here.speaker.sound(first)
        found.answers += 1
        found.played_s += (last_sound(sound) or 0) / RECORDING_RATE_HZ
        found.holes += max(0, len(spans(sound, round(HOLE_S * RECORDING_RATE_HZ))) - 1)
        progress(f"{found.played_s:.0f} s played alone")
        told = here.assistant.lines(lines)
        found.interrupted += sum(line.label == "interrupted" for line in told)
        heard = [line.text for line in told if line.label == "heard"]
        found.heard += [text for text in heard[1:] if not text.startswith("nothing")]
    return found


# ── noises ────────────────────────────────────────────────────────────────────────────────────────────────


def coughs(here: Room, count: int, seed: int = 0) -> list[Noise]:
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        name, pcm = list(noises(rng).items())[number % 4]
        path = here.folder / f"noise-{number}.wav"
        soundfile.write(path, pcm, SAMPLE_RATE_HZ)
        lines = here.assistant.count
        if not _long_answer(here, VOICES[number % len(VOICES)]):
            _calm(here)
            continue
        time.sleep(1.0)
        here.card.say(path)
        time.sleep(0.3)
        after = here.speaker.position
        resumed = here.speaker.wait_for_sound(after, 2.0) is not None
        _calm(here)
        told = here.assistant.lines(lines)
        interrupted = any(line.label == "interrupted" for line in told)
        found.append(Noise(name, resumed and not interrupted, [f"{line.label} {line.text}" for line in told]))
        progress(f"{name}: {'went on' if found[-1].resumed else 'did not go on'}")
    return found


# ── all of it ─────────────────────────────────────────────────────────────────────────────────────────────


def report(
    folder: Path, settings: Sequence[str], count: int, minutes: float, *, wake_word: bool = False
) -> Report:
    found = Report(
        [f"the microphone hears the loudspeaker at {ECHO_DB:g} dB, {ROOM_DELAY_MS} ms later", HEADER]
    )
    with room(folder, settings) as here:
        over = interruptions(here, count, wake_word=wake_word)
        noise = coughs(here, max(4, count // 5))
        nobody = alone(here, minutes)
    silent = [each.silent_ms for each in over if each.silent_ms is not None]
    playing = [each for each in over if each.playing]
    found.times("silent", "a person speaks → the answer is silent", silent, TO_SILENCE)
    found.lines += [
        share("not interrupted while the person spoke", len(playing) - len(silent), len(playing), 0.0),
        share("not counted: silent before anybody spoke", len(over) - len(playing), len(over), 0.0),
        *(f"  “{each.said}” ({each.voice}): {_last(each.told)}" for each in over if each.silent_ms is None),
        share("coughs and noises after which it went on", sum(each.resumed for each in noise), len(noise)),
        *(f"  {each.name}: {_last(each.told)}" for each in noise if not each.resumed),
        f"alone with its own voice: {nobody.played_s / 60:.1f} min of {nobody.answers} answers played, interrupted "
        f"{nobody.interrupted} times, held up {nobody.holes} times, "
        f"heard {len(nobody.heard)} sentences (0 is aimed at)",
        *(f"  it heard {text}" for text in nobody.heard),
    ]
    found.facts |= {
        "interruptions": [asdict(each) for each in over],
        "noises": [asdict(each) for each in noise],
        "alone": asdict(nobody),
    }
    return found


def _outcome(each: Interruption) -> str:
    if not each.playing:
        return "no answer was playing"
    return "not interrupted" if each.silent_ms is None else f"silent after {each.silent_ms:.0f} ms"


def _last(told: Sequence[str]) -> str:
    return " | ".join(told[-3:])
