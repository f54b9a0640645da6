"""A sound card that a conversation outlives: microphone and speaker go away and come back, history, timers and open
questions stay."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Self

from assistant.channels.sound import SoundCard
from audio.errors import AudioError, DeviceLost
from audio.frames import FRAME_MS, FRAME_SAMPLES, Frame, Pcm, silence
from audio.streams import look_again

RETRY_S = 2.0
QUIET_S = 3.0
"""So long a lost microphone gives silence: whoever was speaking has ended, for all that can be heard."""
KEEP_S = 10.0
"""So long an answer waits for a lost speaker to come back; what is left of it is dropped then."""
STUMBLES = 5
MINUTE_S = 60.0
"""So many gaps of a device in a minute are told of, once; not those of the first, in which engines are loading."""

OpenCard = Callable[[], Awaitable[SoundCard]]
Tell = Callable[[str], None]


class LastingCard:
    """The present sound card. `async with` opens it (raises `NoDevice`) and keeps it open; loop thread.

    When a device is lost, both are closed, the list of devices is read anew, and they are opened again as soon as
    that works: the same device under another number, or whatever is the default by then. `tell` gets a sentence
    each time, and then `on_back` is called.
    """

    def __init__(
        self,
        open_card: OpenCard,
        tell: Tell,
        *,
        on_back: Callable[[], None] = lambda: None,
        retry_s: float = RETRY_S,
        look: Callable[[], object] = look_again,
    ) -> None:
        """`look` reads the list of devices anew, in a thread; it may raise `NoDevice`."""
        self._open_card = open_card
        self._tell = tell
        self._on_back = on_back
        self._retry_s = retry_s
        self._look = look
        self._error: DeviceLost | None = None
        self._changed = asyncio.Event()  # replaced at each change, so everybody who waits sees it
        self._keeper: asyncio.Task[None] | None = None
        self._ducked = False
        self._told = False
        self._minute_s = asyncio.get_running_loop().time()
        self._stumbles: int | None = None  # at the beginning of this minute; of the first they do not count
        self.card: SoundCard
        self.lost_at_s = 0.0
        self.closed = False
        self.source = LastingSource(self)
        self.sink: LastingSink

    async def __aenter__(self) -> Self:
        self.card = await self._open_card()
        self.sink = LastingSink(self)
        self._keeper = asyncio.create_task(self._keep(), name="sound card")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.closed = True
        self._change()
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        await self.card.close()

    @property
    def there(self) -> bool:
        """Both devices work, for all that is known."""
        return self._error is None and not self.closed

    def lose(self, card: SoundCard, error: DeviceLost) -> None:
        """A device of `card` is gone. Of a card that was replaced meanwhile it is no news."""
        if card is self.card and self.there:
            self._error = error
            self.lost_at_s = asyncio.get_running_loop().time()
            self._change()

    def duck(self, down: bool) -> None:
        """As `SoundCard.duck`; a card that comes back is as loud as this one was."""
        self._ducked = down
        self.card.duck(down)

    async def changed(self, timeout_s: float | None = None) -> None:
        """Until a device is lost or back, something was dropped, or the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()

    def stir(self) -> None:
        """Who waits shall look again."""
        self._change()

    def count_stumbles(self) -> None:
        """Tell, once, that a device is not served in time. Call it now and then."""
        now_s = asyncio.get_running_loop().time()
        if now_s < self._minute_s + MINUTE_S:
            return
        count = self.card.microphone.overflows + self.card.speaker.device_underruns
        stumbled = count - self._stumbles if self._stumbles is not None else 0
        self._minute_s, self._stumbles = now_s, count
        if stumbled >= STUMBLES and not self._told:
            self._told = True
            self._tell(
                "Sound has gaps: this machine is too busy, or the device is faulty. Close other programs; "
                "`assistant doctor --audio` measures it."
            )

    def _change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _keep(self) -> None:
        while not self.closed:
            if self._error is None:
                await self.changed()
                continue
            self._tell(f"{self._error} Waiting for it to come back; Ctrl-C ends.")
            await self.card.close()
            self.card = await self._reopened()
            self.card.duck(self._ducked)
            self._stumbles = None  # the new card counts from 0, in a minute of its own
            self._error = None
            self._tell("Sound is back.")
            self._on_back()
            self._change()

    async def _reopened(self) -> SoundCard:
        while True:
            await asyncio.sleep(self._retry_s)
            with suppress(AudioError):
                await asyncio.to_thread(self._look)
                return await self._open_card()


class LastingSource:
    """A `Source`: the microphone there is. In place of one that is lost comes silence for QUIET_S, and then nothing
    until it is back; indices go on without a gap, and `dropped_samples` counts what was not heard meanwhile."""

    def __init__(self, lasting: LastingCard) -> None:
        self._lasting = lasting
        self._dropped = 0  # at cards that are gone, and between them

    @property
    def dropped_samples(self) -> int:
        return self._dropped + self._lasting.card.microphone.dropped_samples

    async def frames(self) -> AsyncIterator[Frame]:
        """As in `Source`; never raises `DeviceLost`."""
        lasting, end = self._lasting, 0
        while not lasting.closed:
            card, start = lasting.card, end
            try:
                async for frame in card.source.frames():
                    end = start + frame.index + FRAME_SAMPLES
                    yield replace(frame, index=start + frame.index)
                    if frame.index % (50 * FRAME_SAMPLES) == 0:  # once a second
                        lasting.count_stumbles()
            except DeviceLost as error:
                lasting.lose(card, error)
            if lasting.there and lasting.card is card:
                return  # it was closed: nobody wants to hear any more
            self._dropped += card.microphone.dropped_samples
            async for frame in self._silence(card, end):
                end = frame.index + FRAME_SAMPLES
                yield frame

    async def _silence(self, card: SoundCard, index: int) -> AsyncIterator[Frame]:
        """While there is no microphone. A frame each 20 ms, so that whatever waits for an end of speech gets it."""
        lasting = self._lasting
        loop = asyncio.get_running_loop()
        began_s, count = loop.time(), 0
        while not lasting.closed and not lasting.there:
            due_s = began_s + count * FRAME_MS / 1000
            if due_s < began_s + QUIET_S:
                await lasting.changed(max(0.0, due_s - loop.time()))
                yield Frame(index + count * FRAME_SAMPLES, silence(FRAME_MS / 1000))
                count += 1
            else:
                await lasting.changed()
        self._dropped += round((loop.time() - began_s) * 1000 / FRAME_MS) * FRAME_SAMPLES

    async def close(self) -> None:
        """The card closes it."""


class LastingSink:
    """A `Sink`: the speaker there is. What one that is lost had taken counts as played once another is there: it can
    not be had back, at most half a second. An answer waits for the next speaker, for KEEP_S."""

    def __init__(self, lasting: LastingCard) -> None:
        self._lasting = lasting
        self._rate_hz = lasting.card.speaker.sample_rate_hz
        self._card = lasting.card  # whose positions count from `_before` on
        self._before = 0
        self._gaps = (0, 0)  # underruns and device underruns of cards that are gone
        self._epoch = 0

    @property
    def sample_rate_hz(self) -> int:
        return self._rate_hz

    @property
    def written_samples(self) -> int:
        return self._follow() + self._card.speaker.written_samples

    @property
    def played_samples(self) -> int:
        return self._follow() + self._card.speaker.played_samples

    @property
    def underruns(self) -> int:
        self._follow()
        return self._gaps[0] + self._card.speaker.underruns

    @property
    def device_underruns(self) -> int:
        self._follow()
        return self._gaps[1] + self._card.speaker.device_underruns

    def _follow(self) -> int:
        """Where the present speaker's positions begin."""
        if self._card is not self._lasting.card:
            old, self._card = self._card.speaker, self._lasting.card
            self._before += old.written_samples
            self._gaps = (self._gaps[0] + old.underruns, self._gaps[1] + old.device_underruns)
        return self._before

    async def write(self, pcm: Pcm) -> None:
        """As in `Sink`; never raises `DeviceLost`."""
        epoch = self._epoch
        while len(pcm) and await self._speaker_is_there(epoch):
            self._follow()
            card = self._card
            before = card.speaker.written_samples
            try:
                await card.speaker.write(pcm)
            except DeviceLost as error:
                pcm = pcm[max(0, card.speaker.written_samples - before) :]
                self._lasting.lose(card, error)
            else:
                if (card is self._lasting.card and self._lasting.there) or epoch != self._epoch:
                    return
                pcm = pcm[max(0, card.speaker.written_samples - before) :]  # closed in the middle of it

    async def _speaker_is_there(self, epoch: int) -> bool:
        """Waits for it. False when `flush` was called, the card closed, or the speaker stayed away for too long."""
        lasting = self._lasting
        loop = asyncio.get_running_loop()
        while not lasting.there and epoch == self._epoch and not lasting.closed:
            left_s = lasting.lost_at_s + KEEP_S - loop.time()
            if left_s <= 0:
                return False
            await lasting.changed(left_s)
        return lasting.there and epoch == self._epoch

    async def drain(self) -> None:
        """As in `Sink`; of a speaker that is lost nothing more will be heard."""
        self._follow()
        card = self._card
        if self._lasting.there:
            try:
                await card.speaker.drain()
            except DeviceLost as error:
                self._lasting.lose(card, error)

    def flush(self) -> None:
        """As in `Sink`."""
        self._epoch += 1
        self._follow()
        self._card.speaker.flush()
        self._lasting.stir()

    async def close(self) -> None:
        """The card closes it."""
