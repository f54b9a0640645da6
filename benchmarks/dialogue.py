"""Understanding, dialogue and action of one turn, over a long conversation.

    script/bench dialogue [--turns 500] [--json FILE]

The real Rasa and action server, the real services on a database of their own, one conversation that goes on and on
without a pause. A turn is timed from the text to the end of its answer: the parse, and the turn with all its actions.
The first and the last hundred stand apart, for a conversation must not slow down as it grows. Aimed at: 40 ms in the
median. CPU is that of Rasa and its action server, which another busy program does not change much.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from assistant.app import Assistant
from assistant.config.model import Config
from assistant.dialogue.client import RasaClient, TurnDone
from benchmarks.report import HEADER, load, machine, row

AIM_MS = 40.0
EDGE = 100  # turns at either end that are looked at apart
PLACE = "bench"
KINDS: dict[str, tuple[str, ...]] = {
    "a question": ("what time is it", "is the front door locked", "which lights are on", "what day is it"),
    "a command": (
        "turn on the kitchen light",
        "turn off the kitchen light",
        "make it brighter in the bedroom",
    ),
    "a correction": ("no the bedroom", "no the kitchen"),
    "several in one breath": (
        "turn off the kitchen light and tell me the time",
        "turn on the bedroom light and the coffee machine off",
    ),
    "small talk": ("hello", "thank you", "what can you do with lights"),
}
ORDER = ("a question", "a command", "a correction", "a command", "several in one breath", "small talk")
"""Of the kinds, again and again; of each kind one sentence after the other."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--json", type=Path, help="write each turn there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="assistant-bench-") as folder:
        os.environ["ASSISTANT_STATE_DIR"] = folder
        turns, cpu_s = asyncio.run(measure(arguments.turns))
    if arguments.json:
        arguments.json.write_text(json.dumps(turns, indent=1), encoding="utf-8")
    print(machine())
    print(f"{load()}; CPU of Rasa and its actions {1000 * cpu_s / len(turns):.1f} ms a turn\n")
    report(turns)
    return 0


def report(turns: list[dict[str, object]]) -> None:
    """`turns` as `measure` gives them."""
    times = [float(str(turn["ms"])) for turn in turns]
    print(HEADER)
    print(row("every turn", times))
    print(row("  of it, understanding", [float(str(turn["parse_ms"])) for turn in turns]))
    for kind in KINDS:
        print(row(f"  {kind}", [ms for ms, turn in zip(times, turns, strict=True) if turn["kind"] == kind]))
    first, last = times[:EDGE], times[-EDGE:]
    print(row(f"the first {len(first)}", first))
    print(row(f"the last {len(last)}", last))
    cpu = [f"{_cpu_ms(part):.0f} ms" for part in (turns[:EDGE], turns[-EDGE:])]
    print(f"CPU a turn: the first {len(first)} {cpu[0]}, the last {len(last)} {cpu[1]}")
    median = float(np.median(times))
    print(f"\nmedian {median:.0f} ms, aimed at {AIM_MS:.0f}: {'reached' if median <= AIM_MS else 'MISSED'}")


def _cpu_ms(turns: list[dict[str, object]]) -> float:
    """Of each of these, on average."""
    spent_s = float(str(turns[-1]["cpu_s"])) - float(str(turns[0]["cpu_s"]))
    return 1000 * spent_s / max(1, len(turns) - 1)


async def measure(count: int) -> tuple[list[dict[str, object]], float]:
    """Of each turn its kind, text, milliseconds, those of the parse, and answer; seconds of CPU in all."""
    config = Config.model_validate({"policy": {"calls_per_minute": 0}, "dialogue": {"start_timeout_s": 600}})
    async with Assistant(config, timers_ring=False) as assistant:
        await assistant.dialogue.wait_ready()
        supervisor = assistant.dialogue.supervisor
        # A client of its own: the dialogue's remembers what sentences mean.
        client = RasaClient(lambda: supervisor.endpoint, config.dialogue.turn_timeout_s)
        children = psutil.Process().children(recursive=True)
        before = _cpu_s(children)
        try:
            turns = []
            for number in range(1, count + 1):
                turns.append(await _turn(client, number))
                turns[-1]["cpu_s"] = round(_cpu_s(children) - before, 3)  # of all turns up to this one
        finally:
            await client.close()
        return turns, _cpu_s(children) - before


async def _turn(client: RasaClient, number: int) -> dict[str, object]:
    kind = ORDER[number % len(ORDER)]
    text = KINDS[kind][(number // len(ORDER)) % len(KINDS[kind])]
    began = time.perf_counter()
    parse = await client.parse(text)
    parsed = time.perf_counter()
    answer: list[str] = []
    async for part in client.turn(PLACE, text, number, parse):
        if not isinstance(part, TurnDone):
            answer.append(part.text)
    took = time.perf_counter() - began
    return {
        "kind": kind,
        "text": text,
        "ms": round(1000 * took, 2),
        "parse_ms": round(1000 * (parsed - began), 2),
        "answer": " ".join(answer),
    }


def _cpu_s(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


if __name__ == "__main__":
    sys.exit(main())
