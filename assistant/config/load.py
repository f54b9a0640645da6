"""Reads the configuration: defaults, then the file, then the environment, then the command line."""

import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from assistant import paths
from assistant.config.faults import sentence, unknown_key
from assistant.config.model import Config
from assistant.config.positions import key_lines
from assistant.config.schema import ENV_PREFIX, Path_, dotted, field_at, kind
from assistant.errors import UserError

EXIT_STATUS = 2


def load(
    path: Path | None = None,
    overrides: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Config:
    """The settings in force.

    `path` is the TOML file; by default `paths.config_file()`, which need not be there, while a file that was
    named must be. `overrides` are `section.key=value`, as given to `--set`. `environ` defaults to the
    process's environment, of which `ASSISTANT__SECTION__KEY` is read. A value outside the file is JSON or
    plain text; a list of texts may be given with commas; an empty one unsets an optional key.

    Raises `UserError` (exit status 2) that names every fault with its file and line, variable or flag.
    """
    settings = _Settings()
    settings.read_file(path or paths.config_file(), required=path is not None)
    for name, value in sorted((os.environ if environ is None else environ).items()):
        if name.startswith(ENV_PREFIX):
            settings.read_variable(name, value)
    for override in overrides:
        settings.read_override(override)
    return settings.config()


class _Settings:
    """Values merged so far, where each one came from, and what was found to be wrong on the way."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.origins: dict[Path_, str] = {}
        self.faults: list[str] = []

    def read_file(self, path: Path, *, required: bool) -> None:
        try:
            text = path.read_bytes().decode()
        except (FileNotFoundError, NotADirectoryError):
            if required:
                self._stop(f"There is no configuration file {path}.")
            return
        except UnicodeDecodeError as error:
            self._stop(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8.")
        except OSError as error:
            self._stop(f"{path} cannot be read: {error.strerror}.")
        text = text.removeprefix("\ufeff")  # a byte order mark, as some editors write
        try:
            values = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            self._stop(_syntax(path, text, str(error)))
        for place, line in key_lines(text).items():
            self.origins[place] = f"{path}, line {line}"
        self.values = _empty_to_none(values, ())

    def read_variable(self, name: str, value: str) -> None:
        self._put(
            tuple(name.removeprefix(ENV_PREFIX).lower().split("__")), value, f"environment variable {name}"
        )

    def read_override(self, override: str) -> None:
        key, equals, value = override.partition("=")
        key = key.strip()
        if not equals or not re.fullmatch(r"\w+(\.\w+)*", key):
            # What follows is not shown: it may be a secret that was given without its key.
            self.faults.append("--set takes section.key=value, such as audio.volume=0.5.")
            return
        self._put(tuple(key.split(".")), value, f"--set {key}")

    def _put(self, path: tuple[str, ...], text: str, origin: str) -> None:
        field = field_at(path)
        if field is None:
            known = next(n for n in range(1, len(path) + 1) if field_at(path[:n]) is None)
            self.faults.append(unknown_key(path[:known], origin))
            return
        try:
            text.encode()
            value = _parse(path, text)
        except ValueError as error:
            reason = "UTF-8 text" if isinstance(error, UnicodeEncodeError) else str(error)
            self.faults.append(f"{origin}: {dotted(path)} must be {reason}.")
            return
        table = self.values
        for name in path[:-1]:
            below = table.get(name)
            if not isinstance(below, dict):
                below = table[name] = {}
            table = below
        if isinstance(value, dict) and isinstance(table.get(path[-1]), dict):
            _merge(table[path[-1]], value)
        else:
            table[path[-1]] = value
        if not isinstance(value, dict):  # what the file said there no longer counts
            self.origins = {k: v for k, v in self.origins.items() if k[: len(path)] != path}
            self.origins[path] = origin
        else:
            for place in _places(value, path):
                self.origins[place] = origin

    def config(self) -> Config:
        try:
            config = Config.model_validate_json(json.dumps(self.values, default=str), strict=True)
        except ValidationError as error:
            details = error.errors(include_url=False)
            self.faults += [sentence(e, self._origin(tuple(e["loc"]))) for e in details]
        if self.faults:
            self._stop()
        return config

    def _origin(self, path: Path_) -> str:
        for end in range(len(path), 0, -1):
            if path[:end] in self.origins:
                return self.origins[path[:end]]
        return "configuration"

    def _stop(self, fault: str = "") -> NoReturn:
        faults = [*self.faults, fault] if fault else self.faults
        if len(faults) == 1:
            raise UserError(faults[0], exit_status=EXIT_STATUS)
        listing = "".join(f"\n  {each}" for each in faults)
        raise UserError(f"The configuration has {len(faults)} faults:{listing}", exit_status=EXIT_STATUS)


def _syntax(path: Path, text: str, message: str) -> str:
    """The parser's complaint in our form. It gives line and column except at the end of the document."""
    place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if place:
        line, column = int(place[1]), int(place[2])
        message = message[: place.start()]
    else:
        lines = text.split("\n")
        line, column = len(lines), len(lines[-1]) + 1
        message = message.removesuffix(" (at end of document)")
    return f"{path}, line {line}, column {column}: not valid TOML: {message[:1].lower()}{message[1:]}."


def _parse(path: tuple[str, ...], text: str) -> Any:
    """A value given outside the file, by what its key takes. Raises `ValueError` that says what it must be;
    whether the value itself is right is for the model to say."""
    field = field_at(path)
    assert field is not None
    what = kind(field.annotation)
    if what.optional and not text.strip():
        return None
    if what.section:
        try:
            value = json.loads(text)
        except ValueError:
            raise ValueError("JSON, such as " + ("[{…}, {…}]" if what.many else "{…}")) from None
        if not isinstance(value, list if what.many else dict):
            raise ValueError("a JSON list of objects" if what.many else "a JSON object")
        return value
    if what.many:
        if text.lstrip().startswith("["):
            try:
                return json.loads(text)
            except ValueError:
                raise ValueError('a JSON list such as ["one", "two"], or one, two') from None
        return [part.strip() for part in text.split(",") if part.strip()]
    if what.base in (int, float, bool):
        try:
            return json.loads(text.strip())
        except ValueError:
            return text
    if len(text) >= 2 and text[0] == text[-1] == '"':
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _empty_to_none(value: Any, path: Path_) -> Any:
    """TOML has no null: an optional key is unset by an empty text."""
    if isinstance(value, dict):
        return {key: _empty_to_none(each, (*path, key)) for key, each in value.items()}
    field = field_at(path)
    return None if value == "" and field is not None and kind(field.annotation).optional else value


def _merge(into: dict[str, Any], values: dict[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _places(value: Any, path: Path_) -> list[Path_]:
    if not isinstance(value, dict):
        return [path]
    return [place for key, each in value.items() for place in _places(each, (*path, key))]
