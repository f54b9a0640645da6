"""What every source of free text promises."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said earlier in the conversation."""

    role: Literal["user", "assistant"]
    text: str


class GenerationUnavailable(Exception):
    """There is no answer, or no more of it. `str()` is one sentence to be spoken; `detail` is for the log."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.detail = detail


class TextGenerator(Protocol):
    """Writes answers piece by piece. Used on the event loop; several answers may be under way."""

    @property
    def name(self) -> str: ...

    @property
    def source(self) -> Literal["generated", "none"]:
        """`generated`: a model writes; `none`: there is no model, and the answer says so."""
        ...

    def answer(self, text: str, history: Sequence[Message] = ()) -> AsyncIterator[str]:
        """Pieces of the answer, none empty, each as soon as it exists; joined they are the answer.

        Raises `GenerationUnavailable`, before the first piece or after any. Cancelling the consumer,
        or closing the iterator, ends the work at the server too.
        """
        ...

    async def close(self) -> None:
        """Idempotent, bounded."""
        ...


_HONEST = (
    "I don't know that. There is no language model configured that I could ask.",
    "That is beyond me: I have no language model to ask.",
    "I can't answer that without a language model, and none is configured.",
)


class NoGenerator:
    """Says that it does not know, in turn with different words."""

    def __init__(self) -> None:
        self._answers = 0

    @property
    def name(self) -> str:
        return "none"

    @property
    def source(self) -> Literal["generated", "none"]:
        return "none"

    async def answer(self, text: str, history: Sequence[Message] = ()) -> AsyncIterator[str]:
        sentence = _HONEST[self._answers % len(_HONEST)]
        self._answers += 1
        yield sentence

    async def close(self) -> None:
        pass
