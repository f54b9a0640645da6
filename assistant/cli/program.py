"""The entry point: runs a command, and ends with a line and an exit status whatever happens."""

import contextlib
import errno
import os
import sys
import time
import traceback
from typing import TextIO

import click

from assistant import paths
from assistant.cli.commands import group
from assistant.cli.common import INTERRUPTED, NOBODY_READS
from assistant.errors import UserError, leaf

FAULT_OF_OURS = 70  # EX_SOFTWARE of sysexits.h

_OF_THE_MACHINE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EIO,
    errno.ENOMEM,
    errno.EMFILE,
    errno.ENFILE,
    errno.EAGAIN,  # no more processes or threads for this user
}


def main() -> None:
    """Run a command; whatever a person can cause ends in one line and an exit status, not in a traceback."""
    _open_missing_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that has no “ shall not end a conversation
            stream.reconfigure(errors="backslashreplace")
    status = _command()
    try:
        sys.stdout.flush()
    except OSError as error:
        status = status or _explain(error)
    for stream in (sys.stdout, sys.stderr):
        _let_go(stream)
    sys.exit(status)


def _open_missing_streams() -> None:
    """A program that was started with a standard stream closed would take the next file it opens for it."""
    for number, mode in ((0, "r"), (1, "w"), (2, "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
            name = ("stdin", "stdout", "stderr")[number]
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115 - lives as long as we do


def _command() -> int:
    try:
        return group.main(prog_name="assistant", standalone_mode=False) or 0
    except (click.exceptions.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except click.ClickException as error:
        with contextlib.suppress(OSError):
            error.show()
        return error.exit_code
    except Exception as error:
        return _explain(error)


def _explain(error: Exception) -> int:
    """Say it in a line; the exit status."""
    known = leaf(error)
    if isinstance(known, UserError):
        return _say(str(known), known.exit_status)
    if isinstance(known, BrokenPipeError):
        return NOBODY_READS
    if isinstance(known, OSError) and known.filename is not None:
        return _say(f"{known.filename}: {known.strerror}.", 1)
    if isinstance(known, OSError) and known.errno in _OF_THE_MACHINE:
        return _say(f"{known.strerror}.", 1)
    if isinstance(known, MemoryError):
        return _say("There is not enough memory.", 1)
    if isinstance(known, _speaking_errors()):
        return _say(str(known), 1)
    return _say(_fault(error, known), FAULT_OF_OURS)


def _say(text: str, status: int) -> int:
    with contextlib.suppress(OSError):
        click.echo(f"assistant: {text}", err=True)
    return status


def _speaking_errors() -> tuple[type[BaseException], ...]:
    """Errors whose text is a sentence for a person. Imported late, so that `--help` is instant."""
    from assistant.dialogue.client import DialogueUnavailable
    from assistant.generation.base import GenerationUnavailable
    from assistant.recognition.base import RecognizerUnavailable
    from assistant.synthesis.base import VoiceUnavailable
    from audio.errors import AudioError

    return (AudioError, DialogueUnavailable, GenerationUnavailable, RecognizerUnavailable, VoiceUnavailable)


def _fault(error: Exception, known: BaseException) -> str:
    """What to say of an error that nobody foresaw; where it happened goes into a file for a report."""
    from assistant.safety.redaction import redact

    text = f"this is a fault of ours ({type(known).__name__}: {' '.join(str(known).split())})."
    path = paths.state_dir() / "log" / "faults.log"
    trace = redact("".join(traceback.format_exception(error)))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with open(handle, "a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}\n{trace}\n")
    except OSError:
        return f"{text}\n{trace}"
    return f"{text} Where it happened is in {path}."


def _let_go(stream: TextIO) -> None:
    """What could not be written is not tried again while the interpreter ends, which would print an error."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
