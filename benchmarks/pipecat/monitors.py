"""What a microphone and a loudspeaker carry, on one clock: the measure from outside, the same for every system.

A monitor is read as it comes, in blocks of 10 ms. When sample n was on the wire is estimated as the earliest
arrival seen, counted back: `min(arrival - samples so far / rate)`. A block can arrive late but never early, so
the estimate only gets better, and the delay of the path itself, which both monitors share, cancels.
"""

import subprocess
import threading
import time
from collections.abc import Mapping
from types import TracebackType

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.int16]

RATE_HZ = 48_000
BLOCK_SAMPLES = 480
LOUD = 300
"""Of 32768, 41 dB below full scale: quieter is silence."""


def onset(sound: Sound, begin: int = 0) -> int | None:
    """The first loud sample from `begin` on; None: there is none."""
    loud = np.flatnonzero(np.abs(sound[begin:].astype(np.int32)) > LOUD)
    return begin + int(loud[0]) if loud.size else None


def end(sound: Sound) -> int | None:
    """The last loud sample; None: there is none."""
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > LOUD)
    return int(loud[-1]) if loud.size else None


def falls_silent(sound: Sound, gap: int) -> int | None:
    """The last loud sample before the first `gap` samples of silence; None: it goes on to the end.

    What is silent from its very beginning falls silent at 0.
    """
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > LOUD)
    edges = np.concatenate(([0], loud, [sound.size]))
    gaps = np.flatnonzero(np.diff(edges) >= gap)
    return int(edges[gaps[0]]) if gaps.size else None


class Monitor:
    """The monitor of one PulseAudio sink while the block lasts; a thread of its own reads it.

    Times are those of `time.monotonic`, in seconds; samples are 48 kHz mono. Raises RuntimeError when the
    recording program ends by itself.
    """

    def __init__(self, sink: str, env: Mapping[str, str]) -> None:
        self._command = ["parec", f"--device={sink}.monitor", "--format=s16le", f"--rate={RATE_HZ}"]
        self._command += ["--channels=1", "--latency-msec=10", "--raw"]
        self._env = env
        self._sound = bytearray()
        self._began: float | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> "Monitor":
        self._process = subprocess.Popen(
            self._command, env=dict(self._env), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(5)
        self._thread.join(5)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while block := self._process.stdout.read(2 * BLOCK_SAMPLES):
            self.heard(block, time.monotonic())

    def heard(self, block: bytes, arrival_s: float) -> None:
        """The next block of 16-bit samples, and when it came."""
        with self._lock:
            self._sound += block
            began = arrival_s - len(self._sound) / 2 / RATE_HZ
            self._began = began if self._began is None else min(self._began, began)

    def between(self, first_s: float, last_s: float) -> tuple[Sound, float]:
        """The sound between two times, and the time of its first sample."""
        with self._lock:
            if self._began is None:
                return np.zeros(0, np.int16), first_s
            first = max(0, round((first_s - self._began) * RATE_HZ))
            last = max(first, round((last_s - self._began) * RATE_HZ))
            sound = np.frombuffer(bytes(self._sound[2 * first : 2 * last]), dtype=np.int16)
            return sound, self._began + first / RATE_HZ

    def onset_after(self, first_s: float) -> float | None:
        """When the first sound from that time on began; None: not yet."""
        sound, began = self.between(first_s, time.monotonic())
        found = onset(sound)
        return None if found is None else began + found / RATE_HZ

    def silent_for(self, seconds: float) -> bool:
        """Whether the last `seconds` were silent."""
        now = time.monotonic()
        return onset(self.between(now - seconds, now)[0]) is None

    def check(self) -> None:
        if self._process.poll() is not None:
            raise RuntimeError("the monitor of the virtual sound card ended by itself")
