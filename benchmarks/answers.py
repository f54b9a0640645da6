"""What the assistant says: the responses of the Rasa project, filled with values that a seed chooses."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

DOMAIN = Path(__file__).resolve().parent.parent / "rasa_project" / "domain"


def _each(names: str) -> tuple[str, ...]:
    return tuple(names.split(","))


_NUMBERS = _each(
    "one,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve,thirteen,fourteen,fifteen,sixteen,seventeen,"
    "eighteen,nineteen,twenty,thirty,forty,fifty,sixty,seventy,eighty,ninety"
)
_HOURS, _TENS = _NUMBERS[:12], _NUMBERS[19:]
_ROOMS = _each("kitchen,bedroom,living room,bathroom,hall,office,garage,garden")
_DEVICES = _each("light,lamp,fan,heater,blinds,radio,socket,television")
_COLORS = _each("red,green,blue,yellow,orange,purple,pink,white")
_LISTS = _each("shopping,to do,packing,hardware,holiday")
_ITEMS = _each(
    "milk,bread,eggs,butter,cheese,apples,tea,coffee,rice,paper towels,batteries,a hammer,olive oil,tomatoes,"
    "toothpaste,two lemons,orange juice,flour,sugar,soap"
)
_TIMERS = _each("pasta,tea,egg,laundry,pizza,oven,workout")
_PLACES = _each("London,Paris,Tokyo,Berlin,New York,Sydney")
_DAYS = _each("Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday")
_MONTHS = _each("January,February,March,April,May,June,July,August,September,October,November,December")
_DATES = _each(
    "first,second,third,fourth,fifth,sixth,seventh,eighth,ninth,tenth,eleventh,twelfth,thirteenth,fourteenth,"
    "twentieth,twenty first,twenty second,thirtieth"
)


def templates() -> list[str]:
    """Every response of the domain, placeholders and all."""
    found: list[str] = []
    for path in sorted(DOMAIN.glob("*.yml")):
        responses = yaml.safe_load(path.read_text("utf-8")).get("responses") or {}
        found += [
            " ".join(one["text"].split()) for each in responses.values() for one in each if "text" in one
        ]
    return found


def answers(count: int, seed: int) -> list[str]:
    """`count` different sentences, numbers in words; each a single sentence."""
    chance = random.Random(seed)
    made: dict[str, None] = {}
    source = templates()
    while len(made) < count:
        made.update(dict.fromkeys(_said_next(source, chance)))
    chosen = list(made)
    chance.shuffle(chosen)
    return chosen[:count]


def as_often_as_said(count: int, seed: int) -> list[str]:
    """`count` sentences, each response as likely as any other: one without values comes again and again."""
    chance = random.Random(seed)
    source = templates()
    said: list[str] = []
    while len(said) < count:
        said += _said_next(source, chance)
    return said[:count]


def _said_next(source: list[str], chance: random.Random) -> list[str]:
    text = re.sub(r"\{(\w+)\}", lambda found: _value(found[1], chance), chance.choice(source))
    extra = [_extra(chance)] if chance.random() < 0.3 else []
    return [*_sentences(text), *extra]


def _sentences(text: str) -> Iterator[str]:
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        if sentence:
            yield sentence[0].upper() + sentence[1:]


def _extra(chance: random.Random) -> str:
    """Answers that come from services and not from the domain."""
    thing, temperature = _thing(chance), _number(chance)
    return chance.choice(
        [
            f"{thing} is {chance.choice(('on', 'off', 'open', 'closed', 'locked', 'unlocked'))}.",
            f"It's {temperature} degrees in the {chance.choice(_ROOMS)}.",
            f"{thing} is set to {temperature} percent.",
            f"Your {chance.choice(_TIMERS)} timer has finished.",
        ]
    ).capitalize()


def _value(name: str, chance: random.Random) -> str:
    match name:
        case "spoken":
            return chance.choice((_time, _date))(chance)
        case "place":
            return chance.choice(_PLACES)
        case "done":
            return _done(chance)
        case "target":
            return _thing(chance)
        case "devices":
            return _joined([_thing(chance) for _ in range(chance.randint(1, 3))])
        case "items":
            return _joined(chance.sample(_ITEMS, chance.randint(1, 3)))
        case "list":
            return chance.choice(_LISTS)
        case "lists":
            return _joined(chance.sample(_LISTS, chance.randint(1, 3)))
        case "spoken_duration" | "remaining":
            return _duration(chance)
        case "name":
            return chance.choice(_TIMERS)
        case "timers":
            return f"the {chance.choice(_TIMERS)} timer, {_duration(chance)} left"
        case "count":
            return f"{chance.choice(_NUMBERS[1:6])} timers"
    return _number(chance)


def _done(chance: random.Random) -> str:
    thing = _thing(chance)
    return chance.choice(
        [
            f"turned {thing} {chance.choice(('on', 'off', 'up', 'down'))}",
            f"set {thing} to {_number(chance)} percent",
            f"made {thing} {chance.choice([*_COLORS, 'brighter', 'dimmer'])}",
            f"set the heating to {_number(chance)} degrees",
            f"{chance.choice(('opened', 'closed'))} the {chance.choice(_ROOMS)} {chance.choice(('blinds', 'door'))}",
            f"{chance.choice(('locked', 'unlocked'))} the {chance.choice(('front', 'back', 'garage'))} door",
        ]
    )


def _thing(chance: random.Random) -> str:
    room, device = chance.choice(_ROOMS), chance.choice(_DEVICES)
    return chance.choice(
        [f"the {room} {device}", f"the {device} in the {room}", f"all the lights in the {room}"]
    )


def _number(chance: random.Random) -> str:
    if chance.random() < 0.4:
        return chance.choice(_NUMBERS)
    return f"{chance.choice(_TENS)} {chance.choice(_NUMBERS[:9])}"


def _time(chance: random.Random) -> str:
    half = chance.choice(("in the morning", "in the afternoon", "in the evening"))
    minute = chance.choice([f"oh {chance.choice(_NUMBERS[:9])}", *_NUMBERS[9:19], _number(chance)])
    return f"{chance.choice(_HOURS)} {minute} {half}"


def _date(chance: random.Random) -> str:
    return f"{chance.choice(_DAYS)}, the {chance.choice(_DATES)} of {chance.choice(_MONTHS)}"


def _duration(chance: random.Random) -> str:
    number, unit = _number(chance), chance.choice(("second", "minute", "hour"))
    return f"{number} {unit}" if number == "one" else f"{number} {unit}s"


def _joined(things: list[str]) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"


def words(text: str) -> list[str]:
    """As a recogniser writes them: lower case, no punctuation."""
    return re.sub(r"[^a-z' ]", " ", text.lower()).split()
