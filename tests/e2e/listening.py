"""Hears what the assistant said, with PocketSphinx and a language model of answers that it could have given."""

import tempfile
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder, get_model_path
from pocketsphinx.lm import ArpaBoLM

from audio.files import read
from audio.frames import Pcm

ROOMS = ("kitchen", "bedroom", "living room", "hall", "front door")
THINGS = ("light", "lights", "fan", "blinds", "thermostat")
STATES = ("on", "off", "open", "closed", "locked", "unlocked")
ITEMS = ("milk", "eggs", "bread", "butter", "coffee", "apples")
NUMBERS = ("one", "two", "three", "five", "eight", "ten", "twenty", "thirty", "forty")


def possible_answers() -> list[str]:
    """Every room with every state, every pair of things on a list: what was really said is one of many."""
    places = [f"{room} {thing}" for room in ROOMS for thing in THINGS]
    turned = ("i've turned the", "okay i've turned the")
    answers = [f"{lead} {place} {state}" for place in places for state in STATES for lead in turned]
    answers += [
        f"the {place} {verb} {state}" for place in places for state in STATES for verb in ("is", "are")
    ]
    pairs = [f"{a} and {b}" for a in ITEMS for b in ITEMS if a != b]
    answers += [f"on your shopping list {pair}" for pair in pairs]
    answers += [f"i've put {pair} on your shopping list" for pair in pairs]
    answers += [f"you have {pair} on your shopping list" for pair in pairs]
    for number in NUMBERS:
        answers += [f"okay {number} minutes starting now", f"okay {number} minutes from now"]
        answers += [f"your {number} minute timer is running"]
        answers += [f"it's {number} {other}" for other in NUMBERS]
    return answers


def heard(sound: Path | Pcm) -> str:
    """The words in a recording of answers, 16 kHz if it is given as samples."""
    pcm = read(sound) if isinstance(sound, Path) else sound
    model = ArpaBoLM(text="\n".join(possible_answers()) + "\n", add_start=True, discount_mass=0.05)
    model.compute()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lm"
        with open(path, "w", encoding="utf-8") as out:
            model.write(out)
        decoder = Decoder(lm=str(path), dict=get_model_path("en-us/cmudict-en-us.dict"), loglevel="FATAL")
    dither = np.random.default_rng(0).normal(0, 20, len(pcm))  # digital silence upsets its features
    noisy = np.clip(pcm + dither, -32768, 32767).astype(np.int16)
    decoder.start_utt()
    decoder.process_raw(noisy.tobytes(), full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    return str(hypothesis.hypstr) if hypothesis else ""
