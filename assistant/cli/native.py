"""What C libraries print on standard error goes into the log, where it belongs.

ALSA, PortAudio and others write there past Python: dozens of lines when devices are listed, and some with each try
to open one that is unplugged. A person needs the one sentence that Python makes of it.
"""

import faulthandler
import logging
import os
import sys
import threading

log = logging.getLogger("native")

_started = False


def into_log() -> None:
    """From now on the process's standard error is a pipe into the log, level debug; `sys.stderr` goes on to
    write to where it was. Idempotent."""
    global _started
    if _started:
        return
    _started = True
    sys.stderr.flush()
    shown = os.dup(2)
    sys.stderr = open(  # noqa: SIM115 - lives as long as we do
        shown, "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace"
    )
    faulthandler.enable(
        sys.stderr
    )  # the last words of a library that ends the process must not be lost with it
    reader, writer = os.pipe()
    os.dup2(writer, 2)
    os.close(writer)
    threading.Thread(target=_drain, args=(reader,), name="native-errors", daemon=True).start()


def _drain(reader: int) -> None:
    rest = b""
    while chunk := os.read(reader, 4096):
        *lines, rest = (rest + chunk).split(b"\n")
        rest = rest[-4096:]
        for line in lines:
            if text := line.decode(errors="backslashreplace").strip():
                log.debug("%s", text)
