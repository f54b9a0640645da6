"""What is said to the assistant: commands that differ at each turn, commands with a pause in the middle, and what
people say when they interrupt. The same for each system that is measured."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.commands import COMMANDS

VOICES = ("rms", "awb", "slt")


@dataclass(frozen=True, slots=True)
class Utterance:
    """`parts`: words, and between them silence in seconds. `voice`: flite's. `over`: the words before the last
    pause might already be all ("turn off the lights … in the kitchen"), so nobody can know."""

    parts: tuple[str | float, ...]
    voice: str
    intent: str
    over: bool = False

    @property
    def text(self) -> str:
        return " ".join(part for part in self.parts if isinstance(part, str))

    @property
    def longest_pause_s(self) -> float:
        return max((part for part in self.parts if isinstance(part, float)), default=0.0)


def written(utterance: Utterance) -> str:
    """With its pauses."""
    return " ".join(f"[{part:g} s]" if isinstance(part, float) else part for part in utterance.parts)


MORE_COMMANDS = (
    ("set a timer for three minutes", "start_timer"),
    ("start a timer for twenty minutes", "start_timer"),
    ("set an egg timer for six minutes", "start_timer"),
    ("set a timer for forty five seconds", "start_timer"),
    ("set a timer for two hours", "start_timer"),
    ("cancel the egg timer", "cancel_timer"),
    ("turn on the living room light", "turn_on"),
    ("turn off the bedroom light", "turn_off"),
    ("switch on the kitchen light please", "turn_on"),
    ("turn on all the lights", "turn_on"),
    ("set the bedroom light to fifty percent", "set_brightness"),
    ("set the living room light to ten percent", "set_brightness"),
    ("make the kitchen light red", "set_color"),
    ("make the living room light green", "set_color"),
    ("set the temperature to nineteen degrees", "set_temperature"),
    ("set the temperature to twenty three degrees", "set_temperature"),
    ("close the blinds", "close_cover"),
    ("open the blinds in the living room", "open_cover"),
    ("is the bedroom light on", "query_state"),
    ("how warm is it in the bedroom", "query_temperature"),
    ("add cheese to the shopping list", "add_item"),
    ("add tomatoes to my shopping list", "add_item"),
    ("put rice on the shopping list", "add_item"),
    ("add onions and garlic to the shopping list", "add_item"),
    ("add a loaf of bread to the shopping list", "add_item"),
    ("take milk off my shopping list", "remove_item"),
    ("remove cheese from the shopping list", "remove_item"),
    ("what is on the shopping list", "read_list"),
    ("which timers are running", "list_timers"),
    ("how much time is left", "timer_remaining"),
    ("good evening", "greet"),
    ("what day is it", "ask_date"),
    ("tell me the time", "ask_time"),
    ("dim the living room lights", "dim"),
    ("make the bedroom light brighter", "brighten"),
    ("cancel all timers", "cancel_timer"),
    ("turn off the light in the kitchen", "turn_off"),
    ("turn the kitchen light on", "turn_on"),
    ("make it cooler", "cooler"),
    ("make it a bit warmer", "warmer"),
    ("thanks", "thanks"),
    ("unlock the front door", "unlock"),
)

NO_ANSWER = frozenset({"stop", "goodbye"})
"""Intents after which nothing need be said."""


def commands() -> list[Utterance]:
    """Each once, by the voices in turn, mixed so that no two alike follow each other."""
    each = [pair for pair in (*COMMANDS, *MORE_COMMANDS) if pair[1] not in NO_ANSWER]
    step = 37  # without a common divisor with their number: all are visited
    while len(each) % step == 0:
        step += 2
    order = [each[number * step % len(each)] for number in range(len(each))]
    return [
        Utterance((text,), VOICES[number % len(VOICES)], intent)
        for number, (text, intent) in enumerate(order)
    ]


PAUSES_S = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)

UNFINISHED: tuple[tuple[tuple[str, ...], str], ...] = (
    (("set a timer for", "ten minutes"), "start_timer"),
    (("set a", "timer for five minutes"), "start_timer"),
    (("start a", "ten minute timer"), "start_timer"),
    (("set a timer for twenty", "five minutes"), "start_timer"),
    (("set a pasta timer for", "eight minutes"), "start_timer"),
    (("set a timer", "for an hour and a half"), "start_timer"),
    (("set", "a timer for", "ninety seconds"), "start_timer"),
    (("cancel the", "pasta timer"), "cancel_timer"),
    (("how long is left on", "my timer"), "timer_remaining"),
    (("turn on", "the kitchen light"), "turn_on"),
    (("turn on the", "bedroom light"), "turn_on"),
    (("turn off the", "living room light"), "turn_off"),
    (("switch on the", "kitchen", "light"), "turn_on"),
    (("turn the light in the", "bedroom off"), "turn_off"),
    (("set the kitchen light to", "thirty percent"), "set_brightness"),
    (("set the kitchen light", "to thirty percent"), "set_brightness"),
    (("turn the living room lights down to", "forty percent"), "set_brightness"),
    (("make the bedroom light", "blue"), "set_color"),
    (("make the", "kitchen light red"), "set_color"),
    (("set the temperature to", "twenty one degrees"), "set_temperature"),
    (("set the temperature", "to nineteen degrees"), "set_temperature"),
    (("close the", "blinds"), "close_cover"),
    (("close the blinds in", "the living room"), "close_cover"),
    (("is the front", "door locked"), "query_state"),
    (("is the", "kitchen light on"), "query_state"),
    (("how warm is it in", "the living room"), "query_temperature"),
    (("add", "milk to the shopping list"), "add_item"),
    (("add milk and", "eggs to the shopping list"), "add_item"),
    (("add bread to", "the shopping list"), "add_item"),
    (("put eggs on my", "shopping list"), "add_item"),
    (("remove milk from", "the shopping list"), "remove_item"),
    (("what is on", "my shopping list"), "read_list"),
)
"""At each pause something is still missing: who answers there has cut the person off."""

PERHAPS_OVER: tuple[tuple[tuple[str, ...], str], ...] = (
    (("turn off the lights", "in the living room"), "turn_off"),
    (("close the blinds", "in the living room"), "close_cover"),
    (("make it a little cooler", "in here"), "cooler"),
    (("how long is left", "on my timer"), "timer_remaining"),
    (("add bread and butter", "to the shopping list"), "add_item"),
    (("what time is it", "please"), "ask_time"),
)
"""What comes before the pause is a command itself: judged apart."""


def paused(most: int | None = None) -> list[Utterance]:
    """Commands with pauses of 0.3 to 0.8 s, two lengths and two voices for each place of a pause."""
    found = [
        Utterance(_with_pauses(texts, number, turn), VOICES[(number + turn) % len(VOICES)], intent, over)
        for turn in range(2)
        for number, (texts, intent, over) in enumerate(_all_paused())
    ]
    return found[:most]


def _all_paused() -> Iterator[tuple[tuple[str, ...], str, bool]]:
    yield from ((texts, intent, False) for texts, intent in UNFINISHED)
    yield from ((texts, intent, True) for texts, intent in PERHAPS_OVER)


def _with_pauses(texts: tuple[str, ...], number: int, turn: int) -> tuple[str | float, ...]:
    parts: list[str | float] = [texts[0]]
    for place, text in enumerate(texts[1:]):
        parts += [PAUSES_S[(number + 3 * turn + place) % len(PAUSES_S)], text]
    return tuple(parts)


INTERRUPTIONS = (
    "turn off the kitchen light",
    "what time is it",
    "set a timer for five minutes",
    "turn on the bedroom light",
    "what is the date today",
    "make the kitchen light blue",
    "add milk to the shopping list",
)
"""Said over an answer."""
