"""Work on traces that may take long or fail, in a thread of its own, so that no conversation waits for it."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence

from assistant.observe.record import TurnTrace

log = logging.getLogger(__name__)

MOST_WAITING = 256
MOST_AT_ONCE = 32
CLOSE_TIMEOUT_S = 2.0


class Background:
    """Hands traces to `work` in a thread, some at a time. The oldest that wait for it are dropped when there
    are too many, and counted. An error of `work` loses what it was given, and is logged when it is the first
    after a success."""

    def __init__(self, name: str, work: Callable[[Sequence[TurnTrace]], None]) -> None:
        self._name = name
        self._work = work
        self._waiting: deque[TurnTrace] = deque()
        self._change = threading.Condition()
        self._stop = False
        self._failing = False
        self.dropped = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, trace: TurnTrace) -> None:
        """Never waits for the work. Any thread."""
        with self._change:
            if len(self._waiting) >= MOST_WAITING:
                self._waiting.popleft()
                self.dropped += 1
            self._waiting.append(trace)
            self._change.notify()

    async def close(self) -> None:
        """What waits is worked on; after `CLOSE_TIMEOUT_S` it is left behind. Idempotent."""
        with self._change:
            self._stop = True
            self._change.notify()
        await asyncio.to_thread(self._thread.join, CLOSE_TIMEOUT_S)

    def _run(self) -> None:
        while True:
            with self._change:
                while not self._waiting and not self._stop:
                    self._change.wait()
                if not self._waiting:
                    return
                some = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
            try:
                self._work(some)
            except Exception as error:  # of a disk, of a network: a conversation does not end of it
                self.dropped += len(some)
                if not self._failing:
                    log.warning("%s: %s", self._name, getattr(error, "strerror", None) or error)
                self._failing = True
            else:
                self._failing = False
