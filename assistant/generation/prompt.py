"""What a model is told before anything else: who it is, how it answers, when and where that is, and what it may quote.

The words are in files that the owner may put others in the place of. Nothing secret and nobody's name is put in. What
changes from minute to minute stands at the end: a server that remembers how a prompt began need not read it again.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from assistant.config.answers import Answers
from assistant.errors import UserError

PROMPTS = Path(__file__).resolve().parents[1] / "prompts"
LONGEST_NAME = 40
LONGEST = 20_000
"""Characters of one of the files."""

_LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "nl": "Dutch",
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """`language` as an ISO code, empty where it is not known."""

    persona: str
    rules: Template
    language: str = "en"

    @classmethod
    def read(cls, settings: Answers, language: str = "en") -> "Prompt":
        """From its files; blocking. Raises `UserError` for one that cannot be read."""
        persona = _read(settings.persona_file, "persona", "generation.answers.persona_file")
        rules = _read(settings.rules_file, "rules", "generation.answers.rules_file")
        return cls(persona, Template(rules), language)

    def told(self, now: dt.datetime, room: str = "", quoted: Sequence[str] = ()) -> str:
        """The whole of it, for an answer in `room`, which is empty where that is not known. `quoted`: documents, as
        `assistant.documents.quote.quoted` marks them."""
        rules = self.rules.safe_substitute(
            date=f"{now:%A}, {now.day} {now:%B} {now.year}",
            time=f"{now:%H:%M}",
            room=f"You are in the {_name(room)}." if room else "",
            language=_LANGUAGES.get(self.language, self.language) or "the language of the question",
        )
        return "\n\n".join([self.persona, rules, *quoted])


def _name(room: str) -> str:
    """Of a room: a few words, whoever calls may name one."""
    words = (word for word in re.findall(r"[\w'-]+", room[:LONGEST_NAME]))
    return " ".join(words)


def _read(path: Path | None, name: str, setting: str) -> str:
    path = (path or PROMPTS / f"{name}.md").expanduser()
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LONGEST + 1).strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise UserError(f"{path} cannot be read ({why}); correct {setting}, or leave it out.") from error
    if not text or len(text) > LONGEST:
        wrong = "is empty" if not text else f"has more than {LONGEST} characters"
        raise UserError(f"{path} {wrong}; correct {setting}, or leave it out.")
    return text
