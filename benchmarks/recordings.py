"""Recorded commands of real people: how many the embedded recogniser gets wholly right, and at what cost.

    script/bench recordings --speech DIR --labels FILE [--snr clean 24 12] [--noise FILE]

FILE is JSON: {"name.wav": {"intent": …, "slots": {entity: words}}}. The words that are heard go through Rasa's
understanding, trained on the project's data; a recording is right when the intent and every slot are, and there
are no others. Each recording is fed by blocks of 100 ms, as it would come from a microphone, each when the
recogniser has dealt with the last; it is told of pauses as the detector of voice hears them. CPU time is user and
system time of this process (recogniser and its streaming, neither Rasa nor that detector) over the length of the
recordings, silence included. The delay is that of `finish`, after the last block. Noise is mixed in over the power
of the whole recording; without --noise it is synthetic.
"""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from assistant.config import Config
from assistant.dialogue.client import Parse
from assistant.dialogue.names import OwnerNames
from assistant.dialogue.project import RasaProject
from assistant.dialogue.train import train
from assistant.dialogue.training_data import load_training_data
from assistant.dialogue.understanding import Understanding
from assistant.errors import UserError
from assistant.recognition.base import Transcript
from assistant.recognition.build import LanguageModelFiles, build_language_model
from assistant.recognition.sphinx import SphinxRecognizer
from assistant.recognition.sphinx_decoding import BLOCK_SAMPLES
from audio.files import read
from audio.frames import SAMPLE_RATE_HZ, Pcm
from benchmarks.noise import household_noise, mixed
from benchmarks.pauses import pauses
from benchmarks.report import machine

COFFEE = Path(__file__).parent / "coffee"
NOISE_S = 120.0


@dataclass(frozen=True, slots=True)
class Recording:
    name: str
    pcm: Pcm
    intent: str
    slots: dict[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """`words_wrong` of `words` in the slots: substituted, missing, or too many."""

    recording: Recording
    transcript: Transcript
    right: bool
    words_wrong: int
    words: int


@dataclass(slots=True)
class Run:
    """All recordings once, with one seed of noise and dither."""

    seed: int
    cpu_s: float = 0.0
    heard: list[Heard] = field(default_factory=list)

    @property
    def right(self) -> int:
        return sum(each.right for each in self.heard)


def main() -> int:
    arguments = _arguments()
    try:
        recordings = load(arguments.speech, arguments.labels, arguments.most)
    except (OSError, ValueError, UserError) as error:
        print(f"bench: the recordings cannot be read: {error}", file=sys.stderr)
        return 1
    except (KeyError, TypeError, AttributeError):
        print(f"bench: {arguments.labels} is not of the form that --help tells", file=sys.stderr)
        return 1
    noise = read(arguments.noise) if arguments.noise else None
    print(machine())
    asyncio.run(bench(arguments, recordings, noise))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--speech", type=Path, required=True, help="folder of recordings")
    parser.add_argument("--labels", type=Path, required=True, help="what was ordered in them (JSON)")
    parser.add_argument(
        "--snr", nargs="+", default=["clean"], help="clean, or decibels; several may be given"
    )
    parser.add_argument("--noise", type=Path, help="recorded noise; without, it is synthetic")
    parser.add_argument("--seed", type=int, default=0, help="of noise and dither")
    parser.add_argument("--seeds", type=int, default=1, help="repeat with so many seeds")
    parser.add_argument("--most", type=int, help="only the first so many recordings")
    parser.add_argument("--failures", action="store_true", help="list what was misheard")
    parser.add_argument("--project", type=Path, default=COFFEE, help="the Rasa project of these commands")
    return parser.parse_args()


def load(folder: Path, labels: Path, most: int | None = None) -> list[Recording]:
    """Sorted by name. Raises what reading sound and JSON raises."""
    wanted = json.loads(labels.read_text(encoding="utf-8"))
    return [
        Recording(name, read(folder / name), label["intent"], label["slots"])
        for name, label in sorted(wanted.items())[:most]
    ]


async def bench(arguments: argparse.Namespace, recordings: list[Recording], noise: Pcm | None) -> None:
    config = Config()
    project = RasaProject(arguments.project.resolve(), OwnerNames(), nlu_threshold=0.0)
    data = load_training_data(project.root, project.names)
    files = await build_language_model(data)
    model = await train(project)
    async with Understanding(project, model, config.dialogue.start_timeout_s) as nlu:
        for snr in arguments.snr:
            runs = []
            for seed in range(arguments.seed, arguments.seed + arguments.seeds):
                sounds = recordings if snr == "clean" else noisy(recordings, noise, float(snr), seed)
                runs.append(await run(files, config, sounds, nlu, seed))
            report(snr, runs, failures=arguments.failures)


def noisy(recordings: list[Recording], noise: Pcm | None, snr_db: float, seed: int) -> list[Recording]:
    rng = np.random.default_rng(seed)
    noise = household_noise(NOISE_S, rng) if noise is None else noise
    return [
        Recording(each.name, mixed(each.pcm, noise, snr_db, rng), each.intent, each.slots)
        for each in recordings
    ]


async def run(
    files: LanguageModelFiles, config: Config, recordings: list[Recording], nlu: Understanding, seed: int
) -> Run:
    result = Run(seed)
    recognizer = SphinxRecognizer(files, config.recognition.sphinx, seed=seed)
    await recognizer.start()
    try:
        paused = [pauses(each.pcm) for each in recordings]
        started_s = time.process_time()
        transcripts = [
            await listen(recognizer, each.pcm, at) for each, at in zip(recordings, paused, strict=True)
        ]
        result.cpu_s = time.process_time() - started_s
    finally:
        await recognizer.close()
    for recording, transcript in zip(recordings, transcripts, strict=True):
        parse = await nlu.parse(transcript.text) if transcript.text else None
        result.heard.append(judged(recording, transcript, parse))
    return result


async def listen(recognizer: SphinxRecognizer, pcm: Pcm, paused: list[int]) -> Transcript:
    stream = recognizer.stream(lambda _partial: None)
    for start in range(0, pcm.size, BLOCK_SAMPLES):
        stream.feed(pcm[start : start + BLOCK_SAMPLES])
        if any(start < pause <= start + BLOCK_SAMPLES for pause in paused):
            stream.look_ahead()
        await stream.caught_up()
    return await stream.finish()


def judged(recording: Recording, transcript: Transcript, parse: Parse | None) -> Heard:
    heard: dict[str, list[str]] = {}
    for entity in parse.entities if parse else ():
        heard.setdefault(entity["entity"], []).extend(str(entity["value"]).lower().split())
    wanted = {entity: words.lower().split() for entity, words in recording.slots.items()}
    wrong = sum(
        Levenshtein.distance(wanted.get(entity, []), heard.get(entity, [])) for entity in wanted | heard
    )
    right = parse is not None and parse.intent == recording.intent and heard == wanted
    return Heard(recording, transcript, right, wrong, sum(map(len, wanted.values())))


def report(snr: str, runs: list[Run], *, failures: bool) -> None:
    heard = [each for run in runs for each in run.heard]
    audio_s = sum(each.recording.pcm.size for each in heard) / SAMPLE_RATE_HZ
    per_run = " ".join(str(run.right) for run in runs)
    share = sum(each.right for each in heard) / len(heard)
    halves = [
        np.mean([each.right for run in runs for each in run.heard[first::2]])
        if len(runs[0].heard) > 1
        else share
        for first in (0, 1)
    ]
    delays_ms = [1000 * each.transcript.compute_s for each in heard]
    median, p95 = np.percentile(delays_ms, [50, 95])
    print(
        f"{'clean' if snr == 'clean' else snr + ' dB':<8}every slot right {share:.1%} "
        f"({per_run} of {len(runs[0].heard)}; halves {halves[0]:.1%} {halves[1]:.1%}), "
        f"slot words wrong {sum(each.words_wrong for each in heard) / sum(each.words for each in heard):.1%}, "
        f"CPU {sum(run.cpu_s for run in runs) / audio_s:.1%} of real time, "
        f"delay after the end {median:.0f} ms (95th percentile {p95:.0f})"
    )
    for run in runs if failures else ():
        for each in run.heard:
            if not each.right:
                print(f"  {each.recording.name} (seed {run.seed}): {each.recording.slots}")
                print(
                    f"      “{each.transcript.text}” {each.transcript.confidence:.2f} {each.transcript.reason}"
                )


if __name__ == "__main__":
    sys.exit(main())
