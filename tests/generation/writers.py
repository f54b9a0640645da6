"""Models that write what a test wants, and who they write for. The clock is the event loop's, virtual or not."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from assistant.documents.base import Passage
from assistant.generation.base import Piece, Request, Text, ToolCall
from assistant.safety.guard import ALLOWED, Verdict

Line = str | float | Exception | ToolCall
"""Text, seconds of thinking, a failure, or a proposal."""

FORBIDDEN = "swordfish"


@dataclass
class Writer:
    """A `TextGenerator`; one script for each request, the last one for all that follow."""

    scripts: list[Sequence[Line]]
    source: Literal["generated", "none"] = "generated"
    name: str = "writer"
    requests: list[Request] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    """How each request ended: whole, closed, failed."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: Request) -> AsyncGenerator[Piece, None]:
        script = self.scripts[min(len(self.requests), len(self.scripts) - 1)]
        self.requests.append(request)
        self.asked.set()
        end = "closed"
        try:
            for line in script:
                match line:
                    case str():
                        self.written.append(line)
                        yield Text(line)
                    case ToolCall():
                        yield line
                    case float():
                        await asyncio.sleep(line)
                    case Exception():
                        end = "failed"
                        raise line
            end = "whole"
        finally:
            self.ended.append(end)

    async def close(self) -> None:
        pass


class Words:
    """A guard that allows all but one word, also where it is spread over what was said before and now."""

    name = "words"

    def __init__(self) -> None:
        self.judged: list[tuple[str, str]] = []

    async def judge(self, sentence: str, before: str = "") -> Verdict:
        self.judged.append((sentence, before))
        together = "".join(filter(str.isalpha, f"{before}{sentence}".lower()))
        return Verdict(False, "word") if FORBIDDEN in together else ALLOWED


@dataclass
class Listener:
    """An `Audience`."""

    streams: bool = True
    audible: bool = True
    waited_s: float = 0.0
    said: list[tuple[str, str]] = field(default_factory=list)
    at_s: list[float] = field(default_factory=list)
    signs: int = 0
    hears: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    heard: str = ""

    def say(self, text: str, source: str) -> None:
        self.said.append((text, source))
        self.hears.set()
        self.at_s.append(asyncio.get_running_loop().time())

    def alive(self) -> None:
        self.signs += 1

    async def over(self) -> str:
        await self.left.wait()
        return self.heard

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.said]


@dataclass
class Shelf:
    """A `Retriever`."""

    found: Passage | None = None
    passages: list[Passage] = field(default_factory=list)
    takes_s: float = 0.0
    error: Exception | None = None

    async def answer(self, question: str) -> Passage | None:
        await asyncio.sleep(self.takes_s)
        if self.error is not None:
            raise self.error
        return self.found

    async def search(self, question: str, limit: int = 4) -> list[Passage]:
        await asyncio.sleep(self.takes_s)
        if self.error is not None:
            raise self.error
        return self.passages[:limit]
