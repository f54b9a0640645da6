"""What a child prints goes into its log, without what must not be written down."""

import contextlib
import os
import threading
from pathlib import Path

from assistant.safety.redaction import redact

LONGEST_LINE = 64_000  # bytes; what is longer is taken for several lines
_CHUNK = 65_536


class ChildLog:
    """The child writes to `writer`; a thread takes its lines, redacts them and appends them to the file, which
    its owner alone can read. It ends when nobody has `writer` any more. A full disk loses lines and stops no child."""

    def __init__(self, path: Path, first: str = "") -> None:
        """`first`: a line that comes before those of the child. Raises OSError."""
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._put(first.encode())
        reader, self.writer = os.pipe()
        self._thread = threading.Thread(
            target=self._copy, args=(reader,), name=f"log {path.name}", daemon=True
        )
        self._thread.start()

    def begun(self) -> None:
        """The child has `writer` now, or there will be none. Idempotent."""
        writer, self.writer = self.writer, -1
        if writer >= 0:
            os.close(writer)

    def join(self, timeout_s: float) -> None:
        """Wait until all that the child has printed is in the file, or for so long. Blocking."""
        self._thread.join(timeout_s)

    def _copy(self, reader: int) -> None:
        rest = b""
        while chunk := os.read(reader, _CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > LONGEST_LINE:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self._put(_redacted(line) + b"\n")
        if rest:
            self._put(_redacted(rest) + b"\n")
        os.close(reader)
        os.close(self._file)

    def _put(self, line: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self._file, line)


def _redacted(line: bytes) -> bytes:
    return redact(line.decode(errors="backslashreplace")).encode(errors="backslashreplace")
