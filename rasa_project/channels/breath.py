"""Several commands in one breath: "turn off the lights and set an alarm for seven" is two turns.

An "and" divides where both sides are commands by their meaning: each is understood for sure, and begins as sentences
of its intent do (`opens`, of components/openings.py). What stands behind an "and" and is no sentence either belongs
to what came before ("add salt and pepper"), or leaves its verb out ("turn on the lamp and the radio off") and gets it
back. Where that does not come out even, the sentence stays whole.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from rasa.shared.core.domain import Domain

Parse = dict[str, Any]
Understand = Callable[[str], Awaitable[Parse]]
"""The stateless parse of a text: some milliseconds."""

MOST_PIECES = 6  # of one sentence; one with more is left whole
SURE_OF_ANOTHER = 0.6  # an intent that is found only with a verb put back
NO_COMMAND = frozenset(["inform", "correct", "also", "out_of_scope", "nlu_fallback", ""])
COURTESIES = frozenset(["greet", "thanks", "goodbye", "affirm", "deny", "stop"])

_SEPARATOR = re.compile(
    r"(?:(?:\s*[,;.!?]+)?\s+(?:and|then|plus|but|after that)\b(?:,?\s+(?:then|also|after that|afterwards)\b)*,?\s+"
    r"|\s*[,;.!?]+\s+)[\s/]*",
    re.IGNORECASE,
)
"""With slashes that follow: what begins with one would be a command that goes past the understanding."""
_CONDITION = re.compile(
    r"^(?:please |ok |okay )?(?:if|whenever|while|once|unless|until|(?:every|each) time|as soon as"
    r"|when (?!is|are|was|do|does|did|will|can|should)|(?:after|before) (?!that\b))\b",
    re.IGNORECASE,
)
"""What follows holds for all of the sentence."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PARTICLES = frozenset(["on", "off", "up", "down"])
_ANOTHER = re.compile(r"(?:another|one)\b", re.IGNORECASE)
_BEFORE_A_THING = frozenset(
    [
        *("the", "a", "an", "my", "our", "all", "every", "each", "some", "any", "another"),
        *("this", "that", "these", "those"),
    ]
)
_LITTLE_WORDS = _BEFORE_A_THING | frozenset(
    [
        *("in", "at", "to", "for", "of", "by", "from", "please", "too", "also", "as"),
        *("well", "it", "me", "one"),
    ]
)


@dataclass(frozen=True, slots=True)
class Part:
    """One turn. `text` as the dialogue gets it: its words, which begin at `start` of what was said, behind `lead`
    characters that were put before them."""

    text: str
    parse: Parse
    start: int = 0
    lead: int = 0

    @property
    def intent(self) -> str:
        return intent_of(self.parse)


@dataclass(frozen=True, slots=True)
class Grammar:
    """Of entities: `many` may be named several times in one command, `free` are any words to the end."""

    many: frozenset[str]
    free: frozenset[str]

    @classmethod
    def of(cls, domain: Domain) -> "Grammar":
        many, free = {"area", "device"}, set()
        for slot in domain.slots:
            entities = {each.get("entity") for each in slot.mappings if each.get("type") == "from_entity"}
            if slot.type_name == "list":
                many |= entities
            elif any(each.get("type") == "from_text" for each in slot.mappings):
                free |= entities
        return cls(frozenset(many), frozenset(free))


def intent_of(parse: Parse) -> str:
    return str((parse.get("intent") or {}).get("name") or "")


async def divide(text: str, whole: Parse, grammar: Grammar, understand: Understand) -> list[Part]:
    """The turns of what was said, in order; one where it is one. `whole` is the parse of `text`."""
    pieces = _pieces(text, whole, grammar)
    if not 1 < len(pieces) <= MOST_PIECES:
        return [Part(text, whole)]
    parts: list[Part] = []
    begun: int | None = None  # where words began that are no sentence by themselves
    for start, end in pieces:
        start = start if begun is None else begun
        piece = Part(text[start:end], await understand(text[start:end]), start)
        if _is_command(piece.parse):
            parts.append(piece)
            begun = None
        elif not parts:
            begun = start
        elif (completed := await _completed(piece, parts[-1], grammar, understand)) is not None:
            parts.append(completed)
        elif (longer := await _longer(text, parts[-1], end, understand)) is not None:
            parts[-1] = longer
        else:
            return [Part(text, whole)]
    return parts if _worth_it(parts) and begun is None else [Part(text, whole)]


def _pieces(text: str, whole: Parse, grammar: Grammar) -> list[tuple[int, int]]:
    """Start and end of what stands between the words that may divide."""
    if _CONDITION.match(text):
        return []
    pieces, start = [], 0
    for cut in _SEPARATOR.finditer(text):
        if cut.start() > start and not _inside(cut, whole.get("entities") or (), grammar):
            pieces.append((start, cut.start()))
            start = cut.end()
    return [*pieces, (start, len(text))]


def _inside(cut: "re.Match[str]", entities: Iterable[dict[str, Any]], grammar: Grammar) -> bool:
    """Whether one thing that was named goes on after the cut."""
    behind = ""  # the last entity before the cut
    for entity in sorted(entities, key=lambda each: int(each["start"])):
        if entity["start"] < cut.start() and cut.end() < entity["end"]:
            return True
        if entity["end"] <= cut.start():
            behind = str(entity.get("entity"))
    return behind in grammar.free


def _is_command(parse: Parse) -> bool:
    return intent_of(parse) not in NO_COMMAND and bool(parse.get("opens"))


def _worth_it(parts: list[Part]) -> bool:
    """Not to take "hello and goodbye" apart."""
    return len(parts) > 1 and any(part.intent not in COURTESIES for part in parts)


async def _completed(piece: Part, before: Part, grammar: Grammar, understand: Understand) -> Part | None:
    """The piece with the verb of the command before, where that makes another command of it."""
    own, labels = _content(piece), _labels(piece.parse)
    again = (labels & _labels(before.parse)) - grammar.many
    if not own and not (again and (len(labels) > 1 or _ANOTHER.match(piece.text))):
        return None  # "and the bedroom": more of the same
    for lead in _verbs(before, piece):
        text = f"{lead} {piece.text}"
        parse = await understand(text)
        if not _is_command(parse):
            continue
        other = intent_of(parse) != before.intent
        sure = float(parse["intent"].get("confidence") or 0.0) >= SURE_OF_ANOTHER
        if (other and own and sure) or (not other and again):
            return Part(text, parse, piece.start, len(lead) + 1)
    return None


async def _longer(text: str, before: Part, end: int, understand: Understand) -> Part | None:
    """The command before with the words up to `end` too, if it stays the command that it is."""
    if before.lead:
        return None
    words = text[before.start : end]
    parse = await understand(words)
    return Part(words, parse, before.start) if intent_of(parse) == before.intent else None


def _verbs(before: Part, piece: Part) -> list[str]:
    """What the command begins with, up to the first thing that it names; without its "on" where the piece has an
    "off" of its own."""
    first = min((int(each["start"]) for each in before.parse.get("entities") or ()), default=len(before.text))
    words: list[str] = []
    for word in _WORD.finditer(before.text[:first]):
        if word[0].lower() in _BEFORE_A_THING:
            break
        words.append(word[0])
    if not words:
        return []
    bare = words[:-1] if words[-1].lower() in _PARTICLES else words
    own = _PARTICLES & {word.lower() for word in _WORD.findall(piece.text)}
    return [" ".join(bare if own and bare else words)]


def _content(piece: Part) -> bool:
    """Whether it says more than names of things. An "off" alone is no more."""
    entities = piece.parse.get("entities") or ()
    inside = [(int(each["start"]), int(each["end"])) for each in entities]
    words = {
        word[0].lower()
        for word in _WORD.finditer(piece.text)
        if not any(start <= word.start() < end for start, end in inside)
    }
    return bool(words - _LITTLE_WORDS - (frozenset() if inside else _PARTICLES))


def _labels(parse: Parse) -> frozenset[str]:
    return frozenset(str(each.get("entity")) for each in parse.get("entities") or ())
