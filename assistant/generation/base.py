"""What every source of free text promises."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer, never empty; all of them joined are the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What the model proposes to have done. `arguments_json` is as the model wrote it: not checked, perhaps no JSON at
    all. `id` is the model's, and goes into the `tool` message that answers it."""

    id: str
    name: str
    arguments_json: str


Piece = Text | ToolCall


@dataclass(frozen=True, slots=True)
class Tool:
    """What a model may propose. `name`: 1 to 64 letters, digits, `_` and `-`; `parameters`: the JSON schema of its
    arguments, an object."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said earlier. `tool_calls` are those that an assistant's message made; `tool_call_id` says which one a
    `tool` message is the result of."""

    role: Role
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """All that a model is given: it remembers nothing. `max_tokens` None: as configured."""

    messages: Sequence[Message]
    tools: Sequence[Tool] = field(default=())
    max_tokens: int | None = None


class GenerationUnavailable(Exception):
    """There is no answer, or no more of it. `str()` is one sentence to be spoken; `detail` is for the log, and holds
    neither a key nor what was said. `of_request`: it is this request that is refused, and another may well be
    answered. `begun`: some of the answer had been given."""

    def __init__(
        self, sentence: str, detail: str = "", *, of_request: bool = False, begun: bool = False
    ) -> None:
        super().__init__(sentence)
        self.detail = detail
        self.of_request = of_request
        self.begun = begun


class TextGenerator(Protocol):
    """Writes answers piece by piece. Used on the event loop; several answers may be under way."""

    @property
    def name(self) -> str: ...

    @property
    def source(self) -> Literal["generated", "none"]:
        """`generated`: a model writes; `none`: there is no model, and the answer says so. May change as servers come
        and go, never within an answer."""
        ...

    def answer(self, request: Request) -> AsyncGenerator[Piece, None]:
        """Pieces of the answer, each as soon as it exists; a tool call when it is whole. Text may come before tool
        calls, none behind them.

        Raises `GenerationUnavailable`, before the first piece or after any. Cancelling the consumer, or closing the
        iterator (`contextlib.aclosing`), ends the work at the server too.
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

    async def answer(self, request: Request) -> AsyncGenerator[Piece, None]:
        sentence = _HONEST[self._answers % len(_HONEST)]
        self._answers += 1
        yield Text(sentence)

    async def close(self) -> None:
        pass
