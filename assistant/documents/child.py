"""Reads documents in a process of its own, because a file can be made to take all time and memory there is.

    assistant ──{"path", "max_bytes", "max_pages", "most_s"}─▶ child ──{"title", "blocks"} or {"error"}─▶ assistant

A line is one JSON object. The parent kills the child when a file takes too long, and goes on with a new one; where the
parent is gone, the limit of CPU time does.
"""

import contextlib
import json
import math
import os
import resource
import sys
from pathlib import Path
from typing import Any

from assistant.documents.blocks import Unreadable
from assistant.documents.read import read_document

_MEMORY_BYTES = 2_000_000_000
_NICE = 10


def main() -> None:
    for limit, most in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # it is lower already
            resource.setrlimit(limit, (most, most))
    os.nice(_NICE)
    # what a library prints must not be taken for an answer; an end of the pipe is the end of the parent
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        answers.write(json.dumps(_answer(json.loads(line))).encode() + b"\n")
        answers.flush()


def _answer(wanted: dict[str, Any]) -> dict[str, Any]:
    path = Path(wanted["path"])
    used = resource.getrusage(resource.RUSAGE_SELF)
    most_s = math.ceil(used.ru_utime + used.ru_stime + wanted["most_s"] + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (most_s, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    try:
        content = read_document(path, wanted["max_bytes"], wanted["max_pages"])
    except Unreadable as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": f"{path.name} takes too much memory to read."}
    except Exception as error:  # a parser's fault with one file is not to end the reading of the others
        return {"error": f"{path.name} cannot be read ({type(error).__name__})."}
    return {"title": content.title, "blocks": [[each.text, each.level] for each in content.blocks]}


if __name__ == "__main__":
    main()
