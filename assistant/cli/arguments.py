"""`key=value` of a command line, as the arguments of a service: its JSON schema says what each value is."""

import json
from collections.abc import Iterable
from typing import Any

from assistant.errors import UserError

Schema = dict[str, Any]
_TRUE, _FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}


def arguments_of(pairs: Iterable[str], schema: Schema) -> dict[str, Any]:
    """`target.device=lamp` is the `device` of the `target`. Raises `UserError` for what is no `key=value`, for a key
    that is unknown and a value that does not fit; what is missing, the service says."""
    arguments: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.strip():
            raise UserError(f"{pair!r} is no argument: write KEY=VALUE.", exit_status=2)
        _put(arguments, key.strip().split("."), text, schema, key)
    return arguments


def keys_of(schema: Schema) -> list[str]:
    """What can stand before `=`, those that are needed first and marked `*`."""
    required = schema.get("required", ())
    keys: list[str] = []
    for name, each in schema.get("properties", {}).items():
        below = _resolved(each, schema)
        inner = [f"{name}.{key}" for key in below.get("properties", {})]
        keys += inner or [f"{name}*" if name in required else name]
    return sorted(keys, key=lambda key: not key.endswith("*"))


def _put(into: dict[str, Any], path: list[str], text: str, schema: Schema, key: str) -> None:
    here = schema
    for position, name in enumerate(path):
        properties = _resolved(here, schema).get("properties", {})
        if name not in properties:
            known = ", ".join(properties) or "none"
            raise UserError(f"There is no argument {key!r}; there is: {known}.", exit_status=2)
        here = properties[name]
        if position < len(path) - 1:
            into = into.setdefault(name, {})
            if not isinstance(into, dict):
                raise UserError(f"{key!r} is given twice, in different ways.", exit_status=2)
    into[path[-1]] = _value(text, _resolved(here, schema), schema, key)


def _value(text: str, schema: Schema, root: Schema, key: str) -> Any:
    if "anyOf" in schema:
        return _first_that_fits(text, [_resolved(each, root) for each in schema["anyOf"]], root, key)
    match schema.get("type"):
        case "boolean" if text.lower() in _TRUE | _FALSE:
            return text.lower() in _TRUE
        case "integer" | "number" as kind:
            number, wanted = _json(text), (int, float) if kind == "number" else (int,)
            if isinstance(number, wanted) and not isinstance(number, bool):
                return number
        case "array":
            found = _json(text) if text.lstrip().startswith("[") else None
            if isinstance(found, list):
                return found
            one = _resolved(schema.get("items", {}), root)
            return [_value(part.strip(), one, root, key) for part in text.split(",") if part.strip()]
        case "object":
            found = _json(text)
            if isinstance(found, dict):
                return found
        case "string" | None:
            return text
    kind = str(schema.get("type"))
    raise UserError(f"{key}={text}: that is no {_NAMES.get(kind, kind)}.", exit_status=2)


_NAMES = {
    "boolean": "true or false",
    "integer": "whole number",
    "object": 'JSON object, such as {"key": "value"}',
}


def _first_that_fits(text: str, kinds: list[Schema], root: Schema, key: str) -> Any:
    """A text fits everything, and so comes last."""
    kinds = sorted((k for k in kinds if k.get("type") != "null"), key=lambda k: k.get("type") == "string")
    for kind in kinds[:-1]:
        try:
            return _value(text, kind, root, key)
        except UserError:
            continue
    return _value(text, kinds[-1], root, key)


def _resolved(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref")
    if not reference:
        return schema
    resolved: Schema = root.get("$defs", {}).get(str(reference).rsplit("/", 1)[-1], {})
    return resolved


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=lambda name: None)
    except (ValueError, RecursionError):
        return None
