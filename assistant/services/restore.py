"""Takes back what was done to timers, alarms and reminders: they are as they were before."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from pydantic import Field

from assistant.services.service import Call, Input, Origin, Risk, service
from assistant.storage.due import Due, DueTable, Kind, State

MOST = 200


class Row(Input):
    """A `Due` as it was."""

    id: str = Field(pattern=r"^[0-9a-f]{12}$")
    kind: Kind
    name: str
    session: str
    due_at: float
    state: State
    wall: str
    rule: str
    duration_s: float
    left_s: float
    rang_at: float


class RestoreInput(Input):
    before: tuple[Row, ...] = Field((), description="As they were.", max_length=MOST)
    new: tuple[str, ...] = Field((), description="Ids of what was not there before.", max_length=MOST)


class RestoreServices:
    """`changed` is called afterwards, so that the scheduler looks again."""

    def __init__(self, table: DueTable, changed: Callable[[], None]) -> None:
        self._table = table
        self._changed = changed

    @service(
        "due.restore", "Put timers, alarms and reminders back to what they were before.", Risk.REVERSIBLE
    )
    async def restore(self, asked: RestoreInput, origin: Origin) -> dict[str, Any]:
        await self._table.remove(asked.new)
        await self._table.put(Due(**dict(row)) for row in asked.before)
        self._changed()
        return {"restored": len(asked.before), "removed": len(asked.new)}


def undo_of(before: Iterable[Due] = (), new: Iterable[Due] = ()) -> tuple[Call, ...]:
    """The call that makes these as they were, and lets the new ones vanish."""
    rows = [{**asdict(due), "kind": due.kind.value, "state": due.state.value} for due in before]
    return (Call("due.restore", {"before": rows, "new": [due.id for due in new]}),)
