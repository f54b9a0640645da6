"""The owner's commands as services: `commands.NAME` for each, and `commands.fill` for what was said of one."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import Field

from assistant.config.commands import Command
from assistant.config.placeholders import filled
from assistant.services.background import Background, Tell
from assistant.services.commands.declared import (
    calls_of,
    description_of,
    input_of,
    question_of,
    risk_of,
    spoken_of,
    undo_of,
    values_of,
)
from assistant.services.commands.output import answer, beginning
from assistant.services.commands.parameters import Value, value_of
from assistant.services.commands.phrases import heard
from assistant.services.commands.process import environment_of, run
from assistant.services.commands.request import fetch
from assistant.services.registry import Registry
from assistant.services.service import Assessment, Done, Input, Origin, Risk, ServiceError, Spec, service
from assistant.services.steps import RANK, assess, carry_out

_log = logging.getLogger(__name__)
_GRACE_S = 5.0  # for a program to end, beyond its time


class FillInput(Input):
    command: str = Field(description="Name of the command.")
    said: str = Field("", description="The sentence that means it.")
    values: dict[str, str] = Field({}, description="What is known already.")


class CommandServices:
    """Loop thread. A command goes on when its caller goes away; `close` ends all with their children."""

    def __init__(self, commands: Iterable[Command], registry: Registry, tell: Tell | None) -> None:
        self._commands = {command.name: command for command in commands}
        self._registry = registry
        self.background = Background(tell)

    def declared(self) -> Iterable[Spec]:
        """A service for each command."""
        for command in self._commands.values():
            yield Spec(
                name=f"commands.{command.name}",
                description=description_of(command),
                risk=risk_of(command),
                input=input_of(command),
                run=partial(self._call, command),
                assess=partial(self._assess, command),
                timeout_s=self.background.waits_s(_most_s(command)) + 2.0,
            )

    @service("commands.fill", "Tell what a sentence says for the parameters of a command.", Risk.READ)
    async def fill(self, asked: FillInput, origin: Origin) -> dict[str, Any]:
        """The arguments that are good, and the question for the first that is missing or not taken."""
        command = self._commands.get(asked.command)
        if command is None:
            raise ServiceError("unknown_command", "That command is not there any more.")
        said = {**asked.values, **heard(command, asked.said)}
        known: dict[str, str] = {}
        for parameter in command.parameters:
            question = parameter.question or f"Which {parameter.name.replace('_', ' ')}?"
            words = said.get(parameter.name, "")
            try:
                if words:
                    value_of(parameter, words)
                    known[parameter.name] = words
                    continue
            except ServiceError as error:
                question = str(error)
            return {"arguments": known, "missing": parameter.name, "question": question}
        return {"arguments": known, "missing": "", "question": ""}

    async def close(self) -> None:
        """End what is running. Idempotent and bounded."""
        await self.background.close()

    async def _assess(self, command: Command, asked: Input, origin: Origin) -> Assessment:
        """A macro is as risky as what it calls, at least."""
        values = values_of(command, asked)
        own = Assessment(risk_of(command), question_of(command, spoken_of(values)))
        if not command.macro:
            return own
        inner = await assess(self._registry, calls_of(command, values), origin)
        return max(own, inner, key=lambda each: RANK[each.risk])

    async def _call(self, command: Command, asked: Input, origin: Origin) -> Done:
        if origin.preview:
            raise ServiceError("preview", "That can only be done once it is sure that it was asked for.")
        doing = self._carry_out(command, values_of(command, asked), origin)
        return await self.background.run(f"command {command.name}", origin.session, doing, _most_s(command))

    async def _carry_out(self, command: Command, values: Mapping[str, Value], origin: Origin) -> Done:
        if command.macro:
            return await self._macro(command, values, origin)
        if command.http:
            output = await fetch(command.http, values, command.timeout_s)
        else:
            output = await _output(command, values)
        result = {"spoken": answer(command.answer, output, spoken_of(values)), "output": output}
        return Done(result, undo_of(command, values))

    async def _macro(self, command: Command, values: Mapping[str, Value], origin: Origin) -> Done:
        carried = await carry_out(self._registry, calls_of(command, values), origin)
        if carried.failed and not carried.results:
            raise ServiceError("failed", carried.failed[0])
        said = answer(command.answer, " ".join(carried.said), spoken_of(values))
        return Done({"spoken": " ".join((said, *carried.failed))}, carried.undo)


async def _output(command: Command, values: Mapping[str, Value]) -> str:
    """Run the program; what it printed. Raises `ServiceError` where it fails."""
    texts = {name: value.text for name, value in values.items()}
    folder = await asyncio.to_thread(Path(command.folder or "~").expanduser)
    finished = await run(
        [filled(argument, texts) for argument in command.run],
        folder=folder,
        environment=environment_of(command.environment),
        timeout_s=command.timeout_s,
        output_bytes=command.output_kb * 1024 if "{output}" in command.answer else 0,
    )
    if finished.status != 0:
        _log.info("command %s ended with status %d", command.name, finished.status)
        how = f"was ended by signal {-finished.status}" if finished.status < 0 else "failed"
        why = beginning(next(iter(finished.errors.strip().splitlines()), "")) or "It did not say why."
        raise ServiceError("command_failed", f"The command {command.name.replace('_', ' ')} {how}: {why}")
    return finished.output


def _most_s(command: Command) -> float:
    return command.timeout_s + _GRACE_S
