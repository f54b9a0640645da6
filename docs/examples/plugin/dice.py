"""Dice: "roll two dice". A plugin for the assistant; docs/plugins.md explains it line by line."""

from typing import Any

from pydantic import Field

from assistant.plugins import PluginContext
from assistant.services.service import Input, Origin, Risk, ServiceError, service


class RollInput(Input):
    count: int = Field(1, ge=1, description="How many dice.")
    sides: int = Field(6, ge=2, le=100, description="Sides of each.")


class Dice:
    """What rolls; its chance comes from outside, so that a test can bring its own."""

    def __init__(self, context: PluginContext) -> None:
        self._random = context.random

    @service("dice.roll", "Roll dice.", Risk.READ)
    async def roll(self, asked: RollInput, origin: Origin) -> dict[str, Any]:
        if asked.count > 5:
            raise ServiceError("too_many", "I have only five dice.")
        rolled = [self._random.randint(1, asked.sides) for _ in range(asked.count)]
        return {"rolled": rolled, "spoken": f"You rolled {' and '.join(map(str, rolled))}."}


def create(context: PluginContext) -> Dice:
    """Called once, when the assistant starts: what it returns has the services."""
    return Dice(context)
