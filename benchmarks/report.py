"""Figures as people compare them: median and 95th percentile, with machine and versions."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

VERSIONS = ("faster-whisper", "ctranslate2", "piper-tts", "pocketsphinx", "aiohttp", "sounddevice")


def machine() -> str:
    """One line about where this was measured."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    versions = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}; {versions}"


def load() -> str:
    """How busy the machine is with other things: times of the clock mean little on a busy one."""
    cores = os.cpu_count() or 1
    return f"load {os.getloadavg()[0]:.1f} on {cores} cores"


def row(name: str, values_ms: Sequence[float]) -> str:
    """`name`, how many, median, 95th percentile and maximum, in milliseconds."""
    if not values_ms:
        return f"{name:<44}      –"
    median, p95 = np.percentile(values_ms, [50, 95])
    return f"{name:<44}{len(values_ms):>5}{median:>9.0f}{p95:>9.0f}{max(values_ms):>9.0f}"


HEADER = f"{'ms':<44}{'n':>5}{'median':>9}{'p95':>9}{'max':>9}"
