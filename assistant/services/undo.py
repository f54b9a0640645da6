"""Taking back what was done last."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from pydantic import Field

from assistant.services.registry import Registry
from assistant.services.service import Assessment, Input, Origin, Risk, ServiceError, service
from assistant.services.time import Clock
from assistant.storage.audit import Undoable

_MAX_AGE_S = 900.0  # nobody who says "undo" means something from hours ago


class UndoLog(Protocol):
    async def last_undoable(self, session: str, since: float) -> Undoable | None: ...

    async def undoable(self, session: str, since: float, records: Sequence[int]) -> list[Undoable]: ...

    async def mark_undone(self, record: int, at: float) -> None: ...


class UndoInput(Input):
    records: tuple[int, ...] = Field(
        (), description="Records of calls to take back; empty: the last thing.", max_length=50
    )


class UndoServices:
    """Saying it again goes one step further back. What counts was said in the same session, 15 minutes ago at
    most."""

    def __init__(self, clock: Clock, log: UndoLog, registry: Registry) -> None:
        self._clock = clock
        self._log = log
        self._registry = registry
        self._one = asyncio.Lock()  # so that two do not take back the same

    @service(
        "undo.last",
        "Take back the last thing that was done.",
        Risk.REVERSIBLE,
        assess="_assess",
        timeout_s=10.0,
    )
    async def last(self, asked: UndoInput, origin: Origin) -> dict[str, Any]:
        async with self._one:
            return await self._take_back(asked, origin)

    async def _take_back(self, asked: UndoInput, origin: Origin) -> dict[str, Any]:
        found = await self._found(asked, origin)
        undoing = replace(origin, confirmation="", undoing=True)
        results = []
        for each in found:
            for call in each.calls:
                # The yes to undoing is one to this: it was assessed together, below.
                outcome = await self._registry.call_confirmed(call["service"], call["arguments"], undoing)
                if not outcome.ok:
                    raise ServiceError(outcome.error_code, outcome.error_message)
                results.append({"service": call["service"], "result": outcome.result})
            await self._log.mark_undone(each.id, self._clock.now())
        newest = found[0]
        records = [each.id for each in found]
        return {"undone": newest.service, "was": newest.result, "records": records, "calls": results}

    async def _assess(self, asked: UndoInput, origin: Origin) -> Assessment:
        """As risky as what it calls: unlocking a door by undoing its locking needs a yes, too."""
        for each in await self._found(asked, origin):
            for call in each.calls:
                assessed = await self._registry.assess(call["service"], call["arguments"], origin)
                if assessed.risk in (Risk.RISKY, Risk.FORBIDDEN):
                    return assessed
        return Assessment(Risk.REVERSIBLE)

    async def _found(self, asked: UndoInput, origin: Origin) -> list[Undoable]:
        """Newest first."""
        since = self._clock.now() - _MAX_AGE_S
        if asked.records:
            found = await self._log.undoable(origin.session, since, asked.records)
        else:
            last = await self._log.last_undoable(origin.session, since)
            found = [last] if last is not None else []
        if not found:
            raise ServiceError("nothing_to_undo", "There is nothing that I could take back.")
        return found
