"""Which words of a sentence stand where a phrase of the owner's has its placeholders."""

import re
from functools import cache

from assistant.config.commands import Command
from assistant.config.placeholders import filled, split

_BEFORE = (
    r"(?:(?:hey|please|ok|okay|now|can you|could you|would you|will you|i want you to|i'd like you to) )*"
)
_BEHIND = r"(?: (?:please|now|for me|thanks|thank you))*"
_POSSESSIVES = {"my": "your", "our": "your", "me": "you", "i": "you"}


def heard(command: Command, said: str) -> dict[str, str]:
    """The words for each parameter, by the phrase that fits the whole sentence; where none does, those choices that
    are among its words."""
    sentence = _plain(said)
    for phrase in command.say:
        found = _pattern(phrase).fullmatch(sentence)
        if found:
            return {name: words.strip() for name, words in found.groupdict().items()}
    choices = {
        parameter.name: [words for words in parameter.choices if f" {_plain(words)} " in f" {sentence} "]
        for parameter in command.parameters
    }
    return {name: max(words, key=len) for name, words in choices.items() if words}


def described(command: Command, spoken: dict[str, str]) -> str:
    """What the command does, in the owner's words, as said to them: the first phrase whose parameters are known, with
    these; else its name. "back up your photos"."""
    for phrase in command.say:
        try:
            said = filled(phrase, spoken)
        except KeyError:
            continue
        return " ".join(_POSSESSIVES.get(word, word) for word in said.split())
    values = " ".join(spoken.values())
    return f"run the command {command.name.replace('_', ' ')}{f' with {values}' if values else ''}"


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    expression, named = _BEFORE, set()
    for words, name in split(phrase):
        fixed = re.escape(_plain(words)).replace(r"\ ", " ")
        lead = " " if words[:1].isspace() and expression != _BEFORE else ""
        expression += f"{lead}{fixed}{' ' if fixed and name and words[-1:].isspace() else ''}"
        if name and name not in named:
            expression += f"(?P<{name}>.+?)"
            named.add(name)
        elif name:
            expression += f"(?P={name})"
    return re.compile(expression + _BEHIND)


def _plain(text: str) -> str:
    """As recognisers write: lower case, no punctuation but what is within a word."""
    return " ".join(re.sub(r"[^\w\s'.:/@-]|[.:,](?!\w)", " ", text.casefold()).split())
