"""Which of all that is kept is one person's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

SLACK_S = 1.0
"""What belongs to a turn may have a time that is a little before its beginning or after its end."""
_SHORTEST = 2  # characters of a text that can be told to be theirs


@dataclass(frozen=True, slots=True)
class Footprint:
    """`person`: a name that was told with what they said, or that of a token or place of theirs; "": everybody.

    `spans`: where they spoke, and when (began, ended; seconds since the epoch). `sessions`: every place where they did.
    `texts`: what they had written down or made, and the ids of that, in lower case. `lists`: those that they made.
    """

    person: str = ""
    spans: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    sessions: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()

    @property
    def everybody(self) -> bool:
        return not self.person

    def is_them(self, name: str) -> bool:
        return self.everybody or name.casefold() == self.person.casefold()

    def theirs(self, session: str) -> bool:
        """The place is theirs alone, such as that of their token: `api:anna:phone` of anna."""
        return self.everybody or self.person.casefold() in session.casefold().split(":")

    def spoke(self, session: str, at: float) -> bool:
        """They spoke there then, or nobody else ever does."""
        spans = self.spans.get(session, ())
        return self.theirs(session) or any(a - SLACK_S <= at <= b + SLACK_S for a, b in spans)

    def took_part(self, session: str) -> bool:
        """They spoke there some time."""
        return self.theirs(session) or session in self.sessions

    def said(self, text: str) -> bool:
        """They had exactly this written down."""
        return self.everybody or text.casefold() in self.texts


def leaves(value: Any) -> Iterator[str]:
    """Every text in a JSON value, in lower case."""
    if isinstance(value, str) and len(value) >= _SHORTEST:
        yield value.casefold()
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from leaves(each)
