"""Traces as text of at most 80 columns, readable without colour."""

from collections.abc import Iterator
from datetime import datetime

from assistant.observe.parts import Part
from assistant.observe.record import TurnTrace
from assistant.observe.summary import Row, Summary

WIDTH = 80
NAME_WIDTH = 16
NUMBERS_WIDTH = 16
BAR_WIDTH = WIDTH - NAME_WIDTH - NUMBERS_WIDTH


def waterfall(trace: TurnTrace, *, block: str = "█") -> str:
    """One turn: when each part began and how long it took, in ms after the end of speech. What the assistant
    says is drawn to the edge, for it is long and nobody waits for it."""
    lines = [*_head(trace), *_bars(trace, block), *_foot(trace)]
    return "\n".join(line[:WIDTH].rstrip() for line in lines)


def one_line(trace: TurnTrace) -> str:
    """A turn in a list."""
    when = datetime.fromtimestamp(trace.at).strftime("%m-%d %H:%M:%S")
    first = trace.stages_s.get("first_sound", trace.stages_s.get("first_text"))
    answer = "-" if first is None else f"{first * 1000:.0f} ms"
    own = "-" if trace.overhead_s is None else f"{trace.overhead_s * 1000:.0f} ms"
    what = trace.intent or "-"
    return f"{trace.id[:8]}  {when}  {trace.outcome:<13} {what:<18.18} {answer:>9}  own {own:>6}"[:WIDTH]


def table(figures: Summary) -> str:
    """Percentiles, in ms."""
    outcomes = ", ".join(f"{count} {name or 'unknown'}" for name, count in sorted(figures.outcomes.items()))
    lines = [f"{figures.turns} turns: {outcomes}", ""]
    for title, rows in (("after the end of speech", figures.stages), ("how long it took", figures.parts)):
        if rows:
            head = "".join(f"{name:>9}" for name in ("count", "p50", "p90", "p95", "p99"))
            lines += [f"{title:<26}{head}  ms", *map(_row, rows), ""]
    lost = [f"{name.replace('_', ' ')} {count}" for name, count in figures.lost.items() if count]
    lines.append(f"lost: {', '.join(lost)}" if lost else "nothing was lost")
    return "\n".join(lines)


def _row(row: Row) -> str:
    times = "".join(f"{each * 1000:9.1f}" for each in (row.p50, row.p90, row.p95, row.p99))
    return f"  {row.name.replace('_', ' '):<24}{row.count:9}{times}"


def _head(trace: TurnTrace) -> Iterator[str]:
    when = datetime.fromtimestamp(trace.at).strftime("%Y-%m-%d %H:%M:%S")
    yield f"turn {trace.turn} of {trace.session}, {when}: {trace.outcome}  ({trace.id[:8]})"
    if trace.intent:
        entities = f"  {', '.join(trace.entities)}" if trace.entities else ""
        yield f"  understood  {trace.intent} {trace.confidence:.2f}{entities}"
    if trace.engine:
        reason = trace.recognition.get("reason")
        confidence = float(trace.recognition.get("confidence", 0.0))
        yield f"  heard by    {trace.engine} {confidence:.2f}{f': {reason}' if reason else ''}"
    for pause in trace.pauses:
        silence_ms = float(pause.get("silence_s", 0.0)) * 1000
        reason = pause.get("reason")
        yield f"  pause       {pause.get('completeness')}, over after {silence_ms:.0f} ms" + (
            f": {reason}" if reason else ""
        )
    if trace.words.get("transcript"):
        yield f"  said        “{trace.words['transcript']}”"


def _bars(trace: TurnTrace, block: str) -> Iterator[str]:
    parts = trace.parts
    end_s = max((part.end_s for part in parts if part.name != "speaking"), default=0.0)
    if not parts:
        return
    yield f"{'':<{NAME_WIDTH}}{'0':<{BAR_WIDTH - 9}}{end_s * 1000:>6.0f} ms {'begin':>7} {'took':>7}"
    for part in parts:
        bar = _bar(part, end_s, block)
        yield (
            f"  {part.name:<{NAME_WIDTH - 2}}{bar:<{BAR_WIDTH}} {part.begin_s * 1000:>7.0f} "
            f"{part.took_s * 1000:>7.0f}"
        )


def _bar(part: Part, end_s: float, block: str) -> str:
    scale = (BAR_WIDTH - 1) / end_s if end_s > 0 else 0.0
    begin = min(round(part.begin_s * scale), BAR_WIDTH - 1)
    if part.name == "speaking":
        return " " * begin + ">"
    return " " * begin + block * max(round(part.end_s * scale) - begin, 1)


def _foot(trace: TurnTrace) -> Iterator[str]:
    facts = []
    if trace.overhead_s is not None:
        facts.append(f"own overhead {trace.overhead_s * 1000:.1f} ms")
    if trace.lag_s:
        facts.append(f"loop lag at most {trace.lag_s.get('max', 0.0) * 1000:.1f} ms")
    if trace.revisions:
        facts.append(f"speech went on {trace.revisions}x")
    if trace.interrupted:
        facts.append("interrupted")
    facts += [f"{name.replace('_', ' ')} {count}" for name, count in trace.counts.items() if count]
    rejected = sum(not wake.get("accepted") for wake in trace.wakes)
    facts += [f"{wake.get('word')} {wake.get('probability')}" for wake in trace.wakes if wake.get("accepted")]
    facts += [f"{rejected} rejected wakes"] if rejected else []
    for call in trace.services:
        ok = "" if call.get("ok") else ", refused"
        facts.append(f"{call.get('service')} {float(call.get('took_s', 0.0)) * 1000:.0f} ms{ok}")
    facts += [f"trouble with {part}" for part in trace.troubles]
    line = " "
    for fact in facts:
        if len(line) + len(fact) > WIDTH - 4:
            yield line
            line = " "
        line += f"{' ·' if line.strip() else ''} {fact}"
    if line.strip():
        yield line
