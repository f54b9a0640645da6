"""Several calls that are one to the person who asked: judged together, done in their order, taken back as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.services.registry import Registry
from assistant.services.service import Assessment, Call, Origin, Risk

RANK = {Risk.READ: 0, Risk.REVERSIBLE: 1, Risk.RISKY: 2, Risk.FORBIDDEN: 3}


@dataclass(frozen=True, slots=True)
class Carried:
    """`said`: what each call that went well has to say, `failed`: a sentence for each that did not; `undo`: what takes
    back all, in the order to do it."""

    results: tuple[dict[str, Any], ...]
    said: tuple[str, ...]
    failed: tuple[str, ...]
    undo: tuple[Call, ...]


def circle_in(calls: Mapping[str, Sequence[str]]) -> str:
    """A service that would call itself, perhaps through others; empty where there is none. `calls`: services by name
    → the names of those that they call."""

    def reaches(name: str, above: frozenset[str]) -> bool:
        return name in above or any(reaches(each, above | {name}) for each in calls.get(name, ()))

    return next((name for name in calls if reaches(name, frozenset())), "")


async def assess(registry: Registry, calls: Sequence[Call], origin: Origin) -> Assessment:
    """The greatest risk of them, with the question of the first that has it. Raises `ServiceError` for a call that
    cannot be made."""
    assessed = [await registry.assess(call.service, call.arguments, origin) for call in calls]
    return max(assessed, key=lambda each: RANK[each.risk], default=Assessment(Risk.READ))


async def carry_out(registry: Registry, calls: Sequence[Call], origin: Origin) -> Carried:
    """Make the calls, for which the person's yes is there where one is needed. One that fails does not keep the
    others from being made. They are not to be taken back one by one."""
    inner = replace(origin, confirmation="", undoing=True)
    results, said, failed = [], [], []
    undo: list[Call] = []
    for call in calls:
        outcome = await registry.call_confirmed(call.service, call.arguments, inner)
        if not outcome.ok:
            failed.append(outcome.error_message)
            continue
        results.append(outcome.result)
        if spoken := outcome.result.get("spoken"):
            said.append(str(spoken))
        undo = [*outcome.undo, *undo]
    return Carried(tuple(results), tuple(said), tuple(failed), tuple(undo))
