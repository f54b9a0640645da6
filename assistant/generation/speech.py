"""A model's words on their way to the voice: cut into clauses, made fit for the ear, checked, and only then said."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from assistant.generation.audience import Audience
from assistant.generation.ear import for_the_ear
from assistant.safety.gate import Checked, Gate
from assistant.synthesis.clauses import ClauseSplitter

_ENDS = (".", "!", "?", "…", ":")
_CLOSERS = "\"'”’)]*_»` "
_BLOCK = re.compile(r"(?:[-*+•#|>]|\d{1,3}[.)])\s|```")  # a line of these needs no full stop


@dataclass(frozen=True, slots=True)
class First:
    """When the first sentence was there: seconds on the clock. `token_s` the model's first text, `clause_s` the clause
    whole, `said_s` checked and handed on. The same moment three times for what no model wrote."""

    token_s: float
    clause_s: float
    said_s: float


class Speech:
    """One answer. Loop thread. Nothing that `push` is given is said unless the gate lets it pass.

    `on_first` is called when the first sentence was handed on, `on_blocked` with the category of one that may not be
    said. `opening`: what has to be said before the first words of a model; it is no part of the answer where the person
    hears it.
    """

    def __init__(
        self,
        gate: Gate,
        audience: Audience,
        most_sentences: int,
        *,
        on_first: Callable[[str, First], None] = lambda source, first: None,
        on_blocked: Callable[[str], None] = lambda category: None,
        opening: Callable[[], str] = lambda: "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gate = gate
        self._audience = audience
        self._left = most_sentences
        self._on_first = on_first
        self._on_blocked = on_blocked
        self._opening = opening
        self._clock = clock
        self._splitter = ClauseSplitter()
        self._token_s: float | None = None
        self._said: list[str] = []
        self._began = False
        self.generated = False
        """Something that a model wrote was said."""
        self.acted = False
        """A tool of this answer has changed something: that something was done may be true."""

    @property
    def text(self) -> str:
        """All that was said, fillers left out."""
        return " ".join(self._said)

    @property
    def began(self) -> bool:
        return self._began

    async def push(self, text: str) -> bool:
        """More of what the model writes. False: the answer ends here, and nothing more of it is wanted."""
        if self._token_s is None:
            self._token_s = self._clock()
        return await self._pass(self._splitter.push(text))

    async def finish(self) -> bool:
        """The model has written all of this. As `push`. A sentence that stops in the middle, because that was all
        the model had room for, is left out, unless it is all there is."""
        rest = self._splitter.finish()
        if rest and (self._said or rest[1:]) and _breaks_off(rest[-1]):
            del rest[-1]
        return await self._pass(rest)

    def drop(self) -> None:
        """What is not a whole clause yet will never be one."""
        self._splitter = ClauseSplitter()

    def say(self, text: str, source: str) -> None:
        """A sentence that no model wrote."""
        self._hand_on(text, source, self._clock())

    async def _pass(self, clauses: list[str]) -> bool:
        for clause in clauses:
            whole_s = self._clock()
            sentence = for_the_ear(clause)
            if not sentence:
                continue
            checked = await self._check(sentence)
            if not self.generated and not checked.blocked:
                self._open()
            self.generated = self.generated or not checked.blocked
            self._hand_on(checked.text, "generated", whole_s)
            if checked.blocked:
                self._on_blocked(checked.blocked)
                return False
            self._left -= sentence.endswith(_ENDS)
            if self._left <= 0:
                return False
        return True

    def _open(self) -> None:
        if not (text := self._opening()):
            return
        if self._audience.streams:
            self._audience.say(text, "notice")
        else:
            self._said.append(text)

    async def _check(self, sentence: str) -> Checked:
        """Together with what was said before it."""
        return await self._gate.check(sentence, self.text, acted=self.acted)

    def _hand_on(self, text: str, source: str, whole_s: float) -> None:
        first, self._began = not self._began, True
        self._said.append(text)
        self._audience.say(text, source)
        if first:
            token_s = whole_s if self._token_s is None else self._token_s
            self._on_first(source, First(token_s, whole_s, self._clock()))


def _breaks_off(clause: str) -> bool:
    return not clause.rstrip(_CLOSERS).endswith(_ENDS) and _BLOCK.match(clause) is None and " " in clause
