"""Changes settings in the owner's file, which stays as it was written otherwise: comments, order and all."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from assistant.config.load import load
from assistant.errors import UserError


def write(path: Path, values: Mapping[tuple[str, ...], Any]) -> None:
    """Put `values`, by their path such as `("recognition", "whisper", "compute_type")`, into the file `path`.

    A file that is not there is made. The file is replaced as a whole or not at all, and keeps its permissions;
    a link is followed. Raises `UserError` where the file is faulty, before or with the values, or cannot be
    written. Blocking, for milliseconds.
    """
    target = path.resolve()
    if target.exists():
        _check(target, path)
    text = _read(target)
    try:
        document = tomlkit.parse(text)
        for place, value in values.items():
            _put(document, place, value)
        changed = tomlkit.dumps(document)
    except TOMLKitError as error:
        raise UserError(f"{path} is no valid TOML ({error}); nothing was changed.", exit_status=2) from error
    _replace(target, changed)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode().removeprefix("\ufeff")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text; nothing was changed.", exit_status=2) from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error


def _put(document: Any, place: tuple[str, ...], value: Any) -> None:
    table = document
    for depth, name in enumerate(place[:-1], 2):
        if name not in table:
            table[name] = tomlkit.table(is_super_table=depth < len(place))
        table = table[name]
    table[place[-1]] = value


def _replace(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}; nothing was changed.") from error
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            new.chmod(path.stat().st_mode & 0o777)
        _check(new, path)  # a setting must not make the next start fail
        new.replace(path)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}; nothing was changed.") from error
    finally:
        new.unlink(missing_ok=True)


def _check(file: Path, name: Path) -> None:
    """Raises `UserError` for faults in `file`, in the name of `name`."""
    try:
        load(file, environ={})
    except UserError as error:
        faults = str(error).replace(str(file), str(name))
        raise UserError(f"{faults} Nothing was changed.", exit_status=error.exit_status) from error
