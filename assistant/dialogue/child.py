"""Runs a module of the Rasa environment in a process that cannot outlive its parent.

    python child.py FOLDER MODULE [ARGUMENT …]

Standard library only: it runs on Rasa's interpreter. The parent must be killable in any way, so there are
two guards: the kernel's own signal (Linux), and a thread that reads standard input, which ends when the
parent does. Arguments that others should not see in the process table come as a JSON list in
ASSISTANT_SECRET_ARGUMENTS."""

import contextlib
import ctypes
import json
import os
import runpy
import signal
import sys
import threading

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Arrange that this process group is killed as soon as the parent is gone."""
    with contextlib.suppress(OSError, AttributeError):  # not Linux: the thread alone has to do
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_kill_at_end_of_input, name="parent-watch", daemon=True).start()


def _kill_at_end_of_input() -> None:
    # Past Python's buffered reader: at exit a thread blocked in it would hold the reader's lock.
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    folder, module, *arguments = sys.argv[1:]
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)  # the group is killed as one; it must not hold the parent
    die_with_parent()
    secret = json.loads(os.environ.pop("ASSISTANT_SECRET_ARGUMENTS", "[]"))
    sys.argv = [module, *arguments, *secret]
    sys.path[0] = folder  # and not the folder of this file, whose names are not for Rasa
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
