"""How fast the models are on this machine, as measured and remembered."""

import contextlib
import json
import os
import platform
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant import paths


@dataclass(frozen=True, slots=True)
class Speed:
    """`seconds` of waiting for `audio_s` of speech, and with what settings."""

    seconds: float
    audio_s: float
    compute_type: str
    cpu_threads: int
    window_s: int

    @property
    def real_time_factor(self) -> float:
        return self.seconds / self.audio_s


def speeds_file() -> Path:
    return paths.state_dir() / "model-speeds.json"


def remember(model: Path, speed: Speed) -> None:
    """Keep it for this machine. Where the state folder cannot be written, it is forgotten."""
    with contextlib.suppress(OSError):
        file = speeds_file()
        known = _known()
        known[_key(model)] = asdict(speed)
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(known, out, indent=1)
        Path(name).replace(file)


def remember_first(model: Path, speed: Speed) -> None:
    """Keep it where nothing is known yet: of one use, it says less than a measurement."""
    if recall(model) is None:
        remember(model, speed)


def recall(model: Path) -> Speed | None:
    """What was measured of this model on this machine; a model that was replaced by another is not known."""
    try:
        return Speed(**_known()[_key(model)])
    except (KeyError, TypeError, OSError):
        return None


def _known() -> dict[str, Any]:
    try:
        known = json.loads(speeds_file().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _key(model: Path) -> str:
    """The model with its size, and the machine: a state folder may be shared, and a processor replaced."""
    weights = model / "model.bin"
    size = weights.stat().st_size if weights.is_file() else 0
    return f"{machine()} | {model.resolve()} | {size}"


def machine() -> str:
    """The processor's name and how many of it there are."""
    name = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    return f"{name}, {os.cpu_count() or 1} cores"
