"""`assistant traces`: where the time of the turns went."""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.cli.common import echo, notice, print_json
from assistant.errors import UserError
from assistant.observe.otlp import request
from assistant.observe.otlp_http import Exporter
from assistant.observe.record import TurnTrace
from assistant.observe.select import Wanted, moment, slowest
from assistant.observe.store import Tail, read_traces, traces_folder
from assistant.observe.summary import summary
from assistant.observe.waterfall import one_line, table, waterfall

LAST = 100
LISTED = 5
LOOK_S = 0.2
EXPORTED_AT_ONCE = 200
NO_TURNS = 3


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    last: int | None = None
    since: str = ""
    session: str = ""
    turn: str = ""
    slowest: int = 0
    waterfall: int = 0
    as_json: bool = False
    export: Path | None = None
    otlp: str = ""

    def wanted(self) -> Wanted:
        """Raises `UserError`."""
        since_s = moment(self.since, time.time()) if self.since else None
        last = self.last if self.last is not None or since_s is not None or self.turn else LAST
        return Wanted(last, since_s, self.session, self.turn)


async def traces(options: Options) -> int:
    """Show or export; `NO_TURNS` when there are none that fit. Raises `UserError`."""
    found = await asyncio.to_thread(_read, options.wanted())
    if not found:
        notice(f"No turn is kept that fits; they are kept in {traces_folder()}.")
        if options.as_json:
            print_json([] if _single(options) else {"summary": summary([]).as_dict(), "turns": []})
        return NO_TURNS
    if options.slowest:
        found = slowest(found, options.slowest)
    if options.export is not None:
        await asyncio.to_thread(_write, options.export, "".join(f"{trace.line()}\n" for trace in found))
        notice(f"{len(found)} turns written to {options.export}.")
    if options.otlp:
        await asyncio.to_thread(_to_otlp, options.otlp, found)
        notice(f"{len(found)} turns sent to {options.otlp}.")
    if options.export is None and not options.otlp:
        _show(options, found)
    return 0


async def follow(session: str, as_json: bool) -> int:
    """Each turn as it ends, of whichever assistant of this state folder; until it is ended. Raises OSError."""
    folder = traces_folder()
    tail = await asyncio.to_thread(Tail, folder)
    notice("Waiting for turns; Ctrl-C ends.")
    while True:
        for trace in Wanted(session=session).of(await asyncio.to_thread(tail.new)):
            echo(trace.line() if as_json else waterfall(trace, block=_block()) + "\n")
            sys.stdout.flush()
        await asyncio.sleep(LOOK_S)


def _read(wanted: Wanted) -> list[TurnTrace]:
    folder = traces_folder()
    try:
        return wanted.of(read_traces(folder))
    except OSError as error:
        raise UserError(f"The traces in {folder} cannot be read: {error.strerror}.") from error


def _show(options: Options, found: Sequence[TurnTrace]) -> None:
    if options.as_json:
        turns = [trace.as_dict() for trace in found]
        print_json(turns if _single(options) else {"summary": summary(found).as_dict(), "turns": turns})
        return
    if _single(options):
        shown = found if options.slowest or options.turn else found[-options.waterfall :]
        echo("\n\n".join(waterfall(trace, block=_block()) for trace in shown))
        return
    echo(f"{table(summary(found))}\n")
    for trace in found[-LISTED:]:
        echo(one_line(trace))
    echo(f"\nOne of them: assistant traces --turn {found[-1].id[:8]}")


def _single(options: Options) -> bool:
    """Turns are asked for, not figures of many."""
    return bool(options.turn or options.slowest or options.waterfall)


def _block() -> str:
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        "█".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return "#"
    return "█"


def _to_otlp(target: str, found: Sequence[TurnTrace]) -> None:
    if "://" not in target:
        _write(Path(target), json.dumps(request(found)) + "\n")
        return
    exporter = Exporter(target)
    for at in range(0, len(found), EXPORTED_AT_ONCE):
        exporter.send(found[at : at + EXPORTED_AT_ONCE])


def _write(path: Path, text: str) -> None:
    """Whole or not at all; its owner alone can read it. Raises `UserError`."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error
