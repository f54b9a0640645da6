"""Writes docs/configuration.md from the configuration model: `python -m assistant.config.reference`."""

import json
import sys
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from assistant.config.model import Config
from assistant.config.schema import Kind, env_name, kind

_HEAD = """\
# Configuration

<!-- Made by `python -m assistant.config.reference > docs/configuration.md`; do not edit by hand. -->

Settings are read from a TOML file, `~/.config/assistant/config.toml` on Linux (`ASSISTANT_CONFIG` moves it),
then from the environment, then from the command line; the later one wins. Nothing has to be set.

```toml
# config.toml
name = "Jarvis"

[listening]
wake_words = ["okay_nabu", "hey_jarvis"]

[[home.devices]]
name = "reading lamp"
kind = "light"
area = "living room"
```

```sh
ASSISTANT__LISTENING__WAKE_WORDS=okay_nabu,hey_jarvis assistant run
assistant run --set audio.volume=0.5 --set 'home.areas=[{"name": "kitchen"}]'
```

In the environment and on the command line a value is plain text or JSON, a list of texts may be separated by
commas, and an empty value unsets a key that may be empty. An unknown key or a wrong type is an error that
names the key and its line; the exit status is then 2.
"""

_NAMES: dict[Any, str] = {
    int: "whole number",
    float: "number",
    str: "text",
    bool: "true or false",
    dict: "table",
    SecretStr: "text, never shown",
}


def reference() -> str:
    """The whole page, as Markdown."""
    return _HEAD + "".join(_section(Config, ()))


def _section(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[str]:
    values: list[str] = []
    below: list[str] = []
    for name, field in model.model_fields.items():
        what, key = kind(field.annotation), (*path, name)
        if what.section and what.many:
            below.extend(_tables(what.section, key))
        elif what.section:
            below.extend(_section(what.section, key))
        else:
            values.append(_row(key, field, what))
    title = f"`[{'.'.join(path)}]`" if path else "Top level"
    yield f"\n## {title}\n\n{_summary(model)}\n"
    if values:
        yield "\n| Key and variable | Takes | Default | |\n|---|---|---|---|\n" + "".join(values)
    yield from below


def _row(path: tuple[str, ...], field: FieldInfo, what: Kind) -> str:
    cells = (
        f"`{'.'.join(path)}`<br>`{env_name(path)}`",
        _takes(field, what),
        _default(field),
        field.description or "",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _tables(
    model: type[BaseModel], path: tuple[str, ...], inner: bool = False, many: bool = True
) -> Iterator[str]:
    """An array of tables: its keys have no variables of their own, the whole list has one. `inner`: it is one in each
    table of another array, or with `many` False a table there."""
    whole = "" if inner else f" One such table each; the whole list as JSON: `{env_name(path)}`."
    title = f"[[{'.'.join(path)}]]" if many else f"[{'.'.join(path)}]"
    yield f"\n### `{title}`\n\n{_summary(model)}{whole}\n"
    yield "\n| Key | Takes | Default | |\n|---|---|---|---|\n"
    below: list[str] = []
    for name, field in model.model_fields.items():
        what = kind(field.annotation)
        if what.section:
            below.extend(_tables(what.section, (*path, name), inner=True, many=what.many))
        else:
            cells = (f"`{name}`", _takes(field, what), _default(field), field.description or "")
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
    yield from below


def _takes(field: FieldInfo, what: Kind) -> str:
    choices = ", ".join(f"`{choice}`" for choice in what.choices)
    text = choices or _NAMES.get(what.base, "path")
    if what.many:
        text = f"list of {text}s"
    limits = _limits(field.metadata) or _limits(_inner_metadata(field.annotation))
    return text + (f", {limits}" if limits else "") + (", or empty" if what.optional else "")


def _inner_metadata(annotation: Any) -> list[Any]:
    """Constraints of an `Annotated[…] | None`, which pydantic leaves where they are."""
    for part in getattr(annotation, "__args__", ()):
        for item in getattr(part, "__metadata__", ()):
            if isinstance(item, FieldInfo):
                return item.metadata
    return []


def _limits(metadata: list[Any]) -> str:
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    return ", ".join(
        f"{word} {value:g}"
        for each in metadata
        for name, word in words.items()
        if (value := getattr(each, name, None)) is not None
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    if value is None or value == "":
        return "empty"
    return f"`{json.dumps(value, ensure_ascii=False, default=str)}`"


def _summary(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


if __name__ == "__main__":
    sys.stdout.write(reference())
