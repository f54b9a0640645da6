"""What is taken for a command and what is not: confidence of the embedded recogniser and of the understanding.

    script/bench routing [--out FOLDER]

Commands are spoken by three voices of flite; FOLDER holds recordings of anything that is *not* meant for the
assistant. Prints how many of each would be taken, for several thresholds.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.config import Config
from assistant.dialogue.project import RasaProject
from assistant.dialogue.train import train
from assistant.dialogue.understanding import Understanding
from assistant.recognition import factory
from assistant.recognition.confidence import HOPELESS
from assistant.recognition.policy import SURE, SURE_MEANING
from assistant.recognition.sphinx import SphinxRecognizer
from audio.files import read
from audio.frames import SAMPLE_RATE_HZ
from benchmarks.commands import COMMANDS
from benchmarks.report import machine

VOICES = ("slt", "rms", "awb")
NOT_A_COMMAND = ("nlu_fallback", "out_of_scope", "")


@dataclass(frozen=True, slots=True)
class Heard:
    wanted: str  # the intent; empty for what is no command
    confidence: float
    intent: str
    meaning: float  # the understanding's confidence

    def taken(self, words: float, least: float, meaning: float) -> bool:
        if not least <= self.confidence or self.intent in NOT_A_COMMAND:
            return False
        return self.confidence >= words or self.meaning >= meaning


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, help="recordings that are no commands")
    parser.add_argument("--most", type=int, default=100, help="how many of them")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        sounds = [(path, intent) for path, intent in spoken(Path(folder))]
        if arguments.out:
            sounds += [(path, "") for path in sorted(arguments.out.glob("*.wav"))[: arguments.most]]
        heard = asyncio.run(listen(sounds))
    print(machine())
    report(heard)
    return 0


def spoken(folder: Path) -> list[tuple[Path, str]]:
    sounds = []
    for voice in VOICES:
        for number, (text, intent) in enumerate(COMMANDS):
            path = folder / f"{voice}-{number:02}.wav"
            subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
            sounds.append((path, intent))
    return sounds


async def listen(sounds: list[tuple[Path, str]]) -> list[Heard]:
    config = Config()
    project = RasaProject.from_config(config)
    model = await train(project)
    recognizer = SphinxRecognizer(await factory.files_for(project), config.recognition.sphinx)
    await recognizer.start()
    silence = np.zeros(SAMPLE_RATE_HZ // 2, np.int16)
    heard = []
    try:
        async with Understanding(project, model, config.dialogue.start_timeout_s) as nlu:
            for path, wanted in sounds:
                stream = recognizer.stream()
                stream.feed(np.concatenate([silence, read(path), silence]))
                transcript = await stream.finish()
                parse = await nlu.parse(transcript.text) if transcript.text else None
                intent, meaning = (parse.intent, parse.confidence) if parse else ("", 0.0)
                heard.append(Heard(wanted, transcript.confidence, intent, meaning))
    finally:
        await recognizer.close()
    return heard


def report(heard: list[Heard]) -> None:
    commands = [each for each in heard if each.wanted]
    others = [each for each in heard if not each.wanted]
    right = [each for each in commands if each.intent == each.wanted]
    print(f"{len(commands)} commands, {len(right)} understood rightly; {len(others)} sounds that are none")
    print(f"{'taken':<52}{'right':>8}{'wrong':>8}{'no command':>12}")
    rules = (
        ("words sure, nothing else", SURE, HOPELESS, 2.0),
        (f"or meaning sure from {SURE_MEANING} (what the router does)", SURE, HOPELESS, SURE_MEANING),
        ("or meaning sure from 0.8", SURE, HOPELESS, 0.8),
        ("or meaning sure from 0.95", SURE, HOPELESS, 0.95),
        (f"meaning sure from {SURE_MEANING}, whatever the words", SURE, 0.0, SURE_MEANING),
    )
    for name, words, least, meaning in rules:
        taken = [each for each in heard if each.taken(words, least, meaning)]
        rightly = sum(each.wanted == each.intent for each in taken if each.wanted)
        wrongly = sum(each.wanted != each.intent for each in taken if each.wanted)
        none = sum(not each.wanted for each in taken)
        print(f"{name:<52}{rightly:>8}{wrongly:>8}{none:>12}")


if __name__ == "__main__":
    sys.exit(main())
