"""The trained models in the cache: the few that were used last, and each that somebody thinks with now."""

import contextlib
import fcntl
import os
import shutil
import time
from pathlib import Path
from typing import IO

from assistant.dialogue.project import models_folder

KEPT_MODELS = 4
UNFINISHED_S = 3600.0  # longer than any training may take
UNFINISHED = ".training-"
_IN_USE = "in-use"


class InUse:
    """Keeps a model in the cache until `close`, or until this process ends, however that happens.

    Rasa may have to be started again long after its model was made. A lock on a file beside the model says so to
    whoever tidies up: the kernel lets go of it when its holder dies.
    """

    def __init__(self, model: Path) -> None:
        self._lock: IO[bytes] | None = None
        if model.parent.parent == models_folder():
            with contextlib.suppress(OSError):  # a cache that can only be read is tidied by nobody
                self._lock = (model.parent / _IN_USE).open("ab")
                fcntl.flock(self._lock, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def close(self) -> None:
        """Idempotent."""
        if self._lock is not None:
            self._lock.close()


def used_now(model: Path) -> bool:
    """Whether it is there; it then counts as used now."""
    try:
        os.utime(model)
    except FileNotFoundError:
        return False
    except OSError:  # a cache that can only be read
        return model.exists()
    return True


def forget_old_models(folder: Path) -> None:
    """Changing a setting back and forth does not train each time, and does not fill the disk."""
    models = sorted(folder.glob("*/model.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for model in models[KEPT_MODELS:]:
        if not _is_in_use(model):
            shutil.rmtree(model.parent, ignore_errors=True)


def forget_unfinished(folder: Path) -> None:
    """What trainings left behind whose process was killed."""
    for left in folder.glob(f"{UNFINISHED}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > UNFINISHED_S:
                shutil.rmtree(left, ignore_errors=True)


def _is_in_use(model: Path) -> bool:
    try:
        with (model.parent / _IN_USE).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
