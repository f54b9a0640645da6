"""What the embedded recogniser refuses: of commands, and of everything else.

    script/bench refusal [--recordings DIR --labels FILE] [--open DIR] [--noise FILE] [--save FILE | --load FILE]

Two domains, the home and the coffee orders of `benchmarks/coffee`, each with the other's commands as what it has
to refuse, besides open speech, near misses (sentences that share words with commands), noise and music. Flite's
voices speak; DIR holds recorded commands of the coffee domain, as `script/bench recordings` takes them, and
recorded speech that is nobody's command. Sentences that no training data has are the home's commands, so some
are not heard rightly.

Prints how well the confidence separates, what is refused at the thresholds in use and where 3 % of commands are
lost, and how far the confidence may be believed as a probability.
"""

import argparse
import asyncio
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

from assistant.config import Config
from assistant.dialogue.names import OwnerNames
from assistant.dialogue.project import RasaProject
from assistant.dialogue.training_data import load_training_data
from assistant.recognition.build import build_language_model
from audio.files import read
from benchmarks import recordings
from benchmarks.refusal import fit, report, sounds
from benchmarks.refusal.hearing import Domain, Heard, listen
from benchmarks.refusal.sounds import Sound, Studio
from benchmarks.report import machine

COMMAND, RECORDED_COMMAND = "commands, synthetic", "commands, recorded"


def main() -> int:
    arguments = _arguments()
    if arguments.load:
        heard: list[Heard] = pickle.loads(arguments.load.read_bytes())  # what --save wrote
    else:
        heard = asyncio.run(hear(arguments))
    if arguments.save:
        arguments.save.write_bytes(pickle.dumps(heard))
    print(machine())
    if arguments.fit:
        print(f"\nfitted to all of this: {fit.fitted(heard)}")
        print("\nbelow: each sound judged by weights fitted to the other domain and to other speakers")
    report.print_all(heard, fit.cross_tested(heard) if arguments.fit else report.confidences(heard))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recordings", type=Path, help="folder of recorded coffee orders")
    parser.add_argument("--labels", type=Path, help="what was ordered in them (JSON)")
    parser.add_argument("--open", type=Path, help="folder of recorded speech that is no command")
    parser.add_argument("--noise", type=Path, help="recorded noise; without, it is synthetic")
    parser.add_argument("--share", type=float, default=1.0, help="only so much of each kind (0..1)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path, help="keep what was heard here")
    parser.add_argument("--load", type=Path, help="judge what was kept, without listening again")
    parser.add_argument("--fit", action="store_true", help="fit the weights anew, and test them across")
    arguments = parser.parse_args()
    if (arguments.recordings is None) != (arguments.labels is None):
        parser.error("--recordings and --labels go together")
    return arguments


async def hear(arguments: argparse.Namespace) -> list[Heard]:
    home = RasaProject.from_config(Config())
    coffee = RasaProject(recordings.COFFEE.resolve(), OwnerNames(), nlu_threshold=0.0)
    domains = [await _domain(name, project) for name, project in (("home", home), ("coffee", coffee))]
    studio = Studio(arguments.seed, read(arguments.noise) if arguments.noise else None)
    plan = Plan(studio, domains, home.root / "tests" / "heldout", arguments)
    return [heard for domain in domains for heard in listen(domain, plan.sounds(domain.name), arguments.seed)]


async def _domain(name: str, project: RasaProject) -> Domain:
    data = load_training_data(project.root, project.names)
    return Domain(name, await build_language_model(data), data)


class Plan:
    """Which sounds are played to which domain."""

    def __init__(
        self, studio: Studio, domains: list[Domain], heldout: Path, arguments: argparse.Namespace
    ) -> None:
        self._studio = studio
        self._share = arguments.share
        self._open = arguments.open
        self._commands = {
            "home": sounds.home_commands(heldout),
            "coffee": sounds.sampled_commands(domains[1].data, 60, arguments.seed),
        }
        self._recorded = (
            recordings.load(arguments.recordings, arguments.labels) if arguments.recordings else []
        )

    def sounds(self, domain: str) -> Iterator[tuple[Sound, bool]]:
        """Each with whether it is a command of the domain."""
        other = "coffee" if domain == "home" else "home"
        wanted = domain == "coffee"
        for sound in self._spoken(COMMAND, self._commands[domain]):
            yield sound, True
        for sound in self._orders(RECORDED_COMMAND if wanted else sounds.OTHER_RECORDED, wanted):
            yield sound, wanted
        most = 10_000 if domain == "home" else 70
        yield from ((each, False) for each in self._spoken(sounds.OPEN, sounds.lines("open.txt")[:most]))
        yield from ((each, False) for each in self._spoken(sounds.NEAR, sounds.lines("near.txt")[:most]))
        yield from ((each, False) for each in self._spoken(sounds.OTHER, self._commands[other][:60]))
        for what in sounds.NOISES:
            yield from ((self._studio.noise(what), False) for _ in range(self._count(8)))
        if self._open:
            pieces = list(self._studio.recordings(sounds.RECORDED, self._open))
            yield from ((each, False) for each in pieces[:: max(1, len(pieces) // self._count(120))])

    def _spoken(self, kind: str, texts: list[str]) -> Iterator[Sound]:
        levels = sounds.SNR_DB
        for number, text in enumerate(texts[: self._count(len(texts))]):
            yield self._studio.spoken(kind, text, levels[number % len(levels)])

    def _orders(self, kind: str, every_level: bool) -> Iterator[Sound]:
        for number, each in enumerate(self._recorded[: self._count(len(self._recorded))]):
            sound = sounds.trimmed(Sound(kind, each.name, each.pcm, slots=each.slots))
            for place, level in enumerate(sounds.SNR_DB):
                if every_level or number % len(sounds.SNR_DB) == place:
                    yield self._studio.in_noise(sound, level)

    def _count(self, all_of_them: int) -> int:
        return max(1, round(self._share * all_of_them)) if all_of_them else 0


if __name__ == "__main__":
    sys.exit(main())
