"""Values in the places that a JSON template of the owner's has for them."""

from collections.abc import Mapping
from typing import Any

from assistant.config.placeholders import filled, placeholders
from assistant.services.commands.parameters import Value


def with_values(template: Any, values: Mapping[str, Value]) -> Any:
    """The template with values in place: a text that is one placeholder becomes a number where the value is one."""
    if isinstance(template, dict):
        return {name: with_values(each, values) for name, each in template.items()}
    if isinstance(template, list | tuple):
        return [with_values(each, values) for each in template]
    if not isinstance(template, str):
        return template
    names = placeholders(template)
    if len(names) == 1 and template == f"{{{names[0]}}}":
        return values[names[0]].typed
    return filled(template, {name: value.text for name, value in values.items()})
