"""The one way of generated text to a voice: each sentence is checked before any of its sound is made."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.safety.guard import Guard, Verdict
from assistant.safety.templates import GATE, template_for

log = logging.getLogger(__name__)

MOST_CHARACTERS = 2_000
"""A sentence that is longer is none, and to look through it would take long."""

DONE = "done"
"""The category of claims that something was done. A guard names it last, where nothing else is wrong."""

SHOWS_CHARACTERS = 600
"""Of what was said before, the end that is looked at together with a sentence."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`text` may be said as it is: the sentence, or what is said in its place. `blocked`: the category of what was
    found, "gate" where a check failed or was late, empty where the sentence may be said. After a sentence that
    was blocked the rest of the answer is not worth saying: whoever asks ends it there."""

    text: str
    blocked: str = ""


class Gate:
    """Loop thread; several checks may be under way. `timeout_s` bounds all guards of one sentence together; they are
    asked in their order, and the first that objects decides. Without a guard nothing passes: a gate that was
    forgotten to be furnished is shut."""

    def __init__(
        self, guards: Sequence[Guard], timeout_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._guards = tuple(guards)
        self._timeout_s = timeout_s
        self._clock = clock

    async def check(self, sentence: str, before: str = "", *, acted: bool = False) -> Checked:
        """`before`: what was said just before, for what is wrong only in both together; more than one sentence of it
        helps. `acted`: a service did something for this answer, which may say so. Never raises, except for
        cancellation."""
        if not sentence.strip():
            return Checked(sentence)
        verdict = await self._judged(sentence, before[-SHOWS_CHARACTERS:], (DONE,) if acted else ())
        if verdict.allowed:
            return Checked(sentence)
        log.warning("a generated sentence is not said: %s (%s)", verdict.category, verdict.note)
        return Checked(template_for(verdict.category), verdict.category)

    async def _judged(self, sentence: str, before: str, excused: Sequence[str]) -> Verdict:
        if not self._guards:
            return Verdict(False, GATE, "there is no guard")
        if len(sentence) > MOST_CHARACTERS:
            return Verdict(False, GATE, f"{len(sentence)} characters without an end")
        began_s = self._clock()
        name = ""
        try:
            async with asyncio.timeout(self._timeout_s):
                for guard in self._guards:
                    name = guard.name
                    verdict = await guard.judge(sentence, before)
                    if not verdict.allowed and verdict.category not in excused:
                        return Verdict(False, verdict.category or GATE, f"{name}: {verdict.note}")
        except TimeoutError:
            return Verdict(False, GATE, f"{name} took too long")
        except Exception as error:  # whatever it was, the sentence has not been checked
            return Verdict(False, GATE, f"{name} failed: {type(error).__name__}")
        took_s = self._clock() - began_s
        if took_s > self._timeout_s:  # it never gave the loop a chance to stop it
            return Verdict(False, GATE, f"the guards took {took_s * 1000:.0f} ms")
        return Verdict(True)
