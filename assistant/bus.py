"""Events to whoever watches. Publishing never waits: an observer that is too slow loses its oldest events,
and the loss is counted, so nothing that watches a conversation can slow it down."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from assistant.events import Event

Observer = Callable[[Event], None]


class Subscription:
    """A bounded, closeable stream of events for one observer. Loop thread only."""

    def __init__(self, size: int) -> None:
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
            observer(event)

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Call `observer` at once for each event: for what is quick and cannot fail. Returns its end."""
        self._observers.append(observer)

        def stop() -> None:
            if observer in self._observers:
                self._observers.remove(observer)

        return stop

    def subscribe(self, size: int = 256) -> Subscription:
        """For an observer with a pace of its own."""
        subscription = Subscription(size)
        self._observers.append(subscription.push)
        return subscription
