"""A recording of a virtual sound card's speaker or microphone, with the time at which each sample sounded."""

import subprocess
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from benchmarks.turns.sounds import Samples, onset
from tests.sound_card import RECORDING_RATE_HZ, SoundCard

BLOCK_BYTES = 2 * RECORDING_RATE_HZ // 100
AROUND_S = 0.5


class Monitor:
    """Records until it is closed; a thread reads. Times are `time.monotonic()`.

    A block is late by what the sound server and this thread made it wait, never early: of the blocks around a
    sample the earliest gives its time; of the near ones, for on a busy machine a few samples may be lost. Two
    monitors of the same card are late by the same constant (20 ms), which cancels out between them.
    """

    def __init__(self, card: SoundCard, sink: str) -> None:
        self._process = subprocess.Popen(
            ["parec", f"--device={sink}.monitor", "--format=s16le", f"--rate={RECORDING_RATE_HZ}",
             "--channels=1", "--latency-msec=20", "--raw"],
            env=card.process_env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._blocks: list[Samples] = []
        self._ends: list[int] = []  # sample after each block
        self._arrivals: list[float] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, name=f"monitor of {sink}", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while block := self._process.stdout.read(BLOCK_BYTES):
            now = time.monotonic()
            samples = np.frombuffer(block[: len(block) // 2 * 2], np.int16)
            with self._lock:
                self._blocks.append(samples)
                self._ends.append((self._ends[-1] if self._ends else 0) + samples.size)
                self._arrivals.append(now)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=5)
        self._thread.join(timeout=5)
        if self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def position(self) -> int:
        """Samples recorded up to now."""
        with self._lock:
            return self._ends[-1] if self._ends else 0

    def sound(self, begin: int, end: int | None = None) -> Samples:
        """Samples [begin, end); to the latest without `end`."""
        with self._lock:
            first = bisect_left(self._ends, begin + 1)
            blocks = self._blocks[first:]
            start = self._ends[first - 1] if first else 0
        sound = np.concatenate(blocks) if blocks else np.zeros(0, np.int16)
        return sound[begin - start : None if end is None else end - start]

    def time_of(self, sample: int) -> float:
        with self._lock:
            middle = bisect_left(self._ends, sample)
            around = round(AROUND_S * RECORDING_RATE_HZ)
            first = bisect_left(self._ends, sample - around)
            last = max(bisect_left(self._ends, sample + around), middle + 1)
            offsets = [
                at - end / RECORDING_RATE_HZ
                for at, end in zip(self._arrivals[first:last], self._ends[first:last], strict=True)
            ]
        if not offsets:
            raise ValueError(f"sample {sample} was not recorded")
        return min(offsets) + sample / RECORDING_RATE_HZ

    def sample_at(self, at_s: float) -> int:
        """The inverse of `time_of`, for a time that was recorded."""
        guess = self.position
        for _ in range(4):
            guess = max(0, guess + round((at_s - self.time_of(guess)) * RECORDING_RATE_HZ))
            guess = min(guess, self.position)
        return guess

    def wait_for_sound(self, begin: int, timeout_s: float) -> int | None:
        """The first sample from `begin` on that is sound; None when there is none in time."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            found = onset(self.sound(begin))
            if found is not None:
                return begin + found
            time.sleep(0.02)
        return None

    def wait_for_silence(self, seconds: float, timeout_s: float) -> bool:
        """Until nothing has sounded for so long."""
        deadline = time.monotonic() + timeout_s
        samples = round(seconds * RECORDING_RATE_HZ)
        since = self.position
        while time.monotonic() < deadline:
            position = self.position
            if position - since >= samples and onset(self.sound(position - samples)) is None:
                return True
            time.sleep(0.05)
        return False


@contextmanager
def monitor(card: SoundCard, sink: str) -> Iterator[Monitor]:
    """`sink`: `speaker`, or `mic` (what the assistant's microphone hears)."""
    recording = Monitor(card, sink)
    try:
        deadline = time.monotonic() + 15.0
        while not recording.position:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the virtual {sink} gives no sound")
            time.sleep(0.01)
        yield recording
    finally:
        recording.close()
