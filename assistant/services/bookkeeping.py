"""Writing down what is about to be done and what came of it, bounded, and never in the way of what was done."""

import asyncio
import logging
from typing import Protocol, runtime_checkable

from assistant.errors import UserError
from assistant.storage.audit import Record

_log = logging.getLogger(__name__)
_TIMEOUT_S = 5.0


class Audit(Protocol):
    async def append(self, record: Record) -> int | None:
        """What came of a call. The number of the record, if it has one."""


@runtime_checkable
class BeginsRecords(Protocol):
    """An `Audit` that wants to be told before something is done, too: so that it shows when nobody lived to tell what
    came of it."""

    async def begin(self, record: Record) -> int | None:
        """The number of the record, if it has one."""


async def begin(audit: Audit, record: Record) -> int | None:
    """The number of the record of what is about to be done, 0 where it has none; None: it could not be written."""
    if not isinstance(audit, BeginsRecords):
        return 0
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            return await audit.begin(record) or 0
    except (UserError, TimeoutError) as error:
        _log.error("no record of %s could be written before it was done: %s", record.service, error)
    return None


async def append(audit: Audit, record: Record) -> int:
    """The number of the record of what came of a call; 0 where it has none, or could not be written."""
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            return await audit.append(record) or 0
    except (UserError, TimeoutError) as error:
        # The deed is done; that it could not be written down must not make it look undone.
        _log.error("no record of %s could be written: %s", record.service, error)
    return 0
