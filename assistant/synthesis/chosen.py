"""The voice that the owner chose while the assistant was running, remembered in the state folder.

A choice stands for as long as the configuration says of voices what it said when it was made: who writes
`[voice]` anew, or gives `--set voice.…`, means that.
"""

import json
import logging
import os
import tempfile
from pathlib import Path

from pydantic import ValidationError

from assistant import paths
from assistant.config.model import Voice

log = logging.getLogger(__name__)

CHOSEN = {"engine", "piper_voice", "embedded_voice", "speaker", "speed", "volume"}
"""What can be chosen; the rest is always the configuration's."""


def file() -> Path:
    return paths.state_dir() / "voice.json"


def load(configured: Voice) -> Voice:
    """`configured`, with what was chosen in place of it. Blocking; never raises."""
    try:
        content = json.loads(file().read_text("utf-8"))
        if Voice.model_validate(content["configured"]).model_dump(include=CHOSEN) != configured.model_dump(
            include=CHOSEN
        ):
            return configured
        values = {name: value for name, value in content["chosen"].items() if name in CHOSEN}
        return Voice.model_validate({**configured.model_dump(), **values})
    except FileNotFoundError:
        return configured
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
        log.warning("The chosen voice cannot be read from %s (%s); the configured one speaks.", file(), error)
        return configured


def save(configured: Voice, chosen: Voice) -> None:
    """Blocking. Raises OSError."""
    target = file()
    now = configured.model_dump(include=CHOSEN)
    values = {name: value for name, value in chosen.model_dump(include=CHOSEN).items() if value != now[name]}
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".voice", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as part:
            json.dump({"configured": now, "chosen": values}, part)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
