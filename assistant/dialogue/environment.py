"""Environment variables for child processes, Rasa's and others."""

import os
from pathlib import Path

_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",  # nothing leaves the machine
    "ORT_DISABLE_TELEMETRY": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "PYTHONWARNINGS": "ignore",  # hundreds of deprecations in Rasa's own dependencies
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONUNBUFFERED": "1",
    "NO_COLOR": "1",
}
# Faster on small models than several threads that wait for each other, and it leaves cores to the recogniser.
_ONE_THREAD = (
    "TF_INTRA_OP_PARALLELISM_THREADS",
    "TF_INTER_OP_PARALLELISM_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
)
# Of the assistant's environment the children get what a program needs, and none of the owner's secrets.
_PASSED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "TZ",
    "USER",
    "LD_LIBRARY_PATH",
    "XDG_CACHE_HOME",
)


def child_environment(extra: dict[str, str]) -> dict[str, str]:
    """What any child of the assistant gets, with `extra` on top."""
    return {name: os.environ[name] for name in _PASSED if name in os.environ} | extra


def rasa_environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """A small environment of their own for the children, with `extra` on top."""
    return child_environment(_QUIET | dict.fromkeys(_ONE_THREAD, "1") | (extra or {}))


def child_command(python: Path, folder: Path, module: str, *arguments: str) -> list[str]:
    """The command line that runs `module` with `folder` on its path and dies with this process."""
    guard = Path(__file__).with_name("child.py")
    return [str(python), str(guard), str(folder), module, *arguments]
