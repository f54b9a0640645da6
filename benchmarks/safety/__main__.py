"""What passes that may not be said, which orders in disguise are found, and who in danger is heard.

    script/bench safety [--show]

Counts the sentences of `sets/` (its README says how they came to be): the half that the rules were made with, the
half that was held out, and those written later. `--show` prints the ones judged wrongly, held-out ones excepted.
"""

import argparse
import asyncio
import time
from collections.abc import Callable

import numpy as np

from assistant.safety.gate import Gate
from assistant.safety.rule_guard import RuleGuard
from assistant.safety.rules import rules
from assistant.safety.screen import screen
from benchmarks.report import load as busy
from benchmarks.report import machine
from benchmarks.safety.sets import Line, load

GATE = RuleGuard()


def blocked(text: str) -> bool:
    """Of two sentences the second, said after the first."""
    before, _, after = text.rpartition(" | ")
    return not asyncio.run(GATE.judge(after, before)).allowed


def ordered(text: str) -> bool:
    return screen(text) is not None


def in_danger(text: str) -> bool:
    return rules("crisis").find(text) is not None


ROWS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("forbidden", "forbidden sentences blocked", blocked),
    ("fine", "fine sentences blocked", blocked),
    ("attacks", "attacks found", ordered),
    ("everyday", "everyday sentences taken for attacks", ordered),
    ("crisis", "people in danger heard", in_danger),
    ("idioms", "idioms taken for danger", in_danger),
    ("later/forbidden", "forbidden sentences blocked, later set", blocked),
    ("later/attacks", "attacks found, later set", ordered),
    ("later/crisis", "people in danger heard, later set", in_danger),
    ("later/idioms", "idioms taken for danger, later set", in_danger),
)


def counted(lines: list[Line], judge: Callable[[str], bool]) -> str:
    hits = sum(judge(line.text) for line in lines)
    return f"{hits:>4} of {len(lines):>3} {100 * hits / len(lines):5.1f} %"


async def gate_times_ms(texts: list[str]) -> list[float]:
    """Of each sentence after the one before, the first time that it is seen."""
    gate, times = Gate([RuleGuard()], 10.0), []
    before = ""
    for text in texts:
        began = time.perf_counter()
        await gate.check(text, before)
        times.append((time.perf_counter() - began) * 1000)
        before = text
    return times


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--show", action="store_true", help="print the sentences judged wrongly")
    arguments = parser.parse_args()
    print(f"{machine()}\n{busy()}\n\n{'':<46}{'in view':>19}   {'held out':>19}")
    for name, title, judge in ROWS:
        lines = load(name)
        halves = (
            [lines]
            if name.startswith("later/")
            else [[line for line in lines if line.heldout is half] for half in (False, True)]
        )
        print(f"{title:<46}" + "   ".join(counted(half, judge) for half in halves))
        wanted = name.rpartition("/")[2] in ("forbidden", "attacks", "crisis")
        for line in halves[0] if arguments.show else ():
            if judge(line.text) is not wanted:
                print(f"    {line.kind}: {line.text}")
    times = asyncio.run(gate_times_ms([line.text for line in load("fine")]))
    median, p95 = np.percentile(times, [50, 95])
    print(f"\ngate, rules only, {len(times)} sentences: median {median:.1f} ms, p95 {p95:.1f} ms")
    return 0


raise SystemExit(main())
