"""A budget of requests in an hour; a generator that is none uses nothing up."""

from collections.abc import AsyncGenerator
from typing import Literal

import pytest

from assistant.generation.base import GenerationUnavailable, Message, NoGenerator, Piece, Request, Text
from assistant.generation.budget import HOUR_S, USED_UP, Budgeted
from tests.services.fakes import FakeClock

REQUEST = Request([Message("user", "why")])


class Parrot:
    """A model with one answer, which tells whether it was let finish."""

    name = "parrot"
    source: Literal["generated"] = "generated"

    def __init__(self) -> None:
        self.closed = 0

    async def answer(self, request: Request) -> AsyncGenerator[Piece, None]:
        try:
            yield Text("Because.")
            yield Text("And so on.")
        finally:
            self.closed += 1

    async def close(self) -> None:
        """Nothing to close."""


async def said(generator: Budgeted) -> list[Piece]:
    return [piece async for piece in generator.answer(REQUEST)]


async def test_after_so_many_it_says_so_and_goes_on_later() -> None:
    clock = FakeClock()
    generator = Budgeted(Parrot(), 2, clock.monotonic)
    for _ in range(2):
        assert len(await said(generator)) == 2
    with pytest.raises(GenerationUnavailable, match=USED_UP):
        await said(generator)
    clock.set(clock.now() + HOUR_S / 2)
    assert len(await said(generator)) == 2
    with pytest.raises(GenerationUnavailable):
        await said(generator)


async def test_what_is_given_up_ends_at_the_model_too() -> None:
    parrot = Parrot()
    answer = Budgeted(parrot, 0, FakeClock().monotonic).answer(REQUEST)
    await anext(answer)
    await answer.aclose()
    assert parrot.closed == 1


async def test_where_there_is_no_model_nothing_is_used_up() -> None:
    generator = Budgeted(NoGenerator(), 1, FakeClock().monotonic)
    for _ in range(3):
        assert await said(generator)
