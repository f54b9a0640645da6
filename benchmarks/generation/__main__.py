"""How soon a generated answer is spoken, and what a model that fails costs everybody else.

    script/bench generation [--answers 30] [--commands 40] [--llama] [--json FILE]

A whole assistant with the real Rasa, gate, voice and registry; the model is a server on loopback that streams a token
every 30 ms and notes when it had written the first full stop. Measured from there: until the voice was handed the
first sentence, and until the first of its sound was handed to the loudspeaker. Aimed at: 150 ms for the voice, at the
95th percentile.

Then local commands, each timed from the text to the end of its answer: alone, and beside four other conversations
whose model has stalled. With `--llama` a real llama.cpp server writes, with the small model of the tests; it is then
measured from when the first sentence was here, since nobody knows when it was written.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from assistant.app import Assistant
from assistant.config.model import Config
from assistant.conversation.session import Session
from assistant.conversation.talker import Mouth
from assistant.events import AnswerBegan, Event, Spoken, TurnEnded
from assistant.synthesis.base import Synthesizer
from assistant.synthesis.factory import create
from audio.files import WavSink
from benchmarks.generation.server import PacedServer, paced_server
from benchmarks.report import HEADER, load, machine, row

AIM_MS = 150.0
PAUSE_S = 0.03
STALLED = 4
FIXTURE = Path(__file__).parents[2] / "tests" / "fixtures" / "answers-fixture.gguf"
QUESTIONS = (
    "who wrote the play about the prince of denmark",
    "how far away is the moon",
    "why do cats purr",
    "what is a black hole",
)
KNOWN = ("why is the sky blue", "who wrote romeo and juliet", "tell me a story", "tell me a joke")
"""What the small model of the tests has an answer to."""
COMMANDS = ("what time is it", "turn on the kitchen light", "turn off the kitchen light", "what day is it")


@dataclass
class Figures:
    """Milliseconds."""

    voice: list[float] = field(default_factory=list)
    sound: list[float] = field(default_factory=list)
    gate: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=int, default=30)
    parser.add_argument("--commands", type=int, default=40)
    parser.add_argument("--llama", action="store_true", help="a real llama.cpp server instead of a paced one")
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="assistant-bench-") as folder:
        os.environ["ASSISTANT_STATE_DIR"] = folder
        figures = asyncio.run(measure(arguments, Path(folder)))
    if arguments.json:
        arguments.json.write_text(json.dumps(vars(figures), indent=1), encoding="utf-8")
    print(f"{machine()}\n{load()}\n")
    report(figures)
    return 0


def report(figures: Figures) -> None:
    print(HEADER)
    print(row("first full stop written → voice has the sentence", figures.voice))
    print(row("first full stop written → first sound", figures.sound))
    print(row("  of it, the gate", figures.gate))
    print(row("a local command, alone", figures.alone))
    print(row(f"a local command beside {STALLED} stalled models", figures.beside))
    if figures.voice:
        p95 = float(np.percentile(figures.voice, 95))
        verdict = "reached" if p95 <= AIM_MS else "MISSED"
        print(f"\nvoice: 95th percentile {p95:.0f} ms, aimed at {AIM_MS:.0f}: {verdict}")


def settings(url: str, *, llama: bool) -> Config:
    generation: dict[str, Any] = {"discover": False, "url": url, "model": "bench", "local": {"model": "none"}}
    if llama:  # its model knows short questions only
        generation = {"discover": False, "local": {"model": str(FIXTURE), "context_tokens": 8192}}
        generation["answers"] = {"tools": (), "history_characters": 0}
    return Config.model_validate(
        {
            "policy": {"calls_per_minute": 0},
            "dialogue": {"start_timeout_s": 600},
            "voice": {"engine": "embedded"},
            "generation": generation,
        }
    )


async def measure(arguments: argparse.Namespace, folder: Path) -> Figures:
    figures = Figures()
    async with AsyncExitStack() as stack:
        server = stack.enter_context(paced_server(PAUSE_S))
        assistant = Assistant(settings(server.url, llama=arguments.llama), timers_ring=False)
        await stack.enter_async_context(assistant)
        await assistant.dialogue.wait_ready()
        voice = await create(assistant.config.voice, units=assistant.config.units, notice=print)
        stack.push_async_callback(voice.close)
        events: list[Event] = []
        assistant.bus.observe(events.append)
        async with conversation(assistant, "bench", voice, folder) as session:
            questions = KNOWN if arguments.llama else QUESTIONS
            await _turn(session, events, questions[0])  # everything is loaded now
            for number in range(arguments.answers):
                await _answer(session, events, questions[number % len(questions)], server, figures)
        if not arguments.llama:
            await _commands(assistant, events, voice, folder, server, arguments.commands, figures)
    return figures


@asynccontextmanager
async def conversation(
    assistant: Assistant, name: str, voice: Synthesizer, folder: Path
) -> AsyncIterator[Session]:
    sink = WavSink(folder / f"{name}.wav", voice.sample_rate_hz)
    session = assistant.session(name, mouth=Mouth(voice, sink), open_mic=False, rings=False)
    running = asyncio.create_task(session.run(), name=name)
    try:
        await session.started()
        yield session
    finally:
        running.cancel()
        await asyncio.wait({running})
        assistant.forget(session)
        await sink.abandon()


async def _turn(session: Session, events: list[Event], text: str) -> list[Event]:
    """What is told of one turn, up to its end."""
    del events[:]
    session.enter(text)

    def mine() -> list[Event]:
        return [each for each in events if each.session == session.name]

    async with asyncio.timeout(120):
        await session.until(lambda: any(isinstance(each, TurnEnded) for each in mine()))
    return mine()


async def _answer(
    session: Session, events: list[Event], question: str, server: PacedServer, figures: Figures
) -> None:
    asked_s = time.monotonic()
    del server.clause_s[:]
    told = await _turn(session, events, question)
    ended = next(each for each in told if isinstance(each, TurnEnded))
    began = next((each for each in told if isinstance(each, AnswerBegan)), None)
    if began is None or began.source != "generated" or ended.speech_end_s is None:
        said = [each.text for each in told if isinstance(each, Spoken)]
        print(f"“{question}” was not answered by the model but with {said}", file=sys.stderr)
        return
    # Of llama.cpp it is not known when it had written something, only when it was here.
    clause_s = server.clause_s[0] if server.clause_s else began.at_s - began.gate_s
    assert clause_s > asked_s
    stages = {name: 1000 * (ended.speech_end_s + at_s - clause_s) for name, at_s in ended.stages_s.items()}
    figures.voice.append(stages["voice"])
    figures.sound.append(stages["first_pcm"])
    figures.gate.append(1000 * began.gate_s)


async def _commands(
    assistant: Assistant,
    events: list[Event],
    voice: Synthesizer,
    folder: Path,
    server: PacedServer,
    count: int,
    figures: Figures,
) -> None:
    """Alone and beside stalled models by turns, so that what else the machine does falls on both alike."""
    async with AsyncExitStack() as stack:
        local = await stack.enter_async_context(conversation(assistant, "local", voice, folder))
        others = [
            await stack.enter_async_context(conversation(assistant, f"other{number}", voice, folder))
            for number in range(STALLED)
        ]
        await _turn(local, events, COMMANDS[0])
        for begin in range(0, count, 10):
            await _timed(local, events, begin, figures.alone)
            server.stalled = True
            for other in others:
                other.enter(QUESTIONS[0])
            async with asyncio.timeout(60):
                while server.waiting < STALLED:  # noqa: ASYNC110 - another thread's
                    await asyncio.sleep(0.05)
            await _timed(local, events, begin, figures.beside)
            for other in others:
                other.interrupt()
            server.stalled = False
            async with asyncio.timeout(60):
                while server.waiting:  # noqa: ASYNC110 - another thread's
                    await asyncio.sleep(0.05)


async def _timed(session: Session, events: list[Event], begin: int, figures: list[float]) -> None:
    for number in range(begin, begin + 10):
        began_s = time.perf_counter()
        await _turn(session, events, COMMANDS[number % len(COMMANDS)])
        figures.append(1000 * (time.perf_counter() - began_s))


if __name__ == "__main__":
    sys.exit(main())
