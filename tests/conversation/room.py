"""A room in virtual time: a microphone, a loudspeaker, and how much of the one is heard in the other."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import numpy as np

from audio.echo import EchoCanceller
from audio.errors import DeviceLost
from audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Pcm
from tests.conversation.virtual_time import now_s

NOISE = 20.0  # of a quiet room, in sample units
QUEUE_S = 0.5  # that the loudspeaker takes ahead, as `Sink.write` promises


@dataclass
class Sounding:
    """A piece of sound and when it begins."""

    start_s: float
    pcm: Pcm

    @property
    def end_s(self) -> float:
        return self.start_s + len(self.pcm) / SAMPLE_RATE_HZ


def mix(pieces: list[Sounding], start_s: float, samples: int) -> Pcm:
    """What is heard of the pieces in this stretch of time."""
    out = np.zeros(samples, np.int32)
    for piece in pieces:
        at = round((piece.start_s - start_s) * SAMPLE_RATE_HZ)
        first, last = max(at, 0), min(at + len(piece.pcm), samples)
        if first < last:
            out[first:last] += piece.pcm[first - at : last - at]
    return np.clip(out, -32768, 32767).astype(np.int16)


class Loudspeaker:
    """A `Sink` at 16 kHz that plays in the loop's time and remembers what was audible when."""

    sample_rate_hz = SAMPLE_RATE_HZ

    def __init__(self) -> None:
        self.played: list[Sounding] = []
        self.lost = False
        self._free_s = 0.0
        self._flushes = 0
        self._room = asyncio.Event()

    @property
    def written_samples(self) -> int:
        return sum(len(piece.pcm) for piece in self.played)

    @property
    def played_samples(self) -> int:
        return sum(self._done(piece) for piece in self.played)

    @property
    def silent_since_s(self) -> float:
        """When the last sound of all ends, or ended."""
        return max((piece.end_s for piece in self.played), default=0.0)

    async def write(self, pcm: Pcm) -> None:
        flushes = self._flushes
        while self._free_s - now_s() > QUEUE_S and flushes == self._flushes:
            self._check()
            await self._wait(self._free_s - now_s() - QUEUE_S)
        self._check()
        if flushes != self._flushes:
            return
        start_s = max(self._free_s, now_s())
        self.played.append(Sounding(start_s, pcm))
        self._free_s = start_s + len(pcm) / SAMPLE_RATE_HZ

    async def drain(self) -> None:
        flushes = self._flushes
        while self._free_s > now_s() and flushes == self._flushes:
            await self._wait(self._free_s - now_s())
            self._check()

    def flush(self) -> None:
        heard = [Sounding(piece.start_s, piece.pcm[: self._done(piece)]) for piece in self.played]
        self.played = [piece for piece in heard if len(piece.pcm)]
        self._free_s = now_s()
        self._flushes += 1
        self._room.set()

    async def close(self) -> None:
        self.flush()

    def lose(self) -> None:
        """It is unplugged."""
        self.lost = True
        self._room.set()

    def _check(self) -> None:
        if self.lost:
            raise DeviceLost('The speaker "test" is gone.')

    async def _wait(self, seconds: float) -> None:
        self._room.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._room.wait()
        except TimeoutError:
            pass

    def _done(self, piece: Sounding) -> int:
        return max(0, min(len(piece.pcm), round((now_s() - piece.start_s) * SAMPLE_RATE_HZ)))


class Microphone:
    """A `Source` in the loop's time: hears who speaks, and the loudspeaker as loud (`echo`, 0..1) and as late
    as it is in the room, with a little noise. `canceller` takes the echo out again, as `EchoMicrophone` does."""

    dropped_samples = 0

    def __init__(
        self,
        loudspeaker: Loudspeaker,
        *,
        echo: float = 0.0,
        echo_delay_s: float = 0.0,
        canceller: EchoCanceller | None = None,
    ) -> None:
        self._loudspeaker = loudspeaker
        self._canceller = canceller
        self._noise = np.random.default_rng(8)
        self._echo = echo
        self._echo_delay_s = echo_delay_s
        self._people: list[Sounding] = []
        self._closed = False
        self.lost = False

    def say(self, pcm: Pcm) -> Sounding:
        """Somebody begins to speak now."""
        self._people.append(Sounding(now_s(), pcm))
        return self._people[-1]

    async def frames(self) -> AsyncIterator[Frame]:
        start_s, index = now_s(), 0
        while not self._closed:
            begin_s = start_s + index / SAMPLE_RATE_HZ
            due_s = start_s + (index + FRAME_SAMPLES) / SAMPLE_RATE_HZ
            await asyncio.sleep(max(0.0, due_s - now_s()))
            if self.lost:
                raise DeviceLost('The microphone "test" is gone.')
            yield self._frame(index, begin_s)
            index += FRAME_SAMPLES

    async def close(self) -> None:
        self._closed = True

    def _frame(self, index: int, begin_s: float) -> Frame:
        heard = self._heard(begin_s)
        if self._canceller is None:
            return Frame(index, heard)
        noisy = np.clip(heard + self._noise.normal(0, NOISE, FRAME_SAMPLES), -32768, 32767).astype(np.int16)
        cleaned = self._canceller.clean(noisy, mix(self._loudspeaker.played, begin_s, FRAME_SAMPLES))
        return Frame(index, cleaned.pcm, cleaned.suppressed)

    def _heard(self, begin_s: float) -> Pcm:
        sound = mix(self._people, begin_s, FRAME_SAMPLES)
        if self._echo:
            own = mix(self._loudspeaker.played, begin_s - self._echo_delay_s, FRAME_SAMPLES)
            sound = (sound + self._echo * own).clip(-32768, 32767).astype(np.int16)
        return sound
