"""Only so many requests to language models in an hour, whoever asks for them."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Literal

from assistant.generation.base import GenerationUnavailable, Piece, Request, TextGenerator
from assistant.services.rate import RateLimit

HOUR_S = 3600.0
USED_UP = "I have asked the language model as often as I may for now. Please try again later."


class Budgeted:
    """A `TextGenerator` with a budget; where no model answers nothing is used up. Loop thread."""

    def __init__(
        self, generator: TextGenerator, requests_per_hour: int, monotonic: Callable[[], float]
    ) -> None:
        """`requests_per_hour`: 0: any number."""
        self._generator = generator
        self._budget = RateLimit(requests_per_hour, monotonic, period_s=HOUR_S)

    @property
    def name(self) -> str:
        return self._generator.name

    @property
    def source(self) -> Literal["generated", "none"]:
        return self._generator.source

    async def answer(self, request: Request) -> AsyncGenerator[Piece, None]:
        if self._generator.source == "generated" and not self._budget.take():
            raise GenerationUnavailable(USED_UP, "oversight.model_answers_per_hour is used up")
        async with aclosing(self._generator.answer(request)) as pieces:
            async for piece in pieces:
                yield piece

    async def close(self) -> None:
        await self._generator.close()
