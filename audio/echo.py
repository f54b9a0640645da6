"""Takes out of the microphone's sound what the loudspeaker gave."""

import math
from typing import TYPE_CHECKING

import numpy as np

from audio.frames import SAMPLE_RATE_HZ, Pcm
from audio.level import FULL_SCALE, rms

if TYPE_CHECKING:
    from livekit.rtc import AudioFrame

STEP = SAMPLE_RATE_HZ // 100
"""WebRTC works on 10 ms at a time."""
AUDIBLE = FULL_SCALE / 1000
"""Level of the far end, in sample units, from which its echo is worth measuring: -60 dBFS."""
FORGOTTEN_S = 3.0
"""Time constant of the measurement."""

EXPLAINED_DB = 20.0
"""What is so much quieter than what the microphone heard, while the speaker is audible, is what is left of an echo. A
person who is heard over it is not, mostly. Chosen on six rooms in which an echo was taken for a person: four false
starts became one, and a person was noticed after 0.21 to 0.38 s."""
RESIDUAL_GAIN = 0.1
SMOOTHING = 0.6  # from a frame to the next


class EchoCanceller:
    """WebRTC's echo canceller (AEC3), which finds the delay of the echo by itself, up to about half a second. One
    thread. No gain control and no noise suppression: both harm recognition."""

    def __init__(self) -> None:
        """Blocks for 0.2 s: the library is loaded only where there is an echo to cancel. Opens no connection."""
        from livekit.rtc import AudioProcessingModule

        self._apm = AudioProcessingModule(echo_cancellation=True)
        self._near = 0.0  # energy of the last frames, before and after
        self._cleaned = 0.0
        self._heard = 0.0  # energy of the microphone while the speaker was audible, forgotten slowly
        self._left = 0.0  # the same of what was made of it

    @property
    def enhancement_db(self) -> float | None:
        """Echo return loss enhancement, in dB: by how much the echo of the last seconds was made quieter (ITU-T
        G.168), too small while a person spoke. None before any was heard. Any thread."""
        heard, left = self._heard, self._left
        return 10.0 * math.log10(heard / max(left, 1.0)) if heard > 0.0 else None

    def clean(self, near: Pcm, far: Pcm) -> Pcm:
        """`near`: what the microphone heard; `far`: what was given to the speaker, at the same time or before. Both
        (n,) at 16 kHz, n a multiple of STEP. Returns (n,): `near` without the echo, some milliseconds later."""
        if len(near) != len(far) or len(near) % STEP:
            raise ValueError(
                f"an echo needs as much sound of both sides, in steps of 10 ms, not {len(near)} and {len(far)}"
            )
        cleaned = np.empty_like(near)
        for at in range(0, len(near), STEP):
            self._apm.process_reverse_stream(_frame(far[at : at + STEP]))
            frame = _frame(near[at : at + STEP])
            self._apm.process_stream(frame)
            cleaned[at : at + STEP] = np.frombuffer(frame.data, np.int16)
        if rms(far) >= AUDIBLE:
            self._measure(near, cleaned)
            return self._without_residue(near, cleaned)
        return cleaned

    def _without_residue(self, near: Pcm, cleaned: Pcm) -> Pcm:
        """The double-talk guard: what is left of an echo must not sound like a person."""
        self._near = SMOOTHING * self._near + rms(near) ** 2
        self._cleaned = SMOOTHING * self._cleaned + rms(cleaned) ** 2
        if self._near < self._cleaned * 10.0 ** (EXPLAINED_DB / 10.0):
            return cleaned
        return (cleaned * RESIDUAL_GAIN).astype(np.int16)

    def _measure(self, near: Pcm, cleaned: Pcm) -> None:
        kept = math.exp(-len(near) / (FORGOTTEN_S * SAMPLE_RATE_HZ))
        self._heard = kept * self._heard + rms(near) ** 2 * len(near)
        self._left = kept * self._left + rms(cleaned) ** 2 * len(near)


def _frame(pcm: Pcm) -> "AudioFrame":
    from livekit.rtc import AudioFrame

    return AudioFrame(bytearray(pcm.tobytes()), SAMPLE_RATE_HZ, 1, len(pcm))
