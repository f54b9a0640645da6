"""Observing: the turns of an assistant are collected, kept on disk, and sent on where the owner wants that."""

import asyncio
import logging
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from assistant.bus import Bus
from assistant.config.model import Observe
from assistant.observe.background import Background
from assistant.observe.collector import Collector
from assistant.observe.lag import LagMonitor
from assistant.observe.otlp_http import Exporter
from assistant.observe.record import TurnTrace
from assistant.observe.store import TraceStore, traces_folder

log = logging.getLogger(__name__)


class Keeper:
    """`async with Keeper(settings, bus):` meanwhile every turn that ends has a trace. Nothing of it waits for a
    disk or a network, and none of their errors reaches a conversation: they are logged."""

    def __init__(self, settings: Observe, bus: Bus) -> None:
        self._settings = settings
        self._bus = bus
        self._works: list[Background] = []
        self._lag: LagMonitor | None = None
        self._stop: Callable[[], None] = lambda: None

    async def __aenter__(self) -> Self:
        if self._settings.traces:
            store = TraceStore(
                traces_folder(),
                max_bytes=self._settings.keep_mb * 1_000_000,
                max_days=self._settings.keep_days,
                wall=time.time,
            )
            self._works.append(Background("traces cannot be kept", store.append))
        if self._settings.otlp_url:
            self._works.append(Background("traces are not exported", Exporter(self._settings.otlp_url).send))
        if self._works:
            for work in self._works:
                work.start()
            self._lag = LagMonitor(asyncio.get_running_loop())
            self._lag.start()
            collector = Collector(self._keep, keep_words=self._settings.keep_words, lag=self._lag)
            self._stop = self._bus.observe(collector)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()
        if self._lag is not None:
            self._lag.close()
        await asyncio.gather(*(work.close() for work in self._works))
        for work in self._works:
            if work.dropped:
                log.info("%d traces were lost", work.dropped)

    def _keep(self, trace: TurnTrace) -> None:
        for work in self._works:
            work.put(trace)
