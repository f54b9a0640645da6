"""`assistant ask`: a conversation without sound."""

import sys

import click

from assistant.app import Assistant
from assistant.bus import Bus
from assistant.channels.console import Console
from assistant.channels.record import Recorder, TurnRecord
from assistant.cli.common import Settings, print_json, run
from assistant.cli.training import trained
from assistant.config import Config
from assistant.conversation.session import Session
from assistant.events import Event, TurnEnded

SESSION = "console"
"""One name for all questions from a console: the next `ask` can answer a question of the assistant."""


@click.command("ask")
@click.argument("texts", nargs=-1, metavar="TEXT…")
@click.option("--json", "as_json", is_flag=True, help="Everything about each turn, for programs.")
@click.pass_obj
def command(settings: Settings, texts: tuple[str, ...], as_json: bool) -> None:
    """Ask by TEXT, each a turn of one conversation; without TEXT, line by line from standard input."""
    if not texts and sys.stdin.isatty() and as_json:
        raise click.UsageError("Give at least one TEXT.")
    if any(not text.strip() for text in texts):
        raise click.UsageError("TEXT is empty.")
    run(_ask(settings.load(), texts, as_json))


async def _ask(config: Config, texts: tuple[str, ...], as_json: bool) -> int:
    import asyncio

    await trained(config)
    recorder = Recorder(SESSION)
    # Timers ring where somebody can hear them: in `assistant run`, now or at its next start.
    async with Assistant(config, timers_ring=False) as assistant:
        assistant.bus.observe(recorder)
        if not as_json:
            assistant.bus.observe(Console(timings=False))
        session = assistant.session(SESSION, open_mic=False)
        await assistant.dialogue.wait_ready()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(session.run(), name="session")
            if texts:
                for text in texts:
                    await turn(session, assistant.bus, text)
            else:
                while line := await asyncio.to_thread(sys.stdin.readline):
                    if line.strip():
                        await turn(session, assistant.bus, line.strip())
            running.cancel()
    if as_json:
        print_json([record.as_dict() for record in _in_order(recorder)])
    return 0 if all(record.outcome == "answered" for record in recorder.turns.values()) else 1


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
