"""`assistant ask`: a conversation without sound."""

import asyncio
import sys
from collections.abc import AsyncIterator

from assistant.app import Assistant
from assistant.bus import Bus
from assistant.channels.console import Console
from assistant.channels.record import Recorder, TurnRecord
from assistant.cli.common import awake, notice, print_json, printer
from assistant.cli.texts import lines, turn_text
from assistant.cli.training import trained
from assistant.config import Config
from assistant.conversation.session import Session
from assistant.errors import UserError
from assistant.events import Event, TurnEnded

SESSION = "console"
"""One name for all questions from a console: the next `ask` can answer a question of the assistant."""


async def ask(config: Config, texts: tuple[str, ...], as_json: bool) -> int:
    """The exit status: 0 when every turn was answered."""
    if not texts and as_json and sys.stdin.isatty():
        raise UserError("Give at least one TEXT.", exit_status=2)
    turns = [turn_text(text) for text in texts]
    await trained(config)
    recorder = Recorder(SESSION)
    refused = False
    try:
        # Timers ring where somebody can hear them: in `assistant run`, now or at its next start.
        async with Assistant(config, timers_ring=False) as assistant:
            assistant.bus.observe(recorder)
            if not as_json:
                assistant.bus.observe(Console(printer(), timings=False))
            session = assistant.session(SESSION, open_mic=False)
            await awake(assistant.dialogue)
            async with asyncio.TaskGroup() as group:
                running = group.create_task(session.run(), name="session")
                async for text in _each(turns) if turns else lines():
                    try:
                        await turn(session, assistant.bus, turn_text(text, "The line"))
                    except UserError as error:  # a line that is no turn ends no conversation
                        if text.strip():
                            refused = True
                            notice(f"assistant: {error}")
                running.cancel()
    finally:
        if as_json and (recorder.turns or sys.exception() is None):  # what was done is told however it ends
            print_json([record.as_dict() for record in _in_order(recorder)])
    answered = all(record.outcome == "answered" for record in recorder.turns.values())
    return 0 if answered and not refused else 1


async def _each(texts: list[str]) -> AsyncIterator[str]:
    for text in texts:
        yield text


async def turn(session: Session, bus: Bus, text: str) -> None:
    """One typed turn, to its end. The turn machine bounds it."""
    ended: list[TurnEnded] = []

    def watch(event: Event) -> None:
        if isinstance(event, TurnEnded):
            ended.append(event)

    stop = bus.observe(watch)
    try:
        await session.started()
        session.enter(text)
        await session.until(lambda: bool(ended))
    finally:
        stop()


def _in_order(recorder: Recorder) -> list[TurnRecord]:
    return [recorder.turns[number] for number in sorted(recorder.turns) if number > 0]
