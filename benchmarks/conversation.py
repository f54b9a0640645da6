"""A whole assistant on spoken commands: time of each stage, start-up, memory, idle CPU.

    script/bench conversation [--voice rms] [--count 60] [--set KEY=VALUE …]

Starts `assistant run` as a person would, on recordings made here with flite, in real time; nothing is
measured from inside but what the assistant itself reports (`--json`).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from benchmarks.commands import COMMANDS
from benchmarks.report import HEADER, machine, row

STAGES = (
    ("end_of_turn", "end of speech → end of turn decided"),
    ("transcript", "end of speech → transcript"),
    ("intent", "end of speech → intent"),
    ("first_text", "end of speech → first text of the answer"),
    ("first_clause", "end of speech → first clause as sound"),
    ("first_sound", "end of speech → first sound of the answer"),
)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--voice", default="rms", help="flite voice of the person (rms, awb, slt)")
    parser.add_argument("--count", type=int, default=len(COMMANDS))
    parser.add_argument("--set", action="append", default=[], help="a setting of the assistant")
    parser.add_argument(
        "--idle", type=float, default=30.0, help="seconds of silence for the idle CPU; 0: none"
    )
    arguments = parser.parse_args()
    if shutil.which("flite") is None:
        print(
            "bench: flite speaks the commands and is missing: sudo apt-get install -y flite", file=sys.stderr
        )
        return 1
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        return bench(arguments, Path(folder))


def bench(arguments: argparse.Namespace, folder: Path) -> int:
    commands = COMMANDS[: arguments.count]
    paths = [speak(text, arguments.voice, folder / f"{i:02}.wav") for i, (text, _) in enumerate(commands)]
    environment = os.environ | {"ASSISTANT_STATE_DIR": str(folder / "state")}
    program = [str(Path(sys.executable).parent / "assistant")]
    for setting in arguments.set:
        program += ["--set", setting]
    subprocess.run([*program, "train"], check=True, env=environment, stdout=subprocess.DEVNULL)
    command = [
        *program,
        "run",
        "--json",
        "--input",
        *map(str, paths),
        "--output",
        str(folder / "answers.wav"),
    ]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        peaks = Peaks(process.pid)
        output, _ = process.communicate(timeout=30 * 60)
        peaks.stop()
    report = json.loads(output)
    print(machine())
    print_turns(report["turns"], commands)
    print()
    for name, seconds in report["startup_s"].items():
        print(f"{'start → ' + name.replace('_', ' '):<44}{seconds:>9.2f} s")
    print()
    for name, megabytes in peaks.megabytes.items():
        print(f"{'memory at most, ' + name:<44}{megabytes:>9.0f} MB (resident)")
    if arguments.idle:
        print_idle(program, environment, arguments.idle)
    return 0


def print_turns(turns: list[dict[str, Any]], commands: tuple[tuple[str, str], ...]) -> None:
    print(f"{len(turns)} turns of {len(commands)} spoken commands\n\n{HEADER}")
    for stage, name in STAGES:
        print(row(name, [1000 * t["stages_s"][stage] for t in turns if stage in t["stages_s"]]))
    print(row("recogniser's work after it was told to finish", [1000 * t["recognition_s"] for t in turns]))
    print(
        row("end of turn → first text (dialogue, action)", list(between(turns, "end_of_turn", "first_text")))
    )
    print(row("first text → first sound", list(between(turns, "first_text", "first_sound"))))
    print(row("end of turn → first sound", list(between(turns, "end_of_turn", "first_sound"))))
    if len(turns) == len(commands):
        words = sum(turn["transcript"] == text for turn, (text, _) in zip(turns, commands, strict=True))
        intents = sum(turn["intent"] == intent for turn, (_, intent) in zip(turns, commands, strict=True))
        print(f"\nevery word right {words}/{len(commands)}, intent right {intents}/{len(commands)}")
        for turn, (text, intent) in zip(turns, commands, strict=True):
            if turn["intent"] != intent or turn["transcript"] != text:
                print(f"  “{text}” ({intent}) → “{turn['transcript']}” ({turn['intent']})")


def between(turns: list[dict[str, Any]], first: str, second: str) -> Iterator[float]:
    for turn in turns:
        stages = turn["stages_s"]
        if first in stages and second in stages:
            yield 1000 * (stages[second] - stages[first])


def speak(text: str, voice: str, path: Path) -> Path:
    subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
    return path


def name_of(process: psutil.Process, top: int) -> str:
    if process.pid == top:
        return "assistant"
    line = " ".join(process.cmdline())
    return "Rasa's action server" if "action" in line.rsplit("child.py", 1)[-1] else "Rasa server"


class Peaks:
    """The largest resident set of each process of a tree, looked at twice a second."""

    def __init__(self, pid: int) -> None:
        self.megabytes: dict[str, float] = {}
        self._pid = pid
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(0.5):
            for process in tree(self._pid):
                try:
                    name, size = name_of(process, self._pid), process.memory_info().rss / 1e6
                except psutil.Error:
                    continue
                self.megabytes[name] = max(self.megabytes.get(name, 0.0), size)


def tree(pid: int) -> list[psutil.Process]:
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return []


def print_idle(program: list[str], environment: dict[str, str], seconds: float) -> None:
    """CPU while nobody speaks, on the virtual sound card, wake word on."""
    from tests.sound_card import missing, sound_card

    if missing():
        print(f"idle CPU not measured: {missing()}")
        return
    with (
        sound_card() as card,
        subprocess.Popen(
            [*program, "run"], env=environment | card.env, stdout=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stdout is not None
        while line := process.stdout.readline():
            if line.startswith("listening"):
                break
        time.sleep(20.0)  # Rasa loads; what is measured is the state after it
        used = {p: sum(p.cpu_times()[:2]) for p in tree(process.pid)}
        time.sleep(seconds)
        print()
        for child, before in used.items():
            share = 100 * (sum(child.cpu_times()[:2]) - before) / seconds
            print(f"{'idle CPU, ' + name_of(child, process.pid):<44}{share:>9.1f} % of one core")
        process.terminate()


if __name__ == "__main__":
    sys.exit(main())
