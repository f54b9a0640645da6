"""`assistant serve`: an assistant without sound, for other programs and machines."""

import asyncio
from contextlib import AsyncExitStack

from assistant.api.outward import checked
from assistant.app import Assistant
from assistant.channels.console import Console
from assistant.channels.outside import Outside, tokens_of
from assistant.channels.typed import Reachable
from assistant.cli.common import Settings, awake, notice, printer
from assistant.cli.training import trained
from assistant.config import Config
from assistant.errors import UserError
from assistant.vocabulary.follow import Follower, learned_names


async def serve(config: Config, settings: Settings) -> None:
    """Until it is ended. Raises `UserError` where nobody could reach it."""
    if not (config.api.port or config.mqtt.host):
        raise UserError(
            "Nobody could reach it: set `api.port`, or `mqtt.host`; docs/api.md and docs/mqtt.md say more.",
            exit_status=2,
        )
    if config.api.port:
        checked(config.api, tokens_of(config.api))  # before anything takes its time
    console = Console(printer())
    await trained(config)
    async with AsyncExitStack() as stack:
        # Timers ring where they can be heard: in `assistant run`, now or at its next start.
        assistant = await stack.enter_async_context(Assistant(config, timers_ring=False))
        assistant.bus.observe(console)
        learned = await learned_names(assistant)
        follower = Follower(assistant, None, settings.file, settings.read, notice, learned=learned)
        await stack.enter_async_context(follower)
        outside = await stack.enter_async_context(Outside(assistant))
        await stack.enter_async_context(Reachable(assistant))
        await awake(assistant.dialogue)
        console.line("serving", f"{', '.join(outside.addresses)}. Ctrl-C ends.")
        await asyncio.Event().wait()
