"""Turn-taking, measured from outside on a virtual sound card.

    script/bench turns [delay|cuts|interruption|idle|whisper|pipecat …] [--count N] [--json FILE] [--set KEY=VALUE …]

Without the name of a part: all of them, an hour. The person is one of flite's voices; what they say and what is
answered is recorded at the microphone and the loudspeaker of a PulseAudio of its own, and timed there.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from assistant.config import Config
from assistant.dialogue.project import RasaProject
from benchmarks.pipecat import bench as pipecat
from benchmarks.report import load, machine
from benchmarks.turns import cuts, delay, idle, interruption, proof, whisper
from benchmarks.turns.figures import Report
from benchmarks.turns.person import FLITE_MISSING, Person, flite_is_missing
from benchmarks.turns.utterances import commands, paused, written
from tests.sound_card import missing


def main() -> int:
    arguments = _arguments()
    reason = FLITE_MISSING if flite_is_missing() else missing()
    if reason:
        print(f"bench: {reason}", file=sys.stderr)
        return 1
    print(f"{machine()}\n{load()}")
    facts: dict[str, object] = {"machine": machine()}
    for name in arguments.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            found = PARTS[name](arguments, Path(folder))
        print(f"\n{name}\n" + "\n".join(found.lines), flush=True)
        facts[name] = found.facts
        if arguments.json is not None:  # after each, so that what comes later cannot lose it
            arguments.json.write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


def _delay(arguments: argparse.Namespace, folder: Path) -> Report:
    chosen = commands()[arguments.skip :][: arguments.count]
    return delay.report(delay.measure(chosen, folder, arguments.set))


def _cuts(arguments: argparse.Namespace, folder: Path) -> Report:
    person, utterances = Person(folder), paused(arguments.count)
    sounds = [
        cuts.Sound(written(each), person.sound(each.parts, each.voice), each.over) for each in utterances
    ]
    meaning = cuts.by_meaning(sounds, RasaProject.from_config(Config()))
    found = cuts.report(sounds, meaning, "flite's voices, pauses of 0.3 to 0.8 s inside commands")
    if arguments.proof:
        real = proof.in_real_time(proof.sample(utterances, arguments.proof), folder, arguments.set)
        found.add("real_time", proof.compare(real, meaning))
    if arguments.speech is not None:
        people = cuts.people(arguments.speech, arguments.labels, arguments.count)
        heard = cuts.by_meaning(people, cuts.people_project())
        found.add("people", cuts.report(people, heard, "recorded orders of people, as they paused"))
    return found


def _interruption(arguments: argparse.Namespace, folder: Path) -> Report:
    count, minutes = arguments.count or 50, arguments.playback_minutes
    return interruption.report(folder, arguments.set, count, minutes, wake_word=arguments.wake_word)


def _idle(arguments: argparse.Namespace, folder: Path) -> Report:
    person = Person(folder)
    sounds = [person.sound(each.parts, each.voice) for each in whisper.utterances(12)]
    return idle.report(folder, arguments.set, arguments.idle_seconds, sounds)


def _whisper(arguments: argparse.Namespace, folder: Path) -> Report:
    return whisper.report(folder, arguments.set, arguments.count or 30)


def _pipecat(arguments: argparse.Namespace, folder: Path) -> Report:
    return pipecat.part(arguments.count)


PARTS: dict[str, Callable[[argparse.Namespace, Path], Report]] = {
    "delay": _delay,
    "cuts": _cuts,
    "interruption": _interruption,
    "idle": _idle,
    "whisper": _whisper,
    "pipecat": _pipecat,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/bench turns", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--count", type=int, help="only so many turns of each part")
    parser.add_argument("--skip", type=int, default=0, help="without the first so many")
    parser.add_argument("--proof", type=int, default=12, help="cuts: so many of them in real time as well")
    parser.add_argument("--speech", type=Path, help="cuts: folder of people's recordings, judged too")
    parser.add_argument("--labels", type=Path, help="cuts: what is said in them; else SPEECH.json beside it")
    parser.add_argument(
        "--playback-minutes", type=float, default=3.0, help="interruption: of answers with nobody else there"
    )
    parser.add_argument("--wake-word", action="store_true", help="interruption: who interrupts says it first")
    parser.add_argument("--idle-seconds", type=float, default=30.0, help="idle: how long it is watched")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
