"""Actions that call one service each, for plugins: `action_dice.roll` calls `dice.roll`."""

import os
from abc import abstractmethod
from typing import Any

from rasa_sdk import Tracker

from actions.api import ServiceError, call_service, schema_of
from actions.base import Events, Say, SpokenAction, entities, slot
from actions.numbers import number

PREFIX = "action_"


class CallService(SpokenAction):
    """Gives the service those entities of the sentence that have the name of an argument, and says its `spoken`."""

    service = ""

    @abstractmethod
    def name(self) -> str: ...

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        properties = (await schema_of(self.service)).get("properties") or {}
        said = {name: entities(tracker, name) for name in properties}
        arguments = {name: _value(properties[name], values) for name, values in said.items() if values}
        return await call_and_say(say, tracker, self.service, arguments)


def _action(service: str) -> type[CallService]:
    members = {"service": service, "name": lambda self: PREFIX + service}
    return type(f"Call{service.title().replace('.', '')}", (CallService,), members)


PLUGIN_ACTIONS = [
    _action(service) for service in os.environ.get("ASSISTANT_PLUGIN_SERVICES", "").split(",") if service
]
"""One for each service that the environment names, with commas between them. `rasa_sdk` finds every subclass."""


async def call_and_say(
    say: Say, tracker: Tracker, service: str, arguments: dict[str, Any], confirmation: str | None = None
) -> Events:
    """Call it and say what came of it; where it needs a yes, the question stays open for the next turn."""
    try:
        result = await call_service(tracker, service, arguments, confirmation=confirmation)
    except ServiceError as error:
        if error.code != "needs_confirmation":
            raise
        say.text(str(error), source=f"error:{error.code}")
        asked = {"service": service, "arguments": arguments, "confirmation": error.confirmation}
        return [slot("pending", {**asked, "needs": "confirmation"})]
    say.text(str(result.get("spoken") or "Done."), source=f"service:{service}")
    return [slot("pending", None)]


def _value(schema: dict[str, Any], values: list[str]) -> Any:
    """What was said, as the schema wants it: "two" is a number where one is wanted."""
    kind = schema.get("type")
    if kind == "array":
        return values
    value = number(values[-1]) if kind in ("integer", "number") else None
    if value is None:
        return values[-1]
    return int(value) if value == int(value) else value
