"""Voice activity and wake words in a worker thread, reported to the event loop as transitions."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from audio.activity import ActivityGate, SpeechStopped, Transition, VoiceActivity
from audio.frames import FRAME_MS, SAMPLE_RATE_HZ, Frame
from audio.wake import WakeWordHeard, WakeWordNearMiss, WakeWordRejected, WakeWords
from audio.wake_check import VOICE, VoiceHeard

log = logging.getLogger(__name__)

QUEUE_S = 2.0
"""How far the worker may lag before frames are dropped."""
ASLEEP_S = 1.5
"""What is kept while no speech is looked for: a wake word and the voice before it."""
TAKE_OVER_S = 1.0
"""For so long after a wake word speech is looked for in any case, until the event loop had its say."""
ASLEEP_AT_ONCE = 4
"""Frames that the worker is woken for while only a wake word is looked for: most of the cost of idling is waking up.
A wake word is noticed up to 60 ms later, and still placed where it was."""
CLOSE_TIMEOUT_S = 2.0
PROCESS_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class DetectorFailed:
    """The detectors stopped working at sample `index`; `text` says why. Nothing follows."""

    index: int
    text: str


WakeWordEvent = WakeWordHeard | WakeWordRejected | WakeWordNearMiss
DetectorEvent = Transition | WakeWordEvent | DetectorFailed


@dataclass(frozen=True, slots=True)
class DetectorSettings:
    """`wake_words` empty: none. `wake_threshold` None: each model's own. `wake_voice`: probability of a voice in its
    sound without which a wake word is rejected; 0: none is."""

    vad_threshold: float = 0.5
    min_speech_ms: int = 120
    hangover_ms: int = 128
    wake_words: Sequence[str] = ()
    wake_threshold: float | None = None
    wake_voice: float = VOICE


class Detector:
    """Frames in, events out. All methods on the loop thread; `on_event` is called there too, in the sound's
    order.

    `detect_speech` and `detect_wake_words` can be switched at any time: off, that engine does no work. Speech
    that is going on when it is switched off has stopped. A wake word switches it on for TAKE_OVER_S; whenever
    it is on again, the sound of the last ASLEEP_S is judged first, so a command in the same breath as its wake
    word is not cut, and events stay in the sound's order.
    """

    def __init__(self, settings: DetectorSettings, on_event: Callable[[DetectorEvent], None]) -> None:
        self._settings = settings
        self._on_event = on_event
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worker: threading.Thread | None = None
        self._queue: deque[tuple[Frame, asyncio.Future[None] | None]] = deque()
        self._capacity = round(QUEUE_S * 1000 / FRAME_MS)
        self._change = threading.Condition()
        self._stop = False
        self._position = 0
        self._dropped = 0
        self._probability = 0.0
        self.detect_speech = True
        self.detect_wake_words = True

    @property
    def position(self) -> int:
        """Index after the last sample that has been looked at."""
        return self._position

    @property
    def dropped_frames(self) -> int:
        """Frames that were not looked at because the worker lagged behind."""
        return self._dropped

    @property
    def speech_probability(self) -> float:
        """The latest, 0 to 1; for a meter."""
        return self._probability

    async def start(self) -> None:
        """Load the models and start the worker. Raises `BadWakeWord`."""
        self._loop = asyncio.get_running_loop()
        engines = await asyncio.to_thread(_Engines, self._settings)
        self._worker = threading.Thread(target=self._run, args=(engines,), name="detector", daemon=True)
        self._worker.start()

    def feed(self, frame: Frame) -> None:
        """Look at this frame soon. Never waits: a frame for which there is no room is dropped and counted."""
        self._put(frame, None)

    async def process(self, frame: Frame) -> None:
        """Look at this frame, and return when all its events have been delivered.

        For sound that comes faster than in real time, which `feed` would drop. Raises `TimeoutError` after
        10 s.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._put(frame, done):
            async with asyncio.timeout(PROCESS_TIMEOUT_S):
                await done

    def _put(self, frame: Frame, done: asyncio.Future[None] | None) -> bool:
        with self._change:
            if self._stop or len(self._queue) >= self._capacity:
                self._dropped += 1
                return False
            self._queue.append((frame, done))
            if self.detect_speech or done is not None or len(self._queue) >= ASLEEP_AT_ONCE:
                self._change.notify()
            return True

    async def close(self) -> None:
        """Idempotent, bounded by 2 s. No event comes after it."""
        with self._change:
            self._stop = True
            self._change.notify()
        worker, self._worker = self._worker, None
        if worker is not None:
            await asyncio.to_thread(worker.join, CLOSE_TIMEOUT_S)
        self._release_waiting()

    def _release_waiting(self) -> None:
        with self._change:
            waiting = [done for _, done in self._queue if done is not None]
            self._queue.clear()
        for done in waiting:
            _resolve(done)

    # worker thread

    def _run(self, engines: "_Engines") -> None:
        while True:
            with self._change:
                while not self._queue and not self._stop:
                    self._change.wait()
                if self._stop:
                    return
                frame, done = self._queue.popleft()
            try:
                events = engines.look(frame, speech=self.detect_speech, wake_words=self.detect_wake_words)
            except Exception as error:  # an engine's own failure must be told, not die with the thread
                log.exception("detector failed")
                events = [DetectorFailed(frame.index, f"Voice detection stopped working: {error}")]
                self._stop = True
            self._position = frame.index + len(frame.pcm)
            self._probability = engines.probability
            for event in events:
                self._post(self._deliver, event)
            if done is not None:
                self._post(_resolve, done)
            if self._stop:
                self._post(self._release_waiting)

    def _post(self, call: Callable[..., None], *args: object) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed; nobody is interested any more
                self._loop.call_soon_threadsafe(call, *args)

    def _deliver(self, event: DetectorEvent) -> None:
        if not self._stop or isinstance(event, DetectorFailed):
            self._on_event(event)


class _Engines:
    """The two detectors and their gate. Worker thread."""

    def __init__(self, settings: DetectorSettings) -> None:
        self._vad = VoiceActivity()
        self._gate = ActivityGate(
            settings.vad_threshold, min_speech_ms=settings.min_speech_ms, hangover_ms=settings.hangover_ms
        )
        self._wake = WakeWords(settings.wake_words, settings.wake_threshold) if settings.wake_words else None
        self._asleep: deque[Frame] = deque(maxlen=round(ASLEEP_S * 1000 / FRAME_MS))
        self._awake_until = 0
        self._voice = VoiceHeard()
        self._wake_voice = settings.wake_voice
        self.probability = 0.0

    def look(self, frame: Frame, *, speech: bool, wake_words: bool) -> list[DetectorEvent]:
        woken = list(self._wake.feed(frame)) if wake_words and self._wake is not None else []
        self._asleep.append(frame)
        awake = speech or frame.index < self._awake_until
        if not awake and not any(isinstance(event, WakeWordHeard) for event in woken):
            return [*self._fall_asleep(frame.index), *woken]
        events: list[DetectorEvent] = []
        while self._asleep:
            events += self._judge(self._asleep.popleft())
        checked = [self._checked(event) for event in woken]
        if any(isinstance(event, WakeWordHeard) for event in checked):
            self._awake_until = frame.index + round(TAKE_OVER_S * SAMPLE_RATE_HZ)
        elif not awake:  # nobody called: what was heard meanwhile is nobody's business
            self._gate.reset()
            self.probability = 0.0
            return list(checked)
        return [*events, *checked]

    def _checked(self, event: WakeWordHeard | WakeWordNearMiss) -> WakeWordEvent:
        """A hit without a voice is none."""
        if isinstance(event, WakeWordNearMiss):
            return event
        voice = self._voice.before(event.index)
        if voice >= self._wake_voice:
            return event
        return WakeWordRejected(event.name, event.index, event.probability, voice)

    def _judge(self, frame: Frame) -> Iterator[DetectorEvent]:
        for activity in self._vad.feed(frame):
            self.probability = activity.probability
            self._voice.add(activity)
            event = self._gate.update(activity)
            if event is not None:
                yield event

    def _fall_asleep(self, index: int) -> list[DetectorEvent]:
        stopped: list[DetectorEvent] = [SpeechStopped(index)] if self._gate.speaking else []
        self._gate.reset()
        self.probability = 0.0
        return stopped


def _resolve(done: "asyncio.Future[None]") -> None:
    if not done.done():
        done.set_result(None)
