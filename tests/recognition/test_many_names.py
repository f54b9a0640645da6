"""Two thousand contacts and five hundred songs beside the project's own commands, with the real PocketSphinx."""

import asyncio
import random
import resource
import time
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from assistant import paths
from assistant.config.model import Sphinx
from assistant.dialogue.names import OwnerNames
from assistant.dialogue.training_data import load_spoken_data
from assistant.recognition.build import LanguageModelFiles, build_language_model
from assistant.recognition.sphinx import SphinxRecognizer
from tests.recognition.speech import WHY, needs_flite, say

pytestmark = [pytest.mark.skipif(needs_flite, reason=WHY), pytest.mark.timeout(600)]

# fmt: off
FIRST = [
    "anna", "bert", "carla", "david", "emma", "frank", "grace", "henry", "irene", "jack", "karen",
    "leo", "maria", "nathan", "olivia", "peter", "quentin", "rachel", "simon", "tina", "ursula",
    "victor", "wendy", "xavier", "yvonne", "zoe", "amir", "bianca", "cedric", "dolores", "edgar",
    "fiona", "gustav", "helga", "ivan", "julia", "kofi", "lucia", "mohammed", "nadia", "oscar", "priya",
    "rafael", "sofia", "tomas", "yuki",
]
LAST = [
    "adams", "becker", "chopra", "dubois", "evans", "fischer", "garcia", "hoffman", "ivanov", "jones",
    "kowalski", "larsen", "meyer", "nakamura", "olsen", "patel", "quinn", "rossi", "schmidt", "tanaka",
    "ueda", "vargas", "weber", "young", "zimmerman", "abbott", "brennan", "castillo", "delgado",
    "eriksen", "forbes", "gupta", "haas", "ibrahim", "jensen", "keller", "lopez", "marino", "novak",
    "okafor", "perez", "quigley", "romero", "silva", "torres",
]
WORDS = [
    "blue", "moon", "river", "summer", "night", "fire", "rain", "heart", "road", "golden", "silver",
    "dream", "river", "city", "lights", "wind", "ocean", "winter", "train", "shadow", "dancing",
    "morning", "star", "thunder", "garden", "mirror", "letter", "window", "paper", "candle",
]

# fmt: on


def contacts() -> tuple[str, ...]:
    everybody = [f"{first} {last}" for first, last in product(FIRST, LAST)]
    return tuple(random.Random(0).sample(everybody, 2000))


def songs() -> tuple[str, ...]:
    titles = [
        " ".join(words) for words in product(WORDS, WORDS, ("", "again", "forever")) if len(set(words)) == 3
    ]
    return tuple(random.Random(1).sample(sorted({" ".join(title.split()) for title in titles}), 500))


@dataclass
class Made:
    files: LanguageModelFiles
    cpu_s: float
    wall_s: float


def made(names: OwnerNames, folder: Path) -> Made:
    data = load_spoken_data(paths.rasa_project(), names)
    before, began_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    files = asyncio.run(build_language_model(data, folder, overrides=folder / "none.txt"))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Made(files, cpu_s, time.monotonic() - began_s)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Made:
    names = OwnerNames(people=contacts(), media=songs())
    return made(names, tmp_path_factory.mktemp("many"))


async def test_each_of_them_can_be_heard_and_no_command_is_lost(
    many: Made, tmp_path_factory: pytest.TempPathFactory
) -> None:
    few = await asyncio.to_thread(made, OwnerNames(), tmp_path_factory.mktemp("few"))
    for name, each in (("without names", few), ("2,500 names", many)):
        size_kb = each.files.language_model.stat().st_size // 1000
        print(f"{name}: made in {each.cpu_s:.1f} s of CPU ({each.wall_s:.1f} s), {size_kb} kB")
    chance = random.Random(2)
    said = [f"add call {name} to my to do list" for name in chance.sample(contacts(), 10)]
    said += [f"play {title}" for title in chance.sample(songs(), 10)]
    commands = [
        "stop",
        "what time is it",
        "turn on the kitchen light",
        "set a timer for ten minutes",
        "yes",
        "no",
    ]
    recognizer = SphinxRecognizer(many.files, Sphinx())
    began_s, cpu_s = time.monotonic(), time.process_time()
    await recognizer.start()
    print(f"loaded in {time.process_time() - cpu_s:.2f} s of CPU ({time.monotonic() - began_s:.2f} s)")
    heard: dict[str, str] = {}
    for text in (*said, *commands):
        stream = recognizer.stream()
        stream.feed(await asyncio.to_thread(say, text))
        heard[text] = (await stream.finish()).text
    await recognizer.close()
    wrong = {text: got for text, got in heard.items() if got != text}
    print(f"{len(heard) - len(wrong)} of {len(heard)} word for word; {wrong}")
    assert not set(commands) & set(wrong)
    assert len(wrong) <= 4
