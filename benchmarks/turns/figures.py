"""Medians and percentiles, and whether they are what is aimed at."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

HEADER = f"{'ms':<52}{'n':>5}{'median':>8}{'p95':>8}{'p99':>8}{'max':>8}  target"


@dataclass(frozen=True, slots=True)
class Target:
    """Upper bounds in milliseconds, by percentile (50, 95, …)."""

    most_ms: dict[float, float] = field(default_factory=dict)

    def verdict(self, values_ms: Sequence[float]) -> str:
        """What is aimed at, and what misses it; empty where nothing is aimed at, or there are no values."""
        parts = []
        for percentile, most in self.most_ms.items() if values_ms else ():
            missed = float(np.percentile(values_ms, percentile)) > most
            name = "median" if percentile == 50 else f"p{percentile:g}"
            parts.append(f"{name} ≤ {most:g}{' MISSED' if missed else ''}")
        return ", ".join(parts)


def summary(values_ms: Sequence[float]) -> dict[str, float]:
    """n, median, p95, p99 and max; n alone where there are no values."""
    if not len(values_ms):
        return {"n": 0}
    median, p95, p99 = np.percentile(values_ms, [50, 95, 99])
    found = {"median": median, "p95": p95, "p99": p99, "max": max(values_ms)}
    return {"n": len(values_ms)} | {name: round(float(value), 1) for name, value in found.items()}


def row(name: str, values_ms: Sequence[float], target: Target | None = None) -> str:
    if not len(values_ms):
        return f"{name:<52}{0:>5}"
    found = summary(values_ms)
    figures = "".join(f"{found[key]:>8.0f}" for key in ("median", "p95", "p99", "max"))
    verdict = (target or Target()).verdict(values_ms)
    return f"{name:<52}{found['n']:>5}{figures}{'  ' + verdict if verdict else ''}"


def share(name: str, part: int, whole: int, most: float | None = None) -> str:
    """`part` of `whole` as a percentage, against the largest share that is aimed at (0 to 1)."""
    if not whole:
        return f"{name:<52}{0:>5}"
    verdict = "" if most is None else f"  ≤ {most:.0%}{' MISSED' if part > most * whole else ''}"
    return f"{name:<52}{whole:>5}{part:>6} = {part / whole:.1%}{verdict}"


def progress(text: str) -> None:
    """What happens now, on standard error: nothing that was measured is lost where a run is broken off."""
    print(f"→ {text}", file=sys.stderr, flush=True)


@dataclass(slots=True)
class Report:
    """What a part of the benchmark found: lines for people, and the same for programs."""

    lines: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def times(self, key: str, name: str, values_ms: Sequence[float], target: Target | None = None) -> None:
        self.lines.append(row(name, values_ms, target))
        self.facts[key] = summary(values_ms) | {"ms": [round(value, 1) for value in values_ms]}

    def add(self, key: str, other: "Report") -> None:
        """What another one found, under its own key."""
        self.lines += ["", *other.lines]
        self.facts[key] = other.facts
