"""Sentences of the owner's commands and routines, as a piece of a Rasa project like that of a plugin.

A command whose sentences have no parameters, and a routine, are an intent with a rule that calls the service. One with
parameters has a form that asks for what was not said. The sentences are the owner's phrases with values in their
places, in a few ways to ask for something.
"""

import hashlib
import itertools
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from num2words import num2words

from assistant import paths
from assistant.config.commands import Command, Parameter
from assistant.config.model import Config
from assistant.config.placeholders import filled
from assistant.config.routines import Routine

MOST_SENTENCES = 60
"""Of one intent. More would outweigh what the project says itself."""
FEWEST_SENTENCES = 32
_ANY = (
    "tea",
    "the letter",
    "a new idea",
    "call anna",
    "buy stamps",
    "hello there",
    "the second draft",
    "blue paint",
)
"""Stand for what can be any words."""
_NUMBERS = (1, 2, 3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 45, 50, 60, 75, 90, 100)
_ASKING = (
    "{}", "please {}", "{} please", "can you {}", "{} at <hour>", "could you {}", "{} now", "in <number> minutes {}",
    "i want you to {}", "could you please {}", "{} in half an hour", "hey {}", "{} for me", "every day at <hour> {}",
    "would you {}", "{} tonight at <hour>", "okay {}", "can you {} please", "in <number> minutes {}", "now {}",
    "{} tomorrow morning", "just {}", "{} in <number> minutes", "{} when the timer ends", "will you {}", "{} right now",
    "at <hour> {}", "{} in <number> hours", "<number> minutes from now {}",
)  # fmt: skip
_TIMES = {
    "<hour>": ("eight", "six", "half past seven", "eleven", "nine"),
    "<number>": ("ten", "twenty", "five", "thirty", "two", "fifteen", "forty"),
}
"""Taken in turn: a routine is planned for any hour, and its sentence must not hang on the number in it."""


def owned_sentences(config: Config) -> Path | None:
    """A folder with `domain.yml`, `nlu.yml` and `rules.yml`, whose name changes with what is in it; None where nothing
    is said. Blocking, for milliseconds. Raises OSError where the cache folder cannot be written."""
    commands = [command for command in config.commands if command.say]
    routines = [routine for routine in config.routines if routine.say]
    if not (commands or routines):
        return None
    files = {
        "domain.yml": _yaml(_domain(commands, routines)),
        "nlu.yml": _yaml({"version": "3.1", "nlu": [*_nlu(commands, routines)]}),
        "rules.yml": _yaml({"version": "3.1", "rules": [*_rules(commands, routines)]}),
    }
    digest = hashlib.sha256("\0".join(files.values()).encode()).hexdigest()[:16]
    folder = paths.cache_dir() / "sentences" / digest
    if not folder.is_dir():
        _write(folder, files)
    return folder


def _write(folder: Path, files: dict[str, str]) -> None:
    """All of it or nothing: another process may make the same."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        made = Path(temporary) / "made"
        made.mkdir()
        for name, text in files.items():
            (made / name).write_text(text, encoding="utf-8")
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise


def _domain(commands: Iterable[Command], routines: Iterable[Routine]) -> dict[str, Any]:
    plain = [
        *(_action(command) for command in commands if not command.parameters),
        *map(_routine_action, routines),
    ]
    return {
        "version": "3.1",
        "intents": [*map(_intent, commands), *map(_routine_intent, routines)],
        "actions": plain,
    }


def _rules(commands: Iterable[Command], routines: Iterable[Routine]) -> Iterator[dict[str, Any]]:
    for command in commands:
        steps: list[dict[str, Any]] = [{"intent": _intent(command)}]
        if command.parameters:
            steps += [{"action": "command_form"}, {"active_loop": "command_form"}]
        else:
            steps += [{"action": _action(command)}]
        yield {"rule": f"the command {command.name}", "steps": steps}
    for routine in routines:
        steps = [{"intent": _routine_intent(routine)}, {"action": _routine_action(routine)}]
        yield {"rule": f"the routine {routine.name}", "steps": steps}


def _nlu(commands: Iterable[Command], routines: Iterable[Routine]) -> Iterator[dict[str, str]]:
    for command in commands:
        phrases = [list(_phrase(phrase, command.parameters)) for phrase in command.say]
        yield {"intent": _intent(command), "examples": _block(_asked(phrases))}
    for routine in routines:
        yield {
            "intent": _routine_intent(routine),
            "examples": _block(_asked([[each] for each in routine.say])),
        }


def _phrase(phrase: str, parameters: Iterable[Parameter]) -> Iterator[str]:
    """The phrase with one value after the other: as many sentences as the parameter with the most values has."""
    values = {parameter.name: _values(parameter) for parameter in parameters}
    used = [name for name in values if f"{{{name}}}" in phrase]
    for turn in range(max((len(values[name]) for name in used), default=1)):
        # Each at a pace of its own, so that not always the same values meet.
        chosen = {name: values[name][(turn + shift) % len(values[name])] for shift, name in enumerate(used)}
        yield filled(phrase, chosen)


def _values(parameter: Parameter) -> list[str]:
    if parameter.kind == "choice":
        return list(parameter.choices)
    if parameter.kind == "text":
        return [f"[{words}](command_text)" for words in _ANY]
    low = parameter.minimum if parameter.minimum is not None else 0.0
    high = parameter.maximum if parameter.maximum is not None else 100.0
    numbers = [number for number in _NUMBERS if low <= number <= high] or [round((low + high) / 2)]
    return [str(num2words(number)).replace("-", " ") for number in numbers]


def _asked(phrases: list[list[str]]) -> list[str]:
    """The sentences, then these in other ways to ask, until there are enough; of each phrase as many."""
    plain = [each for turn in itertools.zip_longest(*phrases) for each in turn if each is not None]
    wanted = max(FEWEST_SENTENCES, min(MOST_SENTENCES, 2 * len(plain)))
    said = dict.fromkeys(plain)
    for number in range(4 * MOST_SENTENCES):
        way = _ASKING[number % len(_ASKING)]
        for time, values in _TIMES.items():
            way = way.replace(time, values[number % len(values)])
        said.setdefault(way.replace("{}", plain[number % len(plain)]))
        if len(said) >= wanted:
            break
    return list(said)[:MOST_SENTENCES]


def _block(sentences: Iterable[str]) -> str:
    return "".join(f"- {' '.join(sentence.lower().split())}\n" for sentence in sentences)


def _intent(command: Command) -> str:
    return f"command_{command.name}"


def _action(command: Command) -> str:
    return f"action_commands.{command.name}"


def _routine_intent(routine: Routine) -> str:
    return f"routine_{routine.name}"


def _routine_action(routine: Routine) -> str:
    return f"action_routines.{routine.name}"


def _yaml(content: dict[str, Any]) -> str:
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000))
