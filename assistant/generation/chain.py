"""Several models in order: the next one where one cannot answer."""

import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from assistant.generation.base import GenerationUnavailable, NoGenerator, Piece, Request, TextGenerator
from assistant.generation.faults import UNREACHABLE, unavailable

FIRST_REST_S = 15.0
LONGEST_REST_S = 300.0

log = logging.getLogger(__name__)


@dataclass
class Breaker:
    """A circuit breaker: a server that failed is not asked again for a time that doubles with each failure, so that an
    outage costs nothing. When it is over one request tries it, and others go past it meanwhile."""

    clock: Callable[[], float]
    rest_s: float = field(default=0.0, init=False)
    _until_s: float = field(default=float("-inf"), init=False)

    @property
    def resting(self) -> bool:
        return self.clock() < self._until_s

    def try_it(self) -> None:
        """A request is on its way to one that failed before."""
        if self.rest_s:
            self._until_s = self.clock() + self.rest_s

    def failed(self) -> None:
        self.rest_s = min(LONGEST_REST_S, 2 * self.rest_s) if self.rest_s else FIRST_REST_S
        self._until_s = self.clock() + self.rest_s

    def answered(self) -> None:
        self.rest_s, self._until_s = 0.0, float("-inf")


class Chain:
    """Asks the models that `models` names just then, in that order; without any it says honestly that it has none.

    Once a model has begun to answer, no other is asked: the answer would be begun twice. A request that is refused for
    what it is (`of_request`) is tried with the next, and not held against the server.
    """

    def __init__(
        self, models: Callable[[], Sequence[TextGenerator]], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._models = models
        self._clock = clock
        self._none = NoGenerator()
        self._breakers: dict[int, tuple[TextGenerator, Breaker]] = {}
        self._last = ""

    @property
    def name(self) -> str:
        """Of the model that answered last, or would be asked first."""
        names = [each.name for each in self._models()]
        return self._last if self._last in names else (names[0] if names else self._none.name)

    @property
    def source(self) -> Literal["generated", "none"]:
        return "generated" if self._models() else "none"

    async def answer(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See `TextGenerator.answer`. Where all are at rest it fails at once."""
        models = list(self._models())
        if not models:
            async for piece in self._none.answer(request):
                yield piece
            return
        faults: list[GenerationUnavailable] = []
        for model in models:
            breaker = self._breaker(model)
            if breaker.resting:
                continue
            breaker.try_it()
            try:
                async with contextlib.aclosing(model.answer(request)) as pieces:
                    async for piece in pieces:
                        self._last = model.name
                        breaker.answered()  # already now: whoever interrupts the answer does not come back
                        yield piece
            except GenerationUnavailable as fault:
                if fault.of_request:
                    breaker.answered()
                else:
                    breaker.failed()
                if fault.begun:
                    raise
                log.info("%s does not answer: %s", model.name, fault.detail or fault)
                faults.append(fault)
            else:
                breaker.answered()
                return
        raise _joined(faults)

    async def close(self) -> None:
        """The models are closed by whoever made them."""

    def _breaker(self, model: TextGenerator) -> Breaker:
        """The breaker goes with the model: one that is no longer there is forgotten."""
        present = {id(each) for each in self._models()}
        self._breakers = {key: pair for key, pair in self._breakers.items() if key in present}
        return self._breakers.setdefault(id(model), (model, Breaker(self._clock)))[1]


def _joined(faults: list[GenerationUnavailable]) -> GenerationUnavailable:
    """The first one's sentence, since that is the model that the owner prefers; the details of all."""
    if not faults:
        return unavailable(UNREACHABLE, "every model failed lately and is not asked again yet")
    detail = "; ".join(fault.detail or str(fault) for fault in faults)
    return unavailable(str(faults[0]), detail, of_request=all(fault.of_request for fault in faults))
