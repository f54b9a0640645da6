"""What every check of a sentence promises."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Verdict:
    """`category` names what was found in a sentence that is not allowed; `note` is for the log and holds none of its
    words."""

    allowed: bool
    category: str = ""
    note: str = ""


ALLOWED = Verdict(True)


class Guard(Protocol):
    """One check. Loop thread; it may take its time, and whoever asks sets the limit."""

    @property
    def name(self) -> str: ...

    async def judge(self, sentence: str, before: str = "") -> Verdict:
        """`before`: the sentence said just before, for what is wrong only in both together. May raise anything:
        that counts as not allowed."""
        ...
