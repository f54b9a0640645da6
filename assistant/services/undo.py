"""Taking back what was done last."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from assistant.services.registry import Outcome
from assistant.services.service import NoInput, Origin, Risk, ServiceError, service
from assistant.services.time import Clock
from assistant.storage.audit import Undoable

_MAX_AGE_S = 900.0  # nobody who says "undo" means something from hours ago

CallService = Callable[[str, object, Origin], Awaitable[Outcome]]


class UndoLog(Protocol):
    async def last_undoable(self, session: str, since: float) -> Undoable | None: ...

    async def mark_undone(self, record: int) -> None: ...


class UndoServices:
    """Saying it again goes one step further back. What counts was said in the same session, 15 minutes ago at
    most."""

    def __init__(self, clock: Clock, log: UndoLog, call: CallService) -> None:
        self._clock = clock
        self._log = log
        self._call = call

    # Its calls are checked one by one on their way through the registry, so unlocking a door by undoing its
    # locking needs a yes, too.
    @service("undo.last", "Take back the last thing that was done.", Risk.REVERSIBLE, timeout_s=10.0)
    async def last(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        found = await self._log.last_undoable(origin.session, self._clock.now() - _MAX_AGE_S)
        if found is None:
            raise ServiceError("nothing_to_undo", "There is nothing that I could take back.")
        undoing = Origin(origin.session, origin.turn, origin.channel, origin.confirmed, undoing=True)
        results = []
        for call in found.calls:
            outcome = await self._call(call["service"], call["arguments"], undoing)
            if not outcome.ok:
                raise ServiceError(outcome.error_code, outcome.error_message)
            results.append({"service": call["service"], "result": outcome.result})
        await self._log.mark_undone(found.id)
        return {"undone": found.service, "calls": results}
