"""What was said so far, as much of it as a model is to be told again."""

from collections.abc import Iterable, Sequence
from typing import Literal

from assistant.generation.base import Message

Said = tuple[Literal["user", "assistant"], str]
"""By whom, and what: of an answer what of it was heard."""

RECENT = 4  # messages that go along whole
SHORTENED = 160  # characters of an older one
NOTHING_HEARD = "…"


def compacted(history: Sequence[Said], budget: int, fillers: Iterable[str] = ()) -> list[Message]:
    """The latest of `history`, at most `budget` characters, oldest first.

    The last `RECENT` are whole, as far as they fit; what is older is shortened, and what does not fit left out.
    `fillers`, which begin an answer, are no part of it. User and assistant take turns, the user first and the assistant
    last, since many models accept nothing else; an answer of which nothing was heard is "…".
    """
    kept: list[Said] = []
    left = budget
    for age, (role, text) in enumerate(reversed(history)):
        if role == "assistant":
            text = without_filler(text, fillers)
        text = shortened(text, left if age < RECENT else min(SHORTENED, left))
        if not text and left <= 0:
            break
        left -= len(text)
        kept.append((role, text))
    return _taking_turns(reversed(kept))


def shortened(text: str, most: int) -> str:
    """At most `most` characters, cut between words."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    if most < 2:
        return ""
    cut = text[: most - 1]
    space = cut.rfind(" ")
    return f"{cut[:space] if space > most // 2 else cut}…"


def without_filler(text: str, fillers: Iterable[str]) -> str:
    """An answer without the fillers that it began with, one of each at most."""
    for filler in fillers:
        text = text.strip().removeprefix(filler)
    return text.strip()


def _taking_turns(history: Iterable[Said]) -> list[Message]:
    messages: list[Message] = []
    for role, text in history:
        if not text or (not messages and role == "assistant"):
            continue
        if messages and messages[-1].role == role:
            if role == "user":
                messages.append(Message("assistant", NOTHING_HEARD))
                messages.append(Message(role, text))
            else:
                messages[-1] = Message(role, f"{messages[-1].text} {text}")
        else:
            messages.append(Message(role, text))
    if messages and messages[-1].role == "user":
        messages.append(Message("assistant", NOTHING_HEARD))
    return messages
