"""The machine and what is installed on it. All functions block for milliseconds."""

import os
import re
import shutil
import stat
import sys
import tempfile
import time
import zoneinfo
from datetime import datetime
from importlib import metadata
from pathlib import Path

from assistant import paths
from assistant.config.model import Config
from assistant.doctor.check import Check, fail, ok, warn

PYTHON = (3, 11)
MB = 1_000_000
DISK_FAIL_MB, DISK_WARN_MB = 100, 1_000
# Rasa with a loaded model takes about 600 MB and the assistant up to 300 MB.
MEMORY_WARN_MB = 1_000
SET_UP = "script/setup"


def python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < PYTHON:
        return fail("Python", f"{version} is too old", "Run script/setup, which brings its own.")
    return ok("Python", f"{version} at {sys.executable}")


def packages() -> Check:
    """Everything that the assistant's own metadata asks for, at least as new as it asks."""
    try:
        wanted = metadata.requires("assistant") or []
    except metadata.PackageNotFoundError:
        return warn("packages", "the assistant is not installed as a package", SET_UP)
    missing: list[str] = []
    for requirement in wanted:
        match = re.match(r"([\w.-]+)(?:\[[^]]*\])?\s*(?:>=\s*([\d.]+))?", requirement)
        if match is None or "extra ==" in requirement:
            continue
        try:
            version = metadata.version(match[1])
        except metadata.PackageNotFoundError:
            missing.append(match[1])
            continue
        if match[2] and _numbers(version) < _numbers(match[2]):
            missing.append(f"{match[1]} {match[2]} ({version} is installed)")
    if missing:
        return fail("packages", f"missing: {', '.join(missing)}", SET_UP)
    return ok("packages", f"all {len(wanted)} are installed")


def _numbers(version: str) -> tuple[int, ...]:
    release = re.match(r"\d+(\.\d+)*", version)
    numbers = [int(part) for part in release[0].split(".")] if release else []
    while numbers and numbers[-1] == 0:  # 3.0 is as new as 3
        numbers.pop()
    return tuple(numbers)


def configuration(config: Config, path: Path) -> Check:
    """It was loaded from `path`; a key that others can read is still worth a word."""
    if not path.exists():
        return ok("configuration", f"defaults; {path} is not there and need not be")
    mode = path.stat().st_mode
    secrets = (config.generation.api_key, config.home_assistant.token)
    if any(secret.get_secret_value() for secret in secrets) and mode & (stat.S_IRGRP | stat.S_IROTH):
        return warn(
            "configuration", f"other users can read {path}, which may hold a key", f"chmod 600 {path}"
        )
    return ok("configuration", str(path))


def folders() -> list[Check]:
    """State, cache and models: whether they can be written, and how much room there is."""
    places = {"state": paths.state_dir(), "cache": paths.cache_dir(), "models": paths.models_dir()}
    checks: list[Check] = []
    room: dict[int, Check] = {}
    for name, folder in places.items():
        there = _nearest(folder)
        problem = _cannot_write(there)
        if problem:
            variable = f"ASSISTANT_{name.upper()}_DIR"
            mend = f"sudo chown -R $USER {there}; or name another folder in {variable}"
            checks.append(fail(f"{name} folder", f"{there} cannot be written: {problem}", mend))
        else:
            checks.append(ok(f"{name} folder", str(folder)))
        room.setdefault(there.stat().st_dev, _room(there))
    return [*checks, *room.values()]


def _nearest(folder: Path) -> Path:
    """The folder, or the one above it in which it would be made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _cannot_write(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _room(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free / MB
    detail = f"{free:,.0f} MB free for {folder}"
    if free < DISK_FAIL_MB:
        return fail("disk space", detail, "Make room, or move folders with ASSISTANT_CACHE_DIR and the like.")
    if free < DISK_WARN_MB:
        return warn("disk space", detail, "Make room before fetching models.")
    return ok("disk space", detail)


def memory() -> Check:
    """What Linux says could be had without swapping."""
    try:
        text = Path("/proc/meminfo").read_text("ascii")
    except OSError:
        return ok("memory", "this system does not say how much is free")
    values = dict(re.findall(r"^(\w+):\s+(\d+) kB", text, re.MULTILINE))
    free, total = (int(values[key]) * 1024 / MB for key in ("MemAvailable", "MemTotal"))
    detail = f"{free:,.0f} of {total:,.0f} MB to be had"
    if free < MEMORY_WARN_MB:
        return warn("memory", detail, "Close other programs; the dialogue engine alone takes about 600 MB.")
    return ok("memory", detail)


def clock(timezone: str) -> Check:
    """Timers and "what time is it" depend on it. A box without a battery starts in the past until it
    hears from the network; no file of ours can be from the future."""
    newest = max(path.stat().st_mtime for path in (Path(__file__), Path(__file__).parent))
    if time.time() < newest - 86_400:
        now = datetime.now().astimezone().isoformat(" ", "minutes")
        return fail("clock", f"it shows {now}, which is in the past", "sudo timedatectl set-ntp true")
    if not timezone:
        return ok("clock", datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z, the system's time zone"))
    try:
        zone = zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        detail = f"there is no time zone {timezone!r}"
        if not zoneinfo.available_timezones():
            return fail("clock", f"{detail}: this system has no time zones", "sudo apt-get install tzdata")
        return fail("clock", detail, "Set timezone to a name such as Europe/Berlin.")
    return ok("clock", datetime.now(zone).strftime(f"%Y-%m-%d %H:%M %Z, time zone {timezone}"))


def others() -> Check:
    """Two assistants do not disturb each other, but both would hear the wake word."""
    running = [pid for pid in _processes() if _is_assistant(pid)]
    if running:
        which = ", ".join(map(str, running))
        return warn(
            "other assistants", f"running, as process {which}", f"kill {running[0]}, unless you mean it"
        )
    return ok("other assistants", "none is running")


def _processes() -> list[int]:
    if not Path("/proc").is_dir():
        return []
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    return sorted(pid for pid in pids if pid != os.getpid())


def _is_assistant(pid: int) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:  # it has ended
        return False
    program = [index for index, word in enumerate(words[:3]) if Path(word).name == "assistant"]
    return bool(program) and "run" in words[program[0] + 1 :]
