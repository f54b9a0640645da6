"""Work that may take longer than a person waits for an answer: it goes on, and they are told when it is done."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from assistant.services.service import Done, ServiceError

_log = logging.getLogger(__name__)
PATIENCE_S = 3.0
"""How long a person waits for an answer."""
MOST_AT_ONCE = 8
_CLOSE_TIMEOUT_S = 5.0

Tell = Callable[[str, str], None]
"""(session, sentence): say it there when there is time; it returns at once."""


class Background:
    """Work by name, one of each at a time. It goes on when its caller goes away. Loop thread."""

    def __init__(self, tell: Tell | None) -> None:
        """`tell` None: nobody is there later, so that each answer is waited for."""
        self._tell = tell
        self.patience_s = PATIENCE_S
        self._running: dict[str, asyncio.Task[Done]] = {}

    def waits_s(self, most_s: float) -> float:
        """How long `run` may take for work that takes `most_s` at most."""
        return min(self.patience_s, most_s) if self._tell else most_s

    async def run(self, name: str, session: str, work: Coroutine[Any, Any, Done], most_s: float) -> Done:
        """What came of it, or that it goes on. `work` bounds itself to `most_s`. Raises what it raises, and
        `ServiceError` where it cannot begin."""
        if name in self._running:
            work.close()
            raise ServiceError("still_running", "I am still at that.")
        if len(self._running) >= MOST_AT_ONCE:
            work.close()
            raise ServiceError("too_many", "I am doing too much already. Please wait a moment.")
        task = asyncio.create_task(work, name=name)
        self._running[name] = task
        task.add_done_callback(lambda _: self._running.pop(name, None))
        done, _ = await asyncio.wait([task], timeout=self.waits_s(most_s))
        if done:
            return task.result()
        task.add_done_callback(partial(self._late, session))
        return Done({"spoken": "That takes a while. I'll tell you when it is done.", "running": True})

    async def close(self) -> None:
        """End what is running. Idempotent and bounded."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_CLOSE_TIMEOUT_S)

    def _late(self, session: str, task: "asyncio.Task[Done]") -> None:
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            said = str(task.result().result.get("spoken"))
        elif isinstance(error, ServiceError):
            said = str(error)
        else:
            _log.error("%s failed", task.get_name(), exc_info=error)
            said = "Something went wrong with what you asked me to do."
        if self._tell:
            self._tell(session, said)
