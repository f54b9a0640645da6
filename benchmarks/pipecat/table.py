"""The systems side by side, a column each."""

from collections.abc import Sequence

import numpy as np

from assistant.recognition.spoken_words import as_said
from benchmarks.pipecat.compare import Result
from benchmarks.pipecat.conversation import Turn

NAME_WIDTH, WIDTH = 46, 24


def table(results: Sequence[Result]) -> str:
    """Median / 95th percentile in milliseconds; counts as `of`."""
    rows = [
        ("", [result.name for result in results]),
        ("end of speech → first sound, ms", [delays(result.plain) for result in results]),
        ("  answered / spoken", [answered(result) for result in results]),
        ("  every word right", [right(result) for result in results]),
        ("cut while speaking, with pauses", [cut(result) for result in results]),
        ("end of speech → first sound, with pauses, ms", [delays(result.hesitant) for result in results]),
        ("interruption → silence, ms", [figures(result.stopped_s) for result in results]),
        ("CPU while conversing, % of a core", [f"{100 * result.cpu:.0f}" for result in results]),
    ]
    return "\n".join(
        f"{name:<{NAME_WIDTH}}" + "".join(f"{cell:>{WIDTH}}" for cell in cells) for name, cells in rows
    )


def figures(seconds: Sequence[float]) -> str:
    """`median / p95 (how many)`, in milliseconds."""
    if not seconds:
        return "–"
    median, p95 = 1000 * np.percentile(seconds, [50, 95])
    return f"{median:.0f} / {p95:.0f} ({len(seconds)})"


def delays(turns: Sequence[Turn]) -> str:
    return figures([turn.delay_s for turn in turns if turn.delay_s is not None])


def answered(result: Result) -> str:
    return f"{sum(turn.delay_s is not None for turn in result.plain)} / {len(result.plain)}"


def right(result: Result) -> str:
    """Of the commands in one breath, as each system reports what it heard."""
    return f"{sum(as_said(turn.heard) == as_said(turn.text) for turn in result.plain)} / {len(result.plain)}"


def cut(result: Result) -> str:
    count = sum(turn.cut for turn in result.hesitant)
    share = f" ({100 * count / len(result.hesitant):.0f} %)" if result.hesitant else ""
    return f"{count} / {len(result.hesitant)}{share}"
