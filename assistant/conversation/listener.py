"""The listening half of a session: sound to the detector and the recogniser, facts to the turn machine."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from assistant.conversation import messages as m
from assistant.recognition.base import (
    Hints,
    LooksAhead,
    Partial,
    RecognitionStream,
    Recognizer,
    RecognizerUnavailable,
    TakesHints,
    Transcript,
)
from audio.activity import SpeechHinted, SpeechPaused, SpeechStarted, SpeechStopped
from audio.detector import Detector, DetectorEvent, DetectorFailed
from audio.frames import SAMPLE_RATE_HZ, Frame, Pcm, Source
from audio.preroll import PreRoll
from audio.wake import WakeWordHeard, WakeWordNearMiss, WakeWordRejected

log = logging.getLogger(__name__)

RECOGNITION_FAILED = "Sorry, my speech recognition failed. Please say that again."
SPARE_S = 10.0  # kept beyond the longest turn: pre-roll, closing silence


@dataclass(frozen=True, slots=True)
class Ears:
    """What a session listens with."""

    source: Source
    make_detector: Callable[[Callable[[DetectorEvent], None]], Detector]
    recognizer: Recognizer


OnTurnPartial = Callable[[int, int, Partial], None]
"""(turn, rev, what was understood so far)."""

OnTranscript = Callable[[int, int, float, Transcript], str]
"""(turn, rev, when the turn's voice began, transcript) → the words to go on with."""


OnWake = Callable[[str, float, str, float | None], None]
"""(wake word, probability, why it does not count or "", probability of a voice where that is why)."""


class Listener:
    """Loop thread. `post` takes what happened; `on_transcript` comes before it. `hints` is asked when an
    utterance is over."""

    def __init__(
        self,
        ears: Ears,
        *,
        longest_turn_s: float,
        clock: Callable[[], float],
        post: Callable[[m.Happening], None],
        hints: Callable[[], Hints],
        on_partial: OnTurnPartial,
        on_transcript: OnTranscript,
        on_moved: Callable[[], None],
        on_wake: OnWake = lambda word, probability, reason, voice: None,
    ) -> None:
        self._ears = ears
        self._clock = clock
        self._post = post
        self._hints = hints
        self._on_partial = on_partial
        self._on_transcript = on_transcript
        self._on_moved = on_moved
        self._on_wake = on_wake
        self._woken_by: WakeWordHeard | None = None
        self._preroll = PreRoll(keep_s=longest_turn_s + SPARE_S)
        self._detector = ears.make_detector(self._detected)
        self._stream: RecognitionStream | None = None  # of the turn whose voice is heard
        self._finishing: tuple[RecognitionStream, asyncio.Task[None]] | None = None
        self._heard_to = 0  # input samples seen
        self._heard_at_s = clock()  # and when the last of them came
        self._own_voice_to = 0  # input up to here may hold the assistant's own voice
        self._voice_began_s = self._heard_at_s  # the latest
        self._turn_began_s = self._heard_at_s
        self._begun = (0, 0)  # turn and first sample of what is recognised

    @property
    def listened_to(self) -> int:
        """Samples of input that the detector has judged."""
        return self._detector.position

    @property
    def heard_to(self) -> int:
        """Samples of input that have come."""
        return self._heard_to

    @property
    def lost(self) -> dict[str, int]:
        """Samples of input that the source lost, and frames that the detector had no time for."""
        return {
            "input_samples_dropped": self._ears.source.dropped_samples,
            "detector_frames_dropped": self._detector.dropped_frames,
        }

    async def run(self) -> None:
        """Listen until the source ends. Raises AudioError when it is lost."""
        await self._detector.start()
        try:
            async for frame in self._ears.source.frames():
                self._hear(frame)
        finally:
            self.cancel()
            await self._detector.close()

    def attend(self, attentive: bool) -> None:
        """Whether speech matters now, or only a wake word: looking for speech is most of the work of idling."""
        self._detector.detect_speech = attentive

    def spoke(self) -> None:
        """The assistant has just been audible: what was heard up to now is no part of what a person says."""
        self._own_voice_to = self._heard_to

    def start(self, command: m.StartRecognition) -> None:
        """Recognise, beginning with the sound from before now."""
        self.cancel()
        if self._begun != (command.turn, command.from_sample):
            self._begun = (command.turn, command.from_sample)
            self._turn_began_s = self._voice_began_s
        try:
            turn, rev = command.turn, command.rev
            self._stream = self._ears.recognizer.stream(lambda partial: self._on_partial(turn, rev, partial))
        except Exception:
            log.exception("recognition does not start")  # `finish` will say so
        else:
            self._feed(self._preroll.since(max(command.from_sample, self._own_voice_to)))

    def finish(self, command: m.FinishRecognition, group: asyncio.TaskGroup) -> None:
        """The turn's speech is over; its transcript follows."""
        if self._stream is None:
            self._post(m.Failed(self._clock(), command.turn, RECOGNITION_FAILED))
            return
        stream, self._stream = self._stream, None
        if isinstance(stream, TakesHints):
            stream.hints = self._hints()
        task = group.create_task(self._transcribe(stream, command), name="recognition")
        self._finishing = (stream, task)

    def cancel(self) -> None:
        """Forget the turn's speech. Idempotent."""
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
        if self._finishing is not None:
            stream, task = self._finishing
            self._finishing = None
            if not task.done():
                task.cancel()
                stream.cancel()  # the task may not even have begun

    def _hear(self, frame: Frame) -> None:
        self._heard_to = frame.index + len(frame.pcm)
        self._heard_at_s = self._clock()
        self._preroll.push(frame)
        self._feed(frame.pcm)
        self._detector.feed(frame)
        self._on_moved()

    def _feed(self, pcm: Pcm) -> None:
        if self._stream is None:
            return
        try:
            self._stream.feed(pcm)
        except Exception:
            log.exception("recognition failed in the middle of an utterance")  # `finish` will say so
            self._stream.cancel()
            self._stream = None

    def _when(self, sample: int) -> float:
        """The session's clock when this sample of input was heard."""
        return self._heard_at_s - (self._heard_to - sample) / SAMPLE_RATE_HZ

    def _detected(self, event: DetectorEvent) -> None:
        now = self._clock()
        match event:
            case SpeechStarted():
                self._voice_began_s = self._when(event.index)
                self._post(m.SpeechStarted(now, event.index))
            case SpeechHinted():
                self._post(m.SpeechHinted(now))
            case SpeechPaused():
                if isinstance(self._stream, LooksAhead):
                    self._stream.look_ahead()
            case SpeechStopped():
                self._post(m.SpeechStopped(now, min(self._when(event.index), now)))
            case WakeWordHeard():
                self._woken_by = event
                self._on_wake(event.name, event.probability, "", None)
                self._post(m.WakeWord(now, event.index))
            case DetectorFailed():
                log.error("%s", event.text)
                self._post(m.Announcement(now, event.text))
            case WakeWordNearMiss():
                self._on_wake(event.name, event.probability, "near miss", None)
                log.info("%s", event)
            case WakeWordRejected():
                self._on_wake(event.name, event.probability, "no voice", event.voice)
                log.info("%s", event)
            case _:
                log.debug("%s", event)

    def drop_wake(self) -> None:
        """The wake word was none, going by what followed."""
        event, self._woken_by = self._woken_by, None
        if event is not None:
            self._on_wake(event.name, event.probability, "no words", None)
            log.info("no words after %s", event)

    async def _transcribe(self, stream: RecognitionStream, command: m.FinishRecognition) -> None:
        try:
            transcript = await stream.finish()
        except RecognizerUnavailable as error:
            self._post(m.Failed(self._clock(), command.turn, str(error)))
        except Exception:
            log.exception("recognition failed")
            self._post(m.Failed(self._clock(), command.turn, RECOGNITION_FAILED))
        else:
            text = self._on_transcript(command.turn, command.rev, self._turn_began_s, transcript)
            self._post(m.TranscriptReady(self._clock(), command.turn, command.rev, text, transcript.so_far))
