"""Rules as data: which words in which order mean what, and why.

A file of `rules/` is TOML: `[words]` names parts of patterns, which stand in others as `<name>`; each `[[rule]]` has a
`category`, a `reason`, patterns of which `any` is enough, and some that speak against it (`unless`). Patterns are
Python's regular expressions over the plain text of `reading.py`.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.safety.reading import plain, readings

_FOLDER = Path(__file__).parent / "rules"
_PART = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Rule:
    category: str
    reason: str
    any: re.Pattern[str]
    unless: re.Pattern[str] | None

    def fits(self, text: str) -> bool:
        """`text` is plain."""
        if self.any.search(text) is None:
            return False
        return self.unless is None or self.unless.search(text) is None


class Rules:
    """The rules of a file, in its order. Any thread."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules

    def find(self, text: str) -> Rule | None:
        """The first rule that fits any reading of a text."""
        return self._first(readings(text))

    def find_after(self, text: str, before: str) -> Rule | None:
        """The same, or one that fits only `text` together with what was said before it."""
        if (found := self.find(text)) is not None or not before:
            return found
        known = readings(before)
        together = readings(f"{before} {text}")
        return next(
            (
                rule
                for rule in self.rules
                if any(rule.fits(each) for each in together) and not any(rule.fits(each) for each in known)
            ),
            None,
        )

    def _first(self, texts: tuple[str, ...]) -> Rule | None:
        return next((rule for rule in self.rules for text in texts if rule.fits(text)), None)


@cache
def rules(name: str) -> Rules:
    """Those of `rules/<name>.toml`. Raises ValueError where the file is not as it must be: a fault of the program."""
    data = tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
    words: dict[str, str] = {}
    for key, value in data.get("words", {}).items():
        words[key] = f"(?:{_filled(value, words)})"
    return Rules(tuple(_rule(each, words) for each in data["rule"]))


def _rule(data: dict[str, object], words: dict[str, str]) -> Rule:
    anything, unless = data["any"], data.get("unless", [])
    assert isinstance(anything, list) and isinstance(unless, list)  # noqa: PT018
    return Rule(
        str(data["category"]),
        str(data["reason"]),
        _compiled(anything, words),
        _compiled(unless, words) if unless else None,
    )


def _compiled(patterns: list[str], words: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_filled(pattern, words)})" for pattern in patterns))


def _filled(pattern: str, words: dict[str, str]) -> str:
    def word(found: re.Match[str]) -> str:
        if found[1] not in words:
            raise ValueError(f"no <{found[1]}> among the words")
        return words[found[1]]

    return _PART.sub(word, pattern)


__all__ = ["Rule", "Rules", "plain", "rules"]
