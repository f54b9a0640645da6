"""Says in one sentence what is wrong with a setting. A value is shown only where it cannot be a secret."""

import difflib
import json
from typing import Any

from pydantic_core import ErrorDetails

from assistant.config.schema import Path_, all_keys, dotted, field_at, kind, model_at

_EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "finite": "a number",
    "bool": "true or false",
    "string": "text in quotes",
    "path": "a path in quotes",
    "tuple": 'a list such as ["one", "two"]',
    "model": "a section with keys of its own",
    "dict": "a section with keys of its own",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}


def sentence(error: ErrorDetails, origin: str) -> str:
    """`error` is one of pydantic's; `origin` says where the value came from."""
    path: Path_ = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        return unknown_key(path, origin)
    if error["type"] == "value_error":  # a section of ours says it in words
        return f"{origin}: {dotted(path)}: {error['msg'].removeprefix('Value error, ')}."
    if error["type"] == "missing":
        return f"{origin}: {dotted(path[:-1])} needs the key {path[-1]}."
    return f"{origin}: {dotted(path)} must be {_expected(error)}, not {_given(path, error['input'])}."


def unknown_key(path: Path_, origin: str) -> str:
    """Names the known key that is closest: one of the section, one of that name elsewhere, one alike."""
    section = model_at(path[:-1])
    siblings = [dotted((*path[:-1], name)) for name in section.model_fields] if section else []
    others = [".".join(key) for key in all_keys()]
    near = (
        difflib.get_close_matches(dotted(path), siblings, n=1, cutoff=0.8)
        or [key for key in others if key.split(".")[-1] == path[-1]]
        or difflib.get_close_matches(dotted(path), siblings, n=1)
        or difflib.get_close_matches(dotted(path), others, n=1, cutoff=0.7)
    )
    hint = f"; did you mean {near[0]}?" if near else "; docs/configuration.md lists all keys."
    return f"{origin}: there is no setting {dotted(path)}{hint}"


def _expected(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] in _BOUNDS:
        name, words = _BOUNDS[error["type"]]
        return f"{words} {context[name]:g}"
    if error["type"] == "literal_error":
        return "one of " + str(context["expected"]).replace("'", '"')
    return _EXPECTED.get(error["type"].split("_")[0], error["msg"][:1].lower() + error["msg"][1:])


def _given(path: Path_, value: Any) -> str:
    field = field_at(path)
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list):
        return "a list"
    what = "text" if isinstance(value, str) else "true or false" if isinstance(value, bool) else "a number"
    if field is None or kind(field.annotation).secret or kind(field.annotation).section:
        return what
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 60 else f"{what} of {len(shown)} characters"
