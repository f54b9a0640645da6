"""Events to whoever watches. Publishing never waits and never fails: an observer that is too slow loses its
oldest events, and the loss is counted; one that raises is not called again. So nothing that watches a
conversation can disturb it."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable

from assistant.events import Event

log = logging.getLogger(__name__)

Observer = Callable[[Event], None]


class Subscription:
    """A bounded, closeable stream of events for one observer. Loop thread only."""

    def __init__(self, size: int, on_close: Callable[[Observer], None] = lambda observer: None) -> None:
        self._on_close = on_close
        self._events: deque[Event] = deque(maxlen=size)
        self._arrived = asyncio.Event()
        self._closed = False
        self.dropped = 0

    def push(self, event: Event) -> None:
        if len(self._events) == self._events.maxlen:
            self.dropped += 1
        self._events.append(event)
        self._arrived.set()

    def close(self) -> None:
        """No more events; what has arrived can still be read. Idempotent."""
        self._closed = True
        self._arrived.set()
        self._on_close(self.push)

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            while self._events:
                yield self._events.popleft()
            if self._closed:
                return
            self._arrived.clear()
            await self._arrived.wait()


class Bus:
    """Where the parts of the assistant publish what happened. Loop thread only."""

    def __init__(self) -> None:
        self._observers: list[Observer] = []

    def publish(self, event: Event) -> None:
        for observer in tuple(self._observers):
            try:
                observer(event)
            except Exception as error:  # such as a console whose reader has gone away
                log.error("%s stops watching: %s: %s", observer, type(error).__name__, error)
                self._remove(observer)

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Call `observer` at once for each event: for what is quick. Returns its end."""
        self._observers.append(observer)
        return lambda: self._remove(observer)

    def subscribe(self, size: int = 256) -> Subscription:
        """For an observer with a pace of its own. Closing the subscription ends it."""
        subscription = Subscription(size, self._remove)
        self._observers.append(subscription.push)
        return subscription

    def _remove(self, observer: Observer) -> None:
        if observer in self._observers:
            self._observers.remove(observer)
