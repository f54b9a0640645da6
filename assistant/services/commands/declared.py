"""What a command of the settings is as a service: its risk, its arguments, and what it does with them."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, create_model

from assistant.config.commands import Command, Parameter
from assistant.config.placeholders import filled
from assistant.services.commands.parameters import Value, value_of
from assistant.services.commands.phrases import described
from assistant.services.commands.template import with_values
from assistant.services.service import Call, Input, Risk


def risk_of(command: Command) -> Risk:
    """Its own; a macro may be riskier by what it calls."""
    if command.risk == "auto":
        return Risk.READ if command.macro else Risk.RISKY
    return Risk(command.risk)


def description_of(command: Command) -> str:
    said = command.description or f"{described(command, {})}."
    return f"{said[:1].upper()}{said[1:]}"


def question_of(command: Command, spoken: dict[str, str]) -> str:
    """What is asked before it is done; it names the command and its values."""
    return filled(command.ask, spoken) or f"Shall I really {described(command, spoken)}?"


def input_of(command: Command) -> type[Input]:
    """What the service takes: an argument for each parameter, as it is said or as JSON."""
    fields: dict[str, Any] = {each.name: _field(each) for each in command.parameters}
    name = "".join(part.title() for part in command.name.split("_"))
    return create_model(f"{name}Input", __base__=Input, **fields)


def _field(parameter: Parameter) -> tuple[Any, Any]:
    takes: Any = float | str if parameter.kind == "number" else str
    known = {"number": "A number.", "text": "Words."}
    return takes, Field(description=known.get(parameter.kind, f"One of: {', '.join(parameter.choices)}."))


def values_of(command: Command, asked: Input) -> dict[str, Value]:
    """Raises `ServiceError` for one that is not taken."""
    return {each.name: value_of(each, getattr(asked, each.name)) for each in command.parameters}


def spoken_of(values: Mapping[str, Value]) -> dict[str, str]:
    return {name: value.spoken for name, value in values.items()}


def undo_of(command: Command, values: Mapping[str, Value]) -> tuple[Call, ...]:
    """The call of the command that takes it back, with the same parameters."""
    if not command.undo:
        return ()
    said = {
        each.name: values[each.name].spoken if each.kind == "choice" else values[each.name].typed
        for each in command.parameters
    }
    return (Call(f"commands.{command.undo}", said),)


def calls_of(command: Command, values: Mapping[str, Value]) -> list[Call]:
    """Those of a macro, with the values in place."""
    return [Call(call.service, with_values(call.arguments, values)) for call in command.macro]
