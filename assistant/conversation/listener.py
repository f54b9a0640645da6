"""The listening half of a session: sound to the detector and the recogniser, facts to the turn machine."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from assistant.conversation import messages as m
from assistant.recognition.base import (
    OnPartial,
    RecognitionStream,
    Recognizer,
    RecognizerUnavailable,
    Transcript,
)
from audio.activity import SpeechStarted, SpeechStopped
from audio.detector import Detector, DetectorEvent, DetectorFailed
from audio.frames import SAMPLE_RATE_HZ, Frame, Source
from audio.preroll import PreRoll
from audio.wake import WakeWordHeard

log = logging.getLogger(__name__)

RECOGNITION_FAILED = "Sorry, my speech recognition failed. Please say that again."
SPARE_S = 10.0  # kept beyond the longest turn: pre-roll, closing silence


@dataclass(frozen=True, slots=True)
class Ears:
    """What a session listens with."""

    source: Source
    make_detector: Callable[[Callable[[DetectorEvent], None]], Detector]
    recognizer: Recognizer


class Listener:
    """Loop thread. `post` takes what happened; `on_transcript` (turn, rev, transcript) comes before it."""

    def __init__(
        self,
        ears: Ears,
        *,
        longest_turn_s: float,
        clock: Callable[[], float],
        post: Callable[[m.Happening], None],
        on_partial: OnPartial,
        on_transcript: Callable[[int, int, Transcript], None],
        on_moved: Callable[[], None],
    ) -> None:
        self._ears = ears
        self._clock = clock
        self._post = post
        self._on_partial = on_partial
        self._on_transcript = on_transcript
        self._on_moved = on_moved
        self._preroll = PreRoll(keep_s=longest_turn_s + SPARE_S)
        self._detector = ears.make_detector(self._detected)
        self._stream: RecognitionStream | None = None
        self._finishing: asyncio.Task[None] | None = None
        self._heard_to = 0  # input samples seen
        self._heard_at_s = clock()  # and when the last of them came
        self._own_voice_to = 0  # input up to here may hold the assistant's own voice

    @property
    def listened_to(self) -> int:
        """Samples of input that the detector has judged."""
        return self._detector.position

    async def run(self) -> None:
        """Listen until the source ends. Raises AudioError when it is lost."""
        await self._detector.start()
        try:
            async for frame in self._ears.source.frames():
                self._hear(frame)
        finally:
            self.cancel()
            await self._detector.close()

    def spoke(self) -> None:
        """The assistant has just been audible: what was heard up to now is no part of what a person says."""
        self._own_voice_to = self._heard_to

    def start(self, command: m.StartRecognition) -> None:
        """Recognise, beginning with the sound from before now."""
        self.cancel()
        self._stream = self._ears.recognizer.stream(self._on_partial)
        self._stream.feed(self._preroll.since(max(command.from_sample, self._own_voice_to)))

    def finish(self, command: m.FinishRecognition, group: asyncio.TaskGroup) -> None:
        """The turn's speech is over; its transcript follows."""
        if self._stream is not None:
            stream, self._stream = self._stream, None
            self._finishing = group.create_task(self._transcribe(stream, command), name="recognition")

    def cancel(self) -> None:
        """Forget the turn's speech. Idempotent."""
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
        if self._finishing is not None:
            self._finishing.cancel()
            self._finishing = None

    def _hear(self, frame: Frame) -> None:
        self._heard_to = frame.index + len(frame.pcm)
        self._heard_at_s = self._clock()
        self._preroll.push(frame)
        if self._stream is not None:
            self._stream.feed(frame.pcm)
        self._detector.feed(frame)
        self._on_moved()

    def _when(self, sample: int) -> float:
        """The session's clock when this sample of input was heard."""
        return self._heard_at_s - (self._heard_to - sample) / SAMPLE_RATE_HZ

    def _detected(self, event: DetectorEvent) -> None:
        now = self._clock()
        match event:
            case SpeechStarted():
                self._post(m.SpeechStarted(now, event.index))
            case SpeechStopped():
                self._post(m.SpeechStopped(now, min(self._when(event.index), now)))
            case WakeWordHeard():
                self._post(m.WakeWord(now, event.index))
            case DetectorFailed():
                log.error("%s", event.text)
                self._post(m.Announcement(now, event.text))
            case _:
                log.info("%s", event)  # near misses, so that the threshold can be tuned

    async def _transcribe(self, stream: RecognitionStream, command: m.FinishRecognition) -> None:
        try:
            transcript = await stream.finish()
        except asyncio.CancelledError:
            stream.cancel()
            raise
        except RecognizerUnavailable as error:
            self._post(m.Failed(self._clock(), command.turn, str(error)))
        except Exception:
            log.exception("recognition failed")
            self._post(m.Failed(self._clock(), command.turn, RECOGNITION_FAILED))
        else:
            self._on_transcript(command.turn, command.rev, transcript)
            self._post(m.TranscriptReady(self._clock(), command.turn, command.rev, transcript.text))
