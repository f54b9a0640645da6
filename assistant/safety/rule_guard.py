"""The check of sentences that asks nobody: rules, shapes of secrets, and the words of the prompt."""

import re
from collections.abc import Iterable

from assistant.safety.guard import ALLOWED, Verdict
from assistant.safety.reading import readings
from assistant.safety.rules import rules

_SHAPES = (
    (re.compile(r"\b(?:sk|pk|rk|ghp|gho|ghs|hf|xox[abp]|glpat|AIza)[-_]?[A-Za-z0-9_-]{16,}"), "a key"),
    (re.compile(r"\bAKIA[0-9A-Z]{12,}"), "a key"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{8,}"), "a token"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"), "a private key"),
    (re.compile(r"\b[Bb]earer [A-Za-z0-9._-]{12,}"), "a token"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,4})?\b"), "an IBAN"),
    (re.compile(r"\b\d{3}-\d{2}-\d{4}\b"), "a social security number"),
)
_CARD = re.compile(r"(?<![\d.])(?:\d[ .-]{0,2}){12,18}\d(?!\.?\d)")
_SPOKEN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGITS = {word: str(digit) for digit, word in enumerate(_SPOKEN)} | {"oh": "0"}

PROMPT_WORDS = 7
"""So many words in a row of the prompt are no coincidence."""


class RuleGuard:
    """`secrets`: texts that are never said, such as keys of the configuration. `prompts`: what a model is told, and
    does not recite. A few milliseconds."""

    def __init__(self, *, secrets: Iterable[str] = (), prompts: Iterable[str] = ()) -> None:
        self._rules = rules("said")
        self._secrets = tuple(_solid(each) for each in secrets if len(_solid(each)) >= 4)
        self._runs = frozenset(run for prompt in prompts for run in _runs(prompt))

    @property
    def name(self) -> str:
        return "rules"

    async def judge(self, sentence: str, before: str = "") -> Verdict:
        both = f"{before} {sentence}" if before else sentence
        if (shape := _shape(both)) and _shape(before) != shape:
            return Verdict(False, "secret", f"it looks like {shape}")
        if any(secret in _solid(both) and secret not in _solid(before) for secret in self._secrets):
            return Verdict(False, "secret", "it is one of the configuration")
        if self._runs and (_runs(both) - _runs(before)) & self._runs:
            return Verdict(False, "prompt", "words of the prompt")
        if (rule := self._rules.find_after(sentence, before)) is not None:
            return Verdict(False, rule.category, rule.reason)
        return ALLOWED


def _shape(text: str) -> str:
    for pattern, name in _SHAPES:
        if pattern.search(text):
            return name
    written = " ".join(_DIGITS.get(word.strip(".,").lower(), word) for word in text.split())
    digits = (re.sub(r"\D", "", found[0]) for found in _CARD.finditer(written))
    return "a card number" if any(_luhn(each) for each in digits) else ""


def _luhn(digits: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1, annex B)."""
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 2:
        return False
    doubled = [int(each) * (2 if place % 2 else 1) for place, each in enumerate(reversed(digits))]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


def _solid(text: str) -> str:
    """Letters and digits only, so that no way of setting them apart hides a secret."""
    return re.sub(r"[\W_]", "", text).casefold()


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for reading in readings(text):
        words = reading.split()
        found.update(tuple(words[at : at + PROMPT_WORDS]) for at in range(len(words) - PROMPT_WORDS + 1))
    return frozenset(found)
