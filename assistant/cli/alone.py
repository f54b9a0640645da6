"""A typed conversation with an assistant that lives as long as the command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from assistant.app import Assistant
from assistant.channels.console import Console
from assistant.channels.typed import TypedConversation
from assistant.cli.common import awake
from assistant.cli.training import trained
from assistant.config import Config


@asynccontextmanager
async def alone(config: Config, console: Console | None) -> AsyncIterator[TypedConversation]:
    """Ready to be asked. Raises `UserError` when the dialogue does not start."""
    await trained(config)
    # Timers ring where somebody can hear them: in `assistant run`, now or at its next start.
    async with Assistant(config, timers_ring=False) as assistant:
        if console is not None:
            assistant.bus.observe(console)
        async with TypedConversation(assistant) as talk:
            await awake(assistant.dialogue)
            yield talk
