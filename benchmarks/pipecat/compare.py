"""The comparison: each system in turn on a sound card of its own, the same recordings, one table."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.pipecat.conversation import Conversation, Turn, conversation
from benchmarks.pipecat.systems import Running, System, assistant, pipecat, train
from benchmarks.pipecat.utterances import (
    INTERRUPTION,
    ITEMS,
    QUESTION,
    Utterance,
    in_one_breath,
    say,
    with_pauses,
)
from tests.sound_card import SoundCard, sound_card

LONG_ANSWER = f"On your shopping list there is {' and '.join(ITEMS)}."
"""What is interrupted: about what the assistant says to `QUESTION`, without a pause."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Result:
    """Seconds throughout. `cpu`: share of one core while commands are spoken and answered."""

    name: str
    plain: Sequence[Turn]
    hesitant: Sequence[Turn]
    stopped_s: Sequence[float]
    cpu: float = field(default=0.0)


@dataclass(frozen=True)
class Material:
    """The recordings that every system hears."""

    plain: Sequence[Utterance]
    hesitant: Sequence[Utterance]
    fill: Sequence[Utterance]
    question: Utterance
    interruption: Utterance
    interruptions: int


def recorded(folder: Path, count: int, pauses: int, interruptions: int) -> Material:
    """Speak everything once. Raises CalledProcessError."""
    fill = [
        f"Add {first} and {other} to the shopping list."
        for first, other in zip(ITEMS[::2], ITEMS[1::2], strict=True)
    ]
    return Material(
        in_one_breath(count, folder),
        with_pauses(pauses, folder),
        [say(text, "slt", folder / f"fill-{n}.wav") for n, text in enumerate(fill)],
        say(QUESTION, "slt", folder / "question.wav"),
        say(INTERRUPTION, "rms", folder / "interruption.wav"),
        interruptions,
    )


def systems(state: Path, *, embedded: bool = True) -> list[tuple[System, System]]:
    """Each system as it answers commands, and as it gives the long answer."""
    found = [(pipecat(tuned=tuned), pipecat(tuned=tuned, answer=LONG_ANSWER)) for tuned in (False, True)]
    for same_models in (True, False) if embedded else (True,):
        system = assistant(state, same_models=same_models)
        found.append((system, system))
    return found


def compare(
    folder: Path, *, count: int, pauses: int, interruptions: int, progress: Progress = lambda _: None
) -> list[Result]:
    """Everything, in real time: about 5 s a sentence for each of four systems.

    `folder` is for recordings and for the assistant's state. Raises RuntimeError when a system does not start.
    """
    progress("speaking the recordings, training the assistant")
    material = recorded(folder, count, pauses, interruptions)
    train(folder / "state")
    return [measured(*pair, material, progress) for pair in systems(folder / "state")]


def measured(system: System, long: System, material: Material, progress: Progress) -> Result:
    """One system on cards of its own."""
    with sound_card() as card:
        with Running(system, card.process_env) as running, conversation(card, running) as talk:
            warm_up(talk, material)
            progress(f"{system.name}: {len(material.plain)} commands")
            cpu, clock = running.cpu_s(), time.monotonic()
            plain = [talk.say(each.path, each.text) for each in material.plain]
            cpu = (running.cpu_s() - cpu) / (time.monotonic() - clock)
            progress(f"{system.name}: {len(material.hesitant)} commands with a pause")
            hesitant = [talk.say(each.path, each.text) for each in material.hesitant]
        progress(f"{system.name}: {material.interruptions} interruptions")
        return Result(system.name, plain, hesitant, interrupted(card, long, material), cpu)


def interrupted(card: SoundCard, system: System, material: Material) -> list[float]:
    if not material.interruptions:
        return []
    with Running(system, card.process_env) as running, conversation(card, running) as talk:
        for each in material.fill if system.answers else ():
            talk.say(each.path, each.text)
        asked = (
            talk.interrupt(material.question.path, material.interruption.path)
            for _ in range(material.interruptions)
        )
        return [stopped for stopped in asked if stopped is not None]


def warm_up(talk: Conversation, material: Material) -> None:
    """The first turn of any system loads what it needs: it does not count."""
    first = material.interruption
    talk.say(first.path, first.text)
