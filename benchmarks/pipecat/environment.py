"""Pipecat's environment: locked in this folder, made by uv when it is first needed."""

import os
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent
PYTHON = FOLDER / ".venv" / "bin" / "python"
TIMEOUT_S = 600.0


def made() -> str:
    """Make it, which takes a moment when it is there already; why it cannot be made, or nothing."""
    local = FOLDER.parents[1] / ".cache" / "uv" / "bin" / "uv"
    uv = str(local) if local.exists() else shutil.which("uv")
    if uv is None:
        return "uv is missing: run script/setup"
    env = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    command = [uv, "sync", "--frozen", "--quiet", "--project", str(FOLDER), "--python", "3.11"]
    try:
        done = subprocess.run(
            command, env=env, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"its environment cannot be made: {error}"
    lines = done.stderr.strip().splitlines()
    return f"its environment cannot be made: {lines[-1] if lines else 'uv failed'}" if done.returncode else ""


def version() -> str:
    """Of pipecat-ai in that environment."""
    found = sorted(PYTHON.parents[1].glob("lib/*/site-packages/pipecat_ai-*.dist-info"))
    return found[-1].name.removeprefix("pipecat_ai-").removesuffix(".dist-info") if found else "?"
