"""What the small Whisper model understands: a few templates of a home, some notes and some open speech.

A text is written as Whisper writes: with capitals, full stops, and numbers from ten on in digits.
"""

import hashlib
import itertools
import random
import re
from dataclasses import dataclass

SLOTS: dict[str, tuple[str, ...]] = {
    "room": ("kitchen", "bedroom", "living room", "bathroom", "hallway", "garden"),
    "device": ("light", "lamp", "fan", "radio"),
    "state": ("on", "off"),
    "percent": ("10%", "20%", "30%", "40%", "50%", "60%", "80%"),
    "degrees": ("18", "19", "20", "21", "22"),
    "minutes": ("two", "three", "five", "eight", "10", "15", "20", "30"),
    "dish": ("pizza", "tea", "pasta", "rice"),
    "item": ("milk", "bread", "butter", "apples", "coffee", "eggs", "rice", "cheese"),
    "other": ("milk", "bread", "butter", "apples", "coffee", "eggs", "rice", "cheese"),
    "task": (
        "call Anna",
        "call my mother",
        "feed the cat",
        "water the flowers",
        "buy bread",
        "buy some cheese",
        "close the window",
        "pay the rent",
        "send the letter",
    ),
    "when": ("", " tomorrow", " this evening", " at seven o'clock", " on Friday", " on Monday"),
    "who": ("my mother", "my sister", "our neighbour", "the teacher", "Anna"),
    "what": ("the weather", "the movie", "the music", "the game", "the party"),
    "past": ("yesterday", "last night", "last week", "on Monday", "on Friday"),
    "how": ("very good", "terrible", "too long", "wonderful"),
    "where": ("the beach", "the market", "the party", "the garden", "the station"),
    "vehicle": ("train", "bus", "letter"),
}

COMMANDS: tuple[str, ...] = (
    # lights and other devices
    "Turn {state} the {room} {device}.",
    "Turn the {device} in the {room} {state}.",
    "Switch {state} the {device} in the {room}.",
    "Dim the {room} light to {percent}.",
    "Set the {room} light to {percent}.",
    "Set the heating in the {room} to {degrees} degrees.",
    "Is the {device} in the {room} {state}?",
    # timers
    "Set a timer for {minutes} minutes.",
    "Set a {dish} timer for {minutes} minutes.",
    "Set a timer for one hour.",
    "How much time is left?",
    "Cancel the timer.",
    # lists
    "Add {item} to the shopping list.",
    "Add {item} and {other} to the shopping list.",
    "Put {item} and {other} on my shopping list.",
    "Remove {item} from the shopping list.",
    "What is on my shopping list?",
    # questions
    "What time is it?",
    "What day is it today?",
    "How warm is it in the {room}?",
    # free text
    "Remind me to {task}{when}.",
    # a word or two
    "Stop.",
    "Yes.",
    "No.",
    "Yes, please.",
    "No, thank you.",
    "Never mind.",
    "Be quiet.",
)
OPEN_SPEECH: tuple[str, ...] = (
    # nobody's command
    "I told {who} about {what} {past}.",
    "I think {what} was {how} {past}.",
    "We went to {where} with {who} {past}.",
    "Did {who} see {what} {past}?",
    "The {vehicle} was late again {past}.",
)
TEMPLATES = COMMANDS + OPEN_SPEECH

MOST_OF_A_TEMPLATE = 130
"""Sentences kept of a template with many combinations."""
COMBINATIONS_TO_SPARE = 20
"""A template with fewer is trained whole: with one of its values held out, nobody would teach that value."""
HELD_OUT_IN = 8

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    template: str
    held_out: bool

    @property
    def open_speech(self) -> bool:
        return self.template in OPEN_SPEECH


def sentences() -> tuple[Sentence, ...]:
    """All of them, always the same and in the same order. One in eight is held out: never trained on."""
    found: dict[str, Sentence] = {}
    for template in TEMPLATES:
        texts = sorted(set(_filled(template)))
        random.Random(template).shuffle(texts)
        spare = len(texts) >= COMBINATIONS_TO_SPARE
        for text in texts[:MOST_OF_A_TEMPLATE]:
            found.setdefault(text, Sentence(text, template, spare and _number(text) % HELD_OUT_IN == 0))
    return tuple(found.values())


def fingerprint() -> str:
    """Changes with the sentences or with what is held out of them."""
    lines = "\n".join(f"{sentence.held_out:d} {sentence.text}" for sentence in sentences())
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def _filled(template: str) -> list[str]:
    names = _SLOT.findall(template)
    texts = []
    for values in itertools.product(*(SLOTS[name] for name in names)):
        filling = dict(zip(names, values, strict=True))
        if filling.get("item", "") != filling.get("other", "-"):
            texts.append(template.format_map(filling))
    return texts


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
