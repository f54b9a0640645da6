"""`assistant doctor --tune`: measures Whisper on this machine, and writes down what is best for it."""

import sys
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from assistant import paths
from assistant.cli.common import Settings, echo, notice, print_json
from assistant.config.write import write as write_settings
from assistant.dialogue.names import OwnerNames
from assistant.doctor.tune import Row, Tuned, tune
from assistant.models.speed import machine
from assistant.recognition.whisper_hotwords import names_to_expect

SECTION = ("recognition", "whisper")
BUSY = 1.5  # times the processor's time that was waited


async def tune_whisper(settings: Settings, *, write: bool, as_json: bool) -> int:
    config = settings.load()
    notice(
        f"Measuring Whisper on {machine()}; this takes a few minutes. Other work on it spoils the figures."
    )
    names = OwnerNames.from_config(config)
    groups = (names.people, names.devices, names.areas, names.items, names.lists)
    hotwords = names_to_expect(config.recognition.whisper, groups)
    tuned = await tune(config, hotwords, lambda row: notice(f"  {_line(row)}"))
    path = settings.path or paths.config_file()
    if write:
        write_settings(path, {(*SECTION, key): value for key, value in tuned.best.settings.items()})
    if as_json:
        print_json(
            {"machine": machine(), "rows": [asdict(row) for row in tuned.rows], "best": asdict(tuned.best)}
        )
    else:
        _show(tuned)
    wanted = "".join(f"\n  {key} = {_toml(value)}" for key, value in tuned.best.settings.items())
    done = (
        f"They are in {path} now." if write else f"`assistant doctor --tune --write` puts them into {path}."
    )
    notice(f"Best for {tuned.best.model}:\n  [recognition.whisper]{wanted}\n{done}")
    return 0


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _line(row: Row) -> str:
    settings = f"{row.model}, {row.compute_type}, threads {row.cpu_threads}, window {row.window_s} s"
    return f"{settings}: {row.problem or f'{1000 * row.seconds:.0f} ms'}"


def _show(tuned: Tuned) -> None:
    table = Table(
        "model", "compute type", "threads", "window s", "ms", "CPU ms", "MB", "words right", box=None
    )
    for row in tuned.rows:
        figures = (
            [row.problem.splitlines()[0], "", "", ""]
            if row.problem
            else [
                f"{1000 * row.seconds:.0f}",
                f"{1000 * row.cpu_s:.0f}",
                f"{row.memory_mb:.0f}",
                f"{100 * row.words_right:.0f} %",
            ]
        )
        mark = " *" if row == tuned.best else ""
        table.add_row(row.model + mark, row.compute_type, str(row.cpu_threads), str(row.window_s), *figures)
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    audio_s = tuned.best.audio_s
    echo(
        f"ms: waiting for a sentence of {audio_s:.1f} s, with the second reading where there was one; the least "
        "of three times. *: the best."
    )
