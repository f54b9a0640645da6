"""When, in a whole sentence: `wake me at half past six tomorrow please`, `remind me on friday to call mum at six`.

Words that are a moment or a repetition are found by reading, not by their place, so that it does not matter what else
the sentence says, or which words a recogniser of entities took for the time.
"""

from datetime import datetime, tzinfo

from assistant.services.numbers import tokens_of
from assistant.services.repeats import Plan, try_plan

_LINKS = frozenset({"to", "that", "about", "of"})
_MOST_WORDS = 60


def plan_in(when: str, said: str, now: datetime, zone: tzinfo, *, waking: bool = False) -> Plan | None:
    """When something is to be: what `when` says and, where that is nothing or not understood, the longest part of the
    sentence `said` that tells a time."""
    if when and (plan := try_plan(tokens_of(when), now, zone, waking=waking)) is not None:
        return plan
    words = said.split()[:_MOST_WORDS]
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length + 1):
            tokens = tokens_of(" ".join(words[start : start + length]))
            plan = try_plan(tokens, now, zone, waking=waking, strict=length < len(words))
            if plan is not None:
                return plan
    return None


def split_when(said: str, now: datetime, zone: tzinfo) -> tuple[str, Plan | None]:
    """The thing and its time in what follows "remind me": `at six to call mum`, `to call mum at six`, `tomorrow to
    call mum at six`. Without a time in it all of it is the thing."""
    words = said.split()[:_MOST_WORDS]
    lead = _lead(words, now, zone)
    start = lead
    while start < len(words) and words[start] in _LINKS:
        start += 1
    for end in range(start + 1, len(words)):
        both = [*words[:lead], *words[end:]]
        plan = try_plan(tokens_of(" ".join(both)), now, zone, strict=True)
        if plan is not None:
            return " ".join(words[start:end]), plan
    plan = try_plan(tokens_of(" ".join(words[:lead])), now, zone) if lead else None
    return " ".join(words[start:]), plan


def _lead(words: list[str], now: datetime, zone: tzinfo) -> int:
    """How many words at the beginning tell the time: all, or those before a word that leads to the thing."""
    for end in range(len(words), 0, -1):
        linked = end == len(words) or words[end] in _LINKS
        if linked and try_plan(tokens_of(" ".join(words[:end])), now, zone) is not None:
            return end
    return 0
