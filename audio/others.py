"""Sound of other programs on the same speaker, through PulseAudio or PipeWire: quieter for a while, and back.

Done by `pactl`, which comes with either; without it, or without such a server, nothing happens.
"""

import asyncio
import json
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

LOWERED_DB = -12.0
FACTOR = 10 ** (LOWERED_DB / 60)
"""Of PulseAudio's volume, whose cube is the amplitude: 20 log₁₀ v³ = 60 log₁₀ v."""
ROUNDING = 66
"""PipeWire keeps volumes as floating-point numbers and gives them back rounded: 0.1 % of 65536."""
PACTL_S = 2.0
MOST = 64
ENVIRONMENT = {"LC_ALL": "C"}


class NoServer(Exception):
    """`str()` says why nothing can be lowered."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """A stream that is quieter because of us. Volumes of its channels: 65536 is 100 %."""

    index: int
    program: str
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stream:
    """A sink input."""

    index: int
    sink: int
    process: str
    program: str
    volume: tuple[int, ...]

    @classmethod
    def of(cls, found: dict[str, Any]) -> "Stream":
        properties = found.get("properties", {})
        return cls(
            index=int(found["index"]),
            sink=int(found["sink"]),
            process=str(properties.get("application.process.id", "")),
            program=str(properties.get("application.name", "")),
            volume=tuple(int(channel["value"]) for channel in found.get("volume", {}).values()),
        )


class OtherSound:
    """What else is playing. One caller at a time; loop thread, no call takes longer than some seconds.

    `notes`: the file that remembers what is lowered, so that it can be undone after a crash too.
    """

    def __init__(self, notes: Path, process: int | None = None) -> None:
        """`process`: whose streams are never touched; by default this one's."""
        self._notes = notes
        self._process = str(process or os.getpid())

    async def check(self) -> str:
        """Name and version of the server. Raises `NoServer`."""
        info = await self._ask("info")
        return f"{info.get('server_name', 'a sound server')} {info.get('server_version', '')}".strip()

    async def lower(self) -> None:
        """Make all others on this process's speaker quieter that are not yet: what began meanwhile too. Raises
        `NoServer`."""
        noted = self._read()
        streams = await self._streams()
        found = ((_find(streams, each), each.after) for each in noted)
        held = {stream.index for stream, after in found if stream and _near(stream.volume, after)}
        sinks = {stream.sink for stream in streams if stream.process == self._process}
        fresh = [
            Lowered(each.index, each.program, each.volume, tuple(round(FACTOR * v) for v in each.volume))
            for each in streams
            if each.process != self._process
            and each.sink in sinks
            and each.index not in held
            and any(each.volume)
        ]
        if not fresh:
            return
        known = {each.index for each in fresh}
        self._write(
            [*(each for each in noted if each.index not in known), *fresh][-MOST:]
        )  # before it is done
        for each in fresh:
            await self._set(each.index, each.after)

    async def restore(self) -> None:
        """Make what was lowered as loud as it was, unless a person has changed it meanwhile. What is not there now
        stays noted: its program's next stream begins as quiet. Raises `NoServer`."""
        noted = self._read()
        if not noted:
            return
        streams = await self._streams()
        left: list[Lowered] = []
        for each in noted:
            stream = _find(streams, each)
            if stream is None:
                left.append(each)
            elif _near(stream.volume, each.after):
                await self._set(stream.index, each.before)
        self._write(left)

    async def _streams(self) -> list[Stream]:
        found = await self._ask("list", "sink-inputs")
        with suppress(KeyError, TypeError, ValueError, AttributeError):
            return [Stream.of(each) for each in found]
        raise NoServer("pactl lists streams in a form that is not known here.")

    async def _set(self, index: int, volume: Iterable[int]) -> None:
        with suppress(NoServer):  # the stream has ended meanwhile
            await self._pactl("set-sink-input-volume", str(index), *map(str, volume))

    async def _ask(self, *arguments: str) -> Any:
        try:
            return json.loads(await self._pactl("--format=json", *arguments))
        except ValueError as error:
            raise NoServer("This pactl has no --format=json: it needs version 16.") from error

    async def _pactl(self, *arguments: str) -> bytes:
        program = shutil.which("pactl")
        if program is None:
            raise NoServer("pactl is not installed.")
        process = await asyncio.create_subprocess_exec(
            program,
            *arguments,
            env={**os.environ, **ENVIRONMENT},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(PACTL_S):
                out, err = await process.communicate()
        except TimeoutError as error:
            raise NoServer(f"The sound server does not answer within {PACTL_S:.0f} s.") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            said = " ".join(err.decode(errors="replace").split()) or f"exit status {process.returncode}"
            raise NoServer(f"pactl: {said}")
        return out

    def _read(self) -> list[Lowered]:
        """Nothing where the notes are missing or damaged. Blocks for microseconds."""
        with suppress(OSError, ValueError, TypeError, KeyError):
            return [
                Lowered(int(each["index"]), str(each["program"]), tuple(each["before"]), tuple(each["after"]))
                for each in json.loads(self._notes.read_text("utf-8"))
            ]
        return []

    def _write(self, noted: list[Lowered]) -> None:
        with suppress(OSError):  # a full disk: then only a crash cannot be undone
            self._notes.parent.mkdir(parents=True, exist_ok=True)
            new = self._notes.with_suffix(".new")
            new.write_text(json.dumps([asdict(each) for each in noted]), "utf-8")
            new.replace(self._notes)


def _find(streams: list[Stream], wanted: Lowered) -> Stream | None:
    """The stream itself, or the next of its program, if that has a name, that is as quiet."""
    for stream in streams:
        if stream.index == wanted.index and stream.program == wanted.program:
            return stream
    named = (each for each in streams if wanted.program and each.program == wanted.program)
    return next((each for each in named if _near(each.volume, wanted.after)), None)


def _near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return len(one) == len(other) and all(abs(a - b) <= ROUNDING for a, b in zip(one, other, strict=True))
