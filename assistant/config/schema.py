"""The shape of the configuration, read from its model: which keys there are, and what each one takes."""

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from assistant.config.model import Config

ENV_PREFIX = "ASSISTANT__"

Path_ = tuple[str | int, ...]
"""A place in the configuration, such as `("home", "devices", 0, "kind")`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a key takes. `base` is the Python type without `None`, constraints and list around it."""

    base: Any
    optional: bool  # `None` is allowed, and is written as an empty value
    many: bool  # a list of `base`

    @property
    def section(self) -> type[BaseModel] | None:
        return self.base if isinstance(self.base, type) and issubclass(self.base, BaseModel) else None

    @property
    def secret(self) -> bool:
        return self.base is SecretStr

    @property
    def choices(self) -> tuple[str, ...]:
        return get_args(self.base) if get_origin(self.base) is Literal else ()


def kind(annotation: Any) -> Kind:
    """Takes an annotation of the configuration model apart."""
    optional = many = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            optional = True
            (annotation,) = (a for a in get_args(annotation) if a is not types.NoneType)
        elif origin is tuple:
            many = True
            annotation = get_args(annotation)[0]
        elif origin is dict:
            return Kind(dict, optional, many)
        else:
            return Kind(annotation, optional, many)


def dotted(path: Path_) -> str:
    """`home.devices[0].kind`; the first element of a list is number 0, as in the file's order."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def env_name(path: Sequence[str]) -> str:
    return ENV_PREFIX + "__".join(path).upper()


def model_at(path: Path_) -> type[BaseModel] | None:
    """The section that `path` leads to; `None` where it leads to a value or to nothing."""
    model: type[BaseModel] | None = Config
    for part in path:
        if model is None:
            return None
        if isinstance(part, str):
            field = model.model_fields.get(part)
            model = kind(field.annotation).section if field else None
    return model


def field_at(path: Path_) -> FieldInfo | None:
    """The field that `path` names; an index names the list that it points into."""
    names = path
    while names and isinstance(names[-1], int):
        names = names[:-1]
    parent = model_at(names[:-1]) if names else None
    return parent.model_fields.get(str(names[-1])) if parent else None


def leaves(model: type[BaseModel] = Config, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key that holds a value, in the order of the model. A list of tables is one such key."""
    for name, field in model.model_fields.items():
        what = kind(field.annotation)
        if what.section and not what.many:
            yield from leaves(what.section, (*prefix, name))
        else:
            yield (*prefix, name)


@cache
def all_keys() -> tuple[tuple[str, ...], ...]:
    return tuple(leaves())
