"""Takes out of the microphone's sound what the loudspeaker gave."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from audio.echo_path import EchoPath
from audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ, Pcm
from audio.level import FULL_SCALE, rms

if TYPE_CHECKING:
    from livekit.rtc import AudioFrame

STEP = SAMPLE_RATE_HZ // 100
"""WebRTC works on 10 ms at a time."""
AUDIBLE = FULL_SCALE / 1000
"""Level of the far end, in sample units, from which its echo is worth measuring: -60 dBFS."""
FORGOTTEN_S = 3.0
"""Time constant of the measurement."""

KNOWN_DB = 9.0
"""Until the path has explained so much of the echo, it is not known, and what is left of a suppressed echo is all that
can be listened to: for the first second and a half of the first answer, at least."""
KNOWN_AFTER = 75
"""Frames with an echo, 1.5 s: a path that explains the first syllables need not explain the next."""
EXPLAINED_DB = 20.0
"""What is so much quieter than what the microphone heard, while the speaker is audible, is what is left of an echo. A
person who is heard over it is not, mostly."""
RESIDUAL_GAIN = 0.1
SMOOTHING = 0.6  # from a frame to the next
LINGERS_S = 0.6
"""So long after it was given to the speaker the echo of a sound may be heard."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Sound without echo, as in `Frame`."""

    pcm: Pcm
    suppressed: Pcm | None


class EchoCanceller:
    """Two cancellers side by side. One takes out what a linear path explains (`EchoPath`), and leaves the person as
    they were: that is for the recogniser. WebRTC's (AEC3) suppresses whatever may be left of the echo as well, and
    much of a person who speaks meanwhile: that tells whether somebody speaks at all. One thread. No gain control and
    no noise suppression: both harm recognition.
    """

    def __init__(self) -> None:
        """Blocks for 0.2 s: the library is loaded only where there is an echo to cancel. Opens no connection."""
        from livekit.rtc import AudioProcessingModule

        self._apm = AudioProcessingModule(echo_cancellation=True)
        self._path = EchoPath()
        self._audible = 0.0  # for so many more samples an echo may be heard
        self._heard = 0.0  # energy of the microphone while the speaker was audible, forgotten slowly
        self._left = 0.0  # the same of what was made of it
        self._unexplained = 0.0  # the same of what the path left
        self._known = False
        self._learnt = 0  # frames with an echo
        self._near = 0.0  # energy of the last frames, before and after
        self._cleaned = 0.0

    @property
    def enhancement_db(self) -> float | None:
        """Echo return loss enhancement, in dB (ITU-T G.168): by how much the echo of the last seconds is quieter where
        it was suppressed; too small while a person spoke. None before any was heard. Any thread."""
        heard, left = self._heard, self._left
        return 10.0 * math.log10(heard / max(left, 1.0)) if heard > 0.0 else None

    def clean(self, near: Pcm, far: Pcm) -> Cleaned:
        """`near`: what the microphone heard; `far`: what was given to the speaker, at the same time or before. Both
        (FRAME_SAMPLES,) at 16 kHz. The suppressed sound is some milliseconds late."""
        if not len(near) == len(far) == FRAME_SAMPLES:
            raise ValueError(
                f"an echo needs a frame of {FRAME_SAMPLES} samples of both sides, not {len(near)} and {len(far)}"
            )
        pcm = self._path.without_echo(near, far)
        suppressed = self._suppressed(near, far)
        loud = rms(far) >= AUDIBLE
        self._audible = LINGERS_S * SAMPLE_RATE_HZ if loud else max(0.0, self._audible - FRAME_SAMPLES)
        if loud:
            self._measure(near, suppressed, pcm)
            suppressed = self._without_residue(near, suppressed)
        if self._audible <= 0.0:
            return Cleaned(pcm, None)
        return Cleaned(pcm if self._known else suppressed, suppressed)

    def _suppressed(self, near: Pcm, far: Pcm) -> Pcm:
        cleaned = np.empty_like(near)
        for at in range(0, len(near), STEP):
            self._apm.process_reverse_stream(_frame(far[at : at + STEP]))
            frame = _frame(near[at : at + STEP])
            self._apm.process_stream(frame)
            cleaned[at : at + STEP] = np.frombuffer(frame.data, np.int16)
        return cleaned

    def _without_residue(self, near: Pcm, cleaned: Pcm) -> Pcm:
        """The double-talk guard: what is left of an echo must not sound like a person."""
        self._near = SMOOTHING * self._near + rms(near) ** 2
        self._cleaned = SMOOTHING * self._cleaned + rms(cleaned) ** 2
        if self._near < self._cleaned * 10.0 ** (EXPLAINED_DB / 10.0):
            return cleaned
        return (cleaned * RESIDUAL_GAIN).astype(np.int16)

    def _measure(self, near: Pcm, suppressed: Pcm, pcm: Pcm) -> None:
        self._learnt += 1
        kept = math.exp(-len(near) / (FORGOTTEN_S * SAMPLE_RATE_HZ))
        self._heard = kept * self._heard + rms(near) ** 2 * len(near)
        self._left = kept * self._left + rms(suppressed) ** 2 * len(near)
        self._unexplained = kept * self._unexplained + rms(pcm) ** 2 * len(near)
        explains = self._heard > self._unexplained * 10.0 ** (KNOWN_DB / 10.0)
        self._known = self._known or (explains and self._learnt >= KNOWN_AFTER)


def _frame(pcm: Pcm) -> "AudioFrame":
    from livekit.rtc import AudioFrame

    return AudioFrame(bytearray(pcm.tobytes()), SAMPLE_RATE_HZ, 1, len(pcm))
