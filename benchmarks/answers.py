"""What the assistant says: the responses of the Rasa project, filled with values that a seed chooses."""

import random
import re
from collections.abc import Callable, Iterator
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
_EVENTS = _each(
    "the dentist,the team meeting,lunch with Anna,the school play,swimming,the doctor,a call with Peter"
)
_TASKS = _each(
    "call mum,water the plants,take the bread out,pay the rent,buy a new bicycle,feed the cat,book a table"
)
_PERIODS = _each("today,tomorrow,tomorrow morning,this evening,next week,on the weekend,this afternoon")
_CALENDARS = _each("the holidays,the family calendar,the football calendar")
_FOLDERS = _each("pictures,downloads,documents")
_LOCATIONS = _each("the town hall,room twelve,the old school,the library")
_PLAYERS = _each("Spotify,the radio,the music player")
_SCENES = _each("movie night,dinner,good morning,party,reading")
_MUSIC = _each("the blue album,morning jazz,the evening news,yellow submarine,dancing queen")
_TOPICS = _each("lights,timers,alarms,music,lists,notes,the calendar,the weather,reminders")


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
    """What stands for a placeholder. Raises `KeyError` for one that nobody has given values yet: a sentence with a
    number in its place would be no answer of the assistant."""
    return VALUES[name](chance)


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


def _some(things: tuple[str, ...]) -> Callable[[random.Random], str]:
    return lambda chance: chance.choice(things)


def _few(things: tuple[str, ...]) -> Callable[[random.Random], str]:
    return lambda chance: _joined(chance.sample(things, chance.randint(1, 3)))


def _when(chance: random.Random) -> str:
    """A time or a period, as appointments and reminders have them."""
    return chance.choice((f"at {_time(chance)}", f"on {_date(chance)}", chance.choice(_PERIODS)))


def _event(chance: random.Random) -> str:
    return f"{chance.choice(_EVENTS)} at {_time(chance)}"


VALUES: dict[str, Callable[[random.Random], str]] = {
    "added": _few(_ITEMS),
    "agenda": _event,
    "alarms": _time,
    "beside": _event,
    "calendars": _some(_CALENDARS),
    "cancelled": lambda chance: f"the {chance.choice(_TIMERS)} timer",
    "clash": _some(_EVENTS),
    "count": lambda chance: chance.choice(_NUMBERS[1:6]),
    "day": _some(_DAYS),
    "devices": lambda chance: _joined([_thing(chance) for _ in range(chance.randint(1, 3))]),
    "done": lambda chance: _done(chance),
    "duration": lambda chance: _duration(chance),
    "folder": _some(_FOLDERS),
    "items": _few(_ITEMS),
    "list": _some(_LISTS),
    "lists": _few(_LISTS),
    "location": _some(_LOCATIONS),
    "name": _some(_TIMERS),
    "next": lambda chance: f"on {_date(chance)}",
    "note": _some(_TASKS),
    "notes": _some(_TASKS),
    "place": _some(_PLACES),
    "player": _some(_PLAYERS),
    "remaining": lambda chance: _duration(chance),
    "reminders": lambda chance: f"{chance.choice(_TASKS)}, {_when(chance)}",
    "removed": _few(_ITEMS),
    "scene": _some(_SCENES),
    "skipped": lambda chance: f"the one on {_date(chance)}",
    "spoken": lambda chance: chance.choice((_time, _date))(chance),
    "spoken_at": _when,
    "spoken_duration": lambda chance: _duration(chance),
    "spoken_name": lambda chance: f"{chance.choice(_TIMERS)} timer",
    "spoken_target": lambda chance: _thing(chance),
    "taken_by": _event,
    "target": lambda chance: _thing(chance),
    "thing": _some(_TASKS),
    "timers": lambda chance: f"the {chance.choice(_TIMERS)} timer, {_duration(chance)} left",
    "title": _some(_EVENTS),
    "topics": _few(_TOPICS),
    "what": _some(_MUSIC),
    "when": _when,
    "words": _some(_TASKS),
}


def words(text: str) -> list[str]:
    """As a recogniser writes them: lower case, no punctuation."""
    return re.sub(r"[^a-z' ]", " ", text.lower()).split()
