"""Where the time went, as the assistant itself kept it: `assistant traces --json`."""

import json
import subprocess
from collections.abc import Sequence

from assistant.observe.record import TurnTrace
from benchmarks.turns.figures import Report, Target
from benchmarks.turns.running import PROGRAM, Running

TIMEOUT_S = 60.0
OVERHEAD = Target({50: 20})


def kept(assistant: Running, last: int) -> list[TurnTrace]:
    """The last turns of what is running; none where it keeps none."""
    done = subprocess.run(
        [PROGRAM, "traces", "--json", "--last", str(last), "--session", "sound"],
        env=assistant.env,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    try:
        return [TurnTrace.from_dict(turn) for turn in json.loads(done.stdout)["turns"]]
    except (ValueError, KeyError, TypeError):
        return []


def add_to(found: Report, turns: Sequence[TurnTrace]) -> None:
    """How long each part of a turn took, what is nobody's work, and how late the event loop was."""
    took: dict[str, list[float]] = {}
    for turn in turns:
        for part in turn.parts:
            took.setdefault(part.name, []).append(1000 * part.took_s)
    for name, values in took.items():
        if name != "speaking":
            found.times(f"part {name}", f"  by its traces: {name}", values)
    overhead = [1000 * turn.overhead_s for turn in turns if turn.overhead_s is not None]
    found.times("overhead", "  by its traces: its own overhead", overhead, OVERHEAD)
    lag = [1000 * turn.lag_s["max"] for turn in turns if "max" in turn.lag_s]
    found.times("lag", "  by its traces: event loop late at most", lag)
