"""All figures of speech in one run: recognisers and router, clean and in noise; Whisper's windows; voices.

    script/bench speech [--quick] [--count N] [--snr clean 24 12 6] [--whisper MODEL] [--piper VOICE]
                        [--speech DIR --labels FILE [--noise FILE]]

Flite's voices speak sentences that no recogniser was trained on, a third of them open speech; DIR adds recorded
orders of real people (FILE is JSON: {"name.wav": {"intent": …, "slots": {entity: words}}}, see `recordings`).
Without an installed Whisper model or Piper voice the tests' own small ones take their place, and are named.

*accepted*: intent and every entity are those of the sentence that was said. *words wrong*: substituted, missing
or too many, of the words said. *real time*: CPU time of the recogniser over the length of the sound. *delay*: by
the clock, from when the end of speech is noticed, 160 ms after it; beside it the median of its CPU time, which
does not depend on what else the machine does.
"""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.config import Config
from assistant.dialogue.client import DialogueUnavailable
from assistant.dialogue.names import OwnerNames
from assistant.dialogue.project import RasaProject
from assistant.errors import UserError
from assistant.models import find_voice
from audio.files import read
from audio.frames import Pcm
from benchmarks import hearing, memory, recordings, voice, windows
from benchmarks.answers import answers
from benchmarks.hearing import Run, Wanted
from benchmarks.panel import Whispers, panel, whisper_model
from benchmarks.report import load, machine
from benchmarks.samples import FLITE_MISSING, Kind, Sample, flite_is_missing, in_noise, spoken, texts

QUICK_COUNT = 9


def main() -> int:
    arguments = _arguments()
    if flite_is_missing():
        print(f"bench: {FLITE_MISSING}", file=sys.stderr)
        return 1
    if arguments.quick:
        arguments.count = min(arguments.count, QUICK_COUNT)
    whisper = whisper_model(arguments.whisper)
    print(machine())
    print(f"Whisper: {whisper.name if whisper else 'no model is installed'}; {load()}")
    try:
        asyncio.run(recognisers(arguments, whisper))
        if arguments.speech:
            asyncio.run(recorded(arguments, whisper))
        memory_of_all(whisper)
        if whisper is not None:
            asyncio.run(whisper_windows(arguments, whisper))
        speeds(arguments)
    except (UserError, DialogueUnavailable) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(f"\nat the end: {load()}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=90, help="sentences for each level of noise")
    parser.add_argument("--quick", action="store_true", help=f"at most {QUICK_COUNT} of them")
    parser.add_argument("--snr", nargs="+", default=["clean", "24", "12", "6"], help="clean, or decibels")
    parser.add_argument("--whisper", default="", help="a model's name or folder")
    parser.add_argument("--piper", default="", help="a Piper voice's name or file")
    parser.add_argument("--speech", type=Path, help="folder of recorded orders")
    parser.add_argument("--labels", type=Path, help="what was ordered in them (JSON)")
    parser.add_argument("--noise", type=Path, help="recorded noise; without, it is synthetic")
    parser.add_argument("--patient", action="store_true", help="wait for all answers: for a busy machine")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if (arguments.speech is None) != (arguments.labels is None):
        parser.error("--speech and --labels belong together")
    return arguments


# ── recognisers and router ────────────────────────────────────────────────────────────────────────────────

HEADER = (
    f"{'':<18}{'accepted':>18}{'words wrong':>13}{'open speech':>13}"
    f"{'real time':>11}{'delay: median':>15}{'p95':>8}{'CPU':>8}"
)


def synthetic(count: int, whisper: Whispers | None) -> list[Sample]:
    small = whisper is not None and whisper.small_domain
    return spoken(Kind.COMMAND, texts(Kind.COMMAND, count - count // 3, small_domain=small)) + spoken(
        Kind.OPEN, texts(Kind.OPEN, count // 3, small_domain=small)
    )


async def recognisers(arguments: argparse.Namespace, whisper: Whispers | None) -> None:
    config = Config()
    clean = synthetic(arguments.count, whisper)
    noise = _noise(arguments)
    async with panel(
        config,
        RasaProject.from_config(config),
        whisper.folder if whisper else None,
        patient=arguments.patient,
    ) as asked:
        goals = await hearing.wanted(clean, asked.nlu)
        print(f"\nsynthetic speech: words wrong of commands and of open speech\n{HEADER}")
        for snr in arguments.snr:
            samples = in_noise(clean, _decibels(snr), noise, arguments.seed)
            for name, engine in asked.engines.items():
                run = await hearing.hear(engine, samples, goals, asked.nlu)
                print(_row(snr, name, run), flush=True)


def _row(snr: str, name: str, run: Run) -> str:
    commands, open_speech = run.of(Kind.COMMAND), run.of(Kind.OPEN)
    right = sum(each.right for each in commands.heard)
    median, p95 = run.delays_ms()
    return (
        f"{snr if snr == 'clean' else snr + ' dB':<8}{name:<10}"
        f"{f'{right} of {len(commands.heard)}, {right / len(commands.heard):.0%}':>18}"
        f"{_percent(commands.word_errors()):>13}{_percent(open_speech.word_errors()):>13}"
        f"{run.cpu_s / run.audio_s:>11.3f}{median:>12.0f} ms{p95:>5.0f} ms{run.finish_cpu_ms():>5.0f} ms"
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _decibels(snr: str) -> float | None:
    return None if snr == "clean" else float(snr)


def _noise(arguments: argparse.Namespace) -> Pcm | None:
    return read(arguments.noise) if arguments.noise else None


# ── recordings of people ──────────────────────────────────────────────────────────────────────────────────


async def recorded(arguments: argparse.Namespace, whisper: Whispers | None) -> None:
    """The small model of the tests knows none of these words, so it is left out."""
    config, real = Config(), whisper is not None and not whisper.small_domain
    most = QUICK_COUNT if arguments.quick else None
    given = recordings.load(arguments.speech, arguments.labels, most)
    project = RasaProject(recordings.COFFEE, OwnerNames(), nlu_threshold=0.0)
    samples = [Sample(Kind.COMMAND, each.pcm, "recorded") for each in given]
    print(f"\nrecorded orders of people: {'slot words wrong':>20}\n{HEADER}")
    async with panel(
        config, project, whisper.folder if whisper and real else None, patient=arguments.patient
    ) as asked:
        for snr in arguments.snr:
            noisy = in_noise(samples, _decibels(snr), _noise(arguments), arguments.seed)
            for name, engine in asked.engines.items():
                run = await hearing.hear(engine, noisy, [Wanted()] * len(noisy), asked.nlu)
                print(_recorded_row(snr, name, given, run), flush=True)


def _recorded_row(snr: str, name: str, given: Sequence[recordings.Recording], run: Run) -> str:
    judged = [
        recordings.judged(recording, heard.transcript, heard.parse)
        for recording, heard in zip(given, run.heard, strict=True)
    ]
    right, words = sum(each.right for each in judged), sum(each.words for each in judged)
    median, p95 = run.delays_ms()
    return (
        f"{snr if snr == 'clean' else snr + ' dB':<8}{name:<10}"
        f"{f'{right} of {len(judged)}, {right / len(judged):.0%}':>18}"
        f"{_percent(sum(each.words_wrong for each in judged) / words):>13}{'–':>13}"
        f"{run.cpu_s / run.audio_s:>11.3f}{median:>12.0f} ms{p95:>5.0f} ms{run.finish_cpu_ms():>5.0f} ms"
    )


# ── memory, windows, voices ───────────────────────────────────────────────────────────────────────────────


def memory_of_all(whisper: Whispers | None) -> None:
    print("\nmemory (resident set, more than the program without it)")
    for name, model in _parts(whisper):
        try:
            print(f"{name:<18}{memory.megabytes(name, model):>8.0f} MB", flush=True)
        except (subprocess.SubprocessError, ValueError) as error:
            print(f"{name:<18}not measured: {error}")


def _parts(whisper: Whispers | None) -> Iterator[tuple[str, str]]:
    yield "embedded", ""
    if whisper is not None:
        yield "whisper", str(whisper.folder)
        yield "router", str(whisper.folder)


async def whisper_windows(arguments: argparse.Namespace, whisper: Whispers) -> None:
    samples = synthetic(arguments.count, whisper)
    print(
        f"\nWhisper's window, one thread (CPU time; {len(samples)} sentences, clean)\n"
        f"{'':<10}{'encoder':>12}{'every word right':>20}{'words wrong':>13}{'real time':>11}"
    )
    settings = Config().recognition.whisper
    for each in await windows.compare(whisper.folder, settings, samples):
        print(
            f"{f'{each.window_s} s':<10}{each.encoder_ms:>9.1f} ms"
            f"{f'{each.every_word_right} of {len(samples)}':>20}{_percent(each.run.word_errors()):>13}"
            f"{each.run.cpu_s / each.run.audio_s:>11.3f}",
            flush=True,
        )


def speeds(arguments: argparse.Namespace) -> None:
    """CPU against real time, and how long until the first clause, cold, warm and from the cache."""
    piper = _piper(arguments.piper)
    spoken_texts = answers(QUICK_COUNT if arguments.quick else 60, voice.MEASURED_SEED)
    print(f"\nvoices ({len(spoken_texts)} answers){'' if piper else '; no Piper voice is installed'}")
    try:
        voice.print_speed([voice.speed(one, spoken_texts) for one in voice.voices(piper)])
    except (RuntimeError, subprocess.SubprocessError) as error:
        print(f"not measured: {error}")


def _piper(name: str) -> str:
    """The voice asked for, else one that is installed, else the tests' own."""
    path = find_voice(name) or (voice.FIXTURE if not name and voice.FIXTURE.is_file() else None)
    return str(path) if path is not None else name


if __name__ == "__main__":
    sys.exit(main())
