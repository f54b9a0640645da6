"""Who is asked, end to end: commands, open speech, noise and silence, mixed, to each engine and to the router.

    script/bench routing [--count N] [--whisper MODEL] [--snr DB] [--out FOLDER] [--details]

Flite's voices speak; FOLDER holds recordings of anything that is *not* meant for the assistant. *right*: intent
and every entity as in the sentence that was said. *wrong*: something else would be done. *dropped*: a command
that nothing would be done for. The delay is what the recogniser takes once the end of speech is noticed, 160 ms
after it, by the clock; its CPU time does not depend on what else the machine does. CPU is the time of the
recognisers over the length of the sound. *asked*: how often Whisper was, by the router.
"""

import argparse
import asyncio
import random
import sys
from pathlib import Path

from assistant.config import Config
from assistant.dialogue.project import RasaProject
from assistant.recognition.confidence import DOUBTFUL, SURE
from assistant.recognition.policy import SENSIBLE, SURE_MEANING
from audio.files import read
from benchmarks import hearing
from benchmarks.hearing import Run
from benchmarks.panel import Whispers, panel, whisper_model
from benchmarks.report import load, machine
from benchmarks.samples import (
    FLITE_MISSING,
    Kind,
    Sample,
    flite_is_missing,
    in_noise,
    nobody_speaks,
    padded,
    spoken,
    texts,
)


def main() -> int:
    arguments = _arguments()
    if flite_is_missing():
        print(f"bench: {FLITE_MISSING}", file=sys.stderr)
        return 1
    whisper = whisper_model(arguments.whisper)
    print(machine())
    print(f"Whisper: {whisper.name if whisper else 'no model is installed'}; {load()}")
    asyncio.run(bench(arguments, whisper))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=90, help="commands; a third as many of the rest")
    parser.add_argument("--whisper", default="", help="a model's name or folder")
    parser.add_argument("--snr", type=float, help="household noise with all speech, in dB")
    parser.add_argument("--out", type=Path, help="recordings that are no commands")
    parser.add_argument("--patient", action="store_true", help="wait for all answers: for a busy machine")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--details", action="store_true", help="list what went wrong, and all decisions")
    return parser.parse_args()


def mixture(count: int, seed: int, *, small_domain: bool, out: Path | None = None) -> list[Sample]:
    """Commands, a third as much open speech, and as many sounds without speech, in random order."""
    rest = max(2, count // 3)
    samples = spoken(Kind.COMMAND, texts(Kind.COMMAND, count, small_domain=small_domain))
    samples += spoken(Kind.OPEN, texts(Kind.OPEN, rest, small_domain=small_domain))
    samples += nobody_speaks(rest // 2, seed)
    for path in sorted(out.glob("*.wav")) if out else ():
        samples.append(Sample(Kind.OPEN, padded(read(path))))
    random.Random(seed).shuffle(samples)
    return samples


async def bench(arguments: argparse.Namespace, whisper: Whispers | None) -> None:
    config = Config()
    project = RasaProject.from_config(config)
    small = whisper is not None and whisper.small_domain
    samples = mixture(arguments.count, arguments.seed, small_domain=small, out=arguments.out)
    samples = in_noise(samples, arguments.snr, None, arguments.seed)
    async with panel(
        config, project, whisper.folder if whisper else None, patient=arguments.patient
    ) as asked:
        goals = await hearing.wanted(samples, asked.nlu)
        runs = {
            name: await hearing.hear(engine, samples, goals, asked.nlu)
            for name, engine in asked.engines.items()
        }
    report(runs)
    thresholds(runs["embedded"], config.dialogue.nlu_threshold)
    if arguments.details:
        details(runs)


def report(runs: dict[str, Run]) -> None:
    print(
        f"\n{'':<10}{'':<14}{'n':>5}{'right':>8}{'wrong':>8}{'dropped':>9}{'words wrong':>13}"
        f"{'median':>9}{'p95':>8}{'its CPU':>9}{'CPU':>8}{'asked':>7}"
    )
    for name, run in runs.items():
        for kind in Kind:
            print(_row(name, kind.value, run.of(kind)))
        print(_row(name, "all", run, cpu=True))


def _row(name: str, kind: str, run: Run, *, cpu: bool = False) -> str:
    if not run.heard:
        return f"{name:<10}{kind:<14}{0:>5}"
    errors = run.word_errors()
    median, p95 = run.delays_ms()
    asked = sum(
        each.transcript.decision is not None and each.transcript.decision.asked_whisper for each in run.heard
    )
    return (
        f"{name:<10}{kind:<14}{len(run.heard):>5}{sum(each.right for each in run.heard):>8}"
        f"{sum(each.wrong_action for each in run.heard):>8}{sum(each.dropped for each in run.heard):>9}"
        f"{'–' if errors is None else f'{errors:.1%}':>13}{median:>6.0f} ms{p95:>5.0f} ms{run.finish_cpu_ms():>6.0f} ms"
        f"{f'{run.cpu_s / run.audio_s:.1%}' if cpu else '':>8}{asked:>7}"
    )


def thresholds(run: Run, judge: float) -> None:
    """What the embedded recogniser alone would be believed, with other thresholds than those in use."""
    print(f"\n{'embedded alone, words believed':<58}{'right':>7}{'wrong':>7}{'acts on no command':>20}")
    for words in (SURE, 0.3, 0.7):
        print(_believed(f"from {words}", run, judge, words, 2.0, 1.0))
    for least in (0.0, 0.02, 0.05, SENSIBLE, DOUBTFUL, 0.3):
        for meaning in (0.8, SURE_MEANING, 0.95):
            name = f"from {SURE}, or from {least} where the meaning is sure from {meaning}"
            print(_believed(name, run, judge, SURE, meaning, least))


def _believed(name: str, run: Run, judge: float, words: float, meaning: float, least: float) -> str:
    taken = []
    for each in run.heard:
        decision = each.transcript.decision
        if decision is None or decision.embedded is None or decision.embedded.meaning is None:
            continue
        sure_of, means = decision.embedded.confidence, decision.embedded.meaning.confidence
        if (sure_of >= words and means >= judge) or (sure_of >= least and means >= meaning):
            taken.append(each)
    right = sum(bool(each.wanted.intent) and each.embedded == each.wanted for each in taken)
    wrong = sum(bool(each.wanted.intent) and each.embedded != each.wanted for each in taken)
    none = sum(bool(each.embedded.intent) and not each.wanted.intent for each in taken)
    return f"{name:<58}{right:>7}{wrong:>7}{none:>20}"


def details(runs: dict[str, Run]) -> None:
    for name, run in runs.items():
        print(f"\n{name}")
        for each in run.heard:
            if name != "router" and each.right:
                continue
            mark = "right" if each.right else "WRONG" if each.wrong_action else "dropped"
            print(f"  {mark:<8}{each.sample.kind:<12}“{each.sample.text}”")
            print(
                f"          “{each.transcript.text}” {each.transcript.engine} "
                f"{each.transcript.confidence:.2f} {each.done.intent}: {each.transcript.reason}"
            )


if __name__ == "__main__":
    sys.exit(main())
