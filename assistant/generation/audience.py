"""Who an answer is written for, as far as the writing needs to know."""

import asyncio
from typing import Protocol


class Audience(Protocol):
    """One turn of one conversation. Loop thread."""

    @property
    def streams(self) -> bool:
        """Whether what is said here reaches the person at once. Else the answer is handed over as a whole."""
        ...

    @property
    def audible(self) -> bool:
        """Whether the person hears it, and so hears silence, too."""
        ...

    @property
    def waited_s(self) -> float:
        """Seconds since the person's turn ended."""
        ...

    def say(self, text: str, source: str) -> None: ...

    def alive(self) -> None:
        """It is still being worked on."""
        ...

    async def over(self) -> str:
        """Until nobody waits for this answer any more: it was interrupted, given up, or the conversation has ended.
        What of it was heard."""
        ...


class Elsewhere:
    """Nobody listens while it is written: a program asks, or a routine."""

    streams = False
    audible = False
    waited_s = 0.0

    def say(self, text: str, source: str) -> None:
        pass

    def alive(self) -> None:
        pass

    async def over(self) -> str:
        await asyncio.Event().wait()
        return ""
