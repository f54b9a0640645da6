"""Saying something aloud that nobody has asked for."""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from assistant.services.service import Input, Origin, Risk, ServiceError, service

Say = Callable[[str, str], int]
"""(text, room) → at how many places it will be said; an empty room means every place."""


class SayInput(Input):
    text: str = Field(min_length=1, description="What to say.")
    room: str = Field("", description="Only there; empty: at every loudspeaker.")


class AnnounceServices:
    """Nobody can be spoken to until `attach`."""

    def __init__(self) -> None:
        self._say: Say | None = None

    def attach(self, say: Say | None) -> None:
        """Who speaks from now on, or None when nobody does any more."""
        self._say = say

    @service("announce.say", "Say something aloud.", Risk.REVERSIBLE)
    async def say(self, asked: SayInput, origin: Origin) -> dict[str, Any]:
        """Returns when it is on its way, not when it has been said. What was said cannot be taken back."""
        places = self._say(asked.text, asked.room) if self._say is not None else 0
        if not places:
            where = f" in the {asked.room}" if asked.room else " here"
            raise ServiceError("no_loudspeaker", f"There is no loudspeaker of mine{where}.")
        return {"places": places}
