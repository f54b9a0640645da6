"""Recordings of any length as text: cut at the pauses, recognised piece by piece, in bounded memory."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import numpy as np

from assistant.recognition.base import Recognizer, TakesHints, Transcript
from audio.activity import Activity, VoiceActivity
from audio.frames import SAMPLE_RATE_HZ, Frame, Pcm

LONGEST_S = 28.0
"""Whisper's longest window is 30 s."""
PAUSE_S = 0.6
MARGIN_S = 0.2
"""Kept around the voice: the detector is late for soft consonants."""
VOICED, UNVOICED = 0.5, 0.35
"""Silero's thresholds for the begin and the end of speech (snakers4/silero-vad, utils_vad.py)."""
_FORCED_CUT_IN_LAST_S = 8.0


@dataclass(frozen=True, slots=True)
class Passage:
    """What was said between two pauses. Seconds from the beginning of the recording."""

    start_s: float
    end_s: float
    transcript: Transcript


@dataclass(frozen=True, slots=True)
class Piece:
    """Sound between two pauses, from sample `start` of the recording."""

    start: int
    pcm: Pcm


async def transcribe(blocks: Iterator[Pcm], recognizer: Recognizer) -> AsyncIterator[Passage]:
    """Passage by passage, as soon as each is recognised; those without words come too, with the reason.

    `blocks`: 16 kHz sound in pieces of any size, such as `audio.files.blocks`; read in a worker thread, and
    what it raises comes through. Memory does not grow with the recording. A router is told to expect free
    text; the embedded recogniser alone only finds sentences of its own language model.
    """
    cutter = PauseCutter()
    while True:
        pieces = await asyncio.to_thread(_next_pieces, blocks, cutter)
        if pieces is None:
            break
        for piece in pieces:
            yield await _recognise(piece, recognizer)
    for piece in cutter.finish():
        yield await _recognise(piece, recognizer)


def _next_pieces(blocks: Iterator[Pcm], cutter: "PauseCutter") -> list[Piece] | None:
    block = next(blocks, None)
    return None if block is None else list(cutter.feed(block))


async def _recognise(piece: Piece, recognizer: Recognizer) -> Passage:
    stream = recognizer.stream()
    if isinstance(stream, TakesHints):
        stream.hints.free_text = True
    try:
        stream.feed(piece.pcm)
        transcript = await stream.finish()
    except BaseException:
        with contextlib.suppress(Exception):
            stream.cancel()
        raise
    start_s = piece.start / SAMPLE_RATE_HZ
    return Passage(start_s, start_s + piece.pcm.size / SAMPLE_RATE_HZ, transcript)


class PauseCutter:
    """Cuts sound where nobody speaks; where somebody speaks without a pause for `LONGEST_S`, at the moment of
    the last seconds that sounds least like voice. Sound without voice is dropped."""

    def __init__(self) -> None:
        self._voice = VoiceActivity()
        self._sound: Pcm = np.zeros(0, np.int16)
        self._start = 0  # sample index of the first of `_sound`
        self._fed = 0
        self._activity: list[Activity] = []  # since the piece began
        self._voiced_to: int | None = None  # None: nobody speaks

    def feed(self, pcm: Pcm) -> Iterator[Piece]:
        """The pieces that are complete now."""
        frame = Frame(self._fed, pcm)
        self._sound = np.concatenate([self._sound, pcm])
        self._fed += pcm.size
        for activity in self._voice.feed(frame):
            yield from self._judge(activity)

    def finish(self) -> Iterator[Piece]:
        """The piece that the recording ends with, if any."""
        if self._voiced_to is not None:
            yield self._cut(min(self._fed, self._voiced_to + _samples(MARGIN_S)))

    def _judge(self, activity: Activity) -> Iterator[Piece]:
        if self._voiced_to is None:
            if activity.probability < VOICED:
                self._drop_before(activity.end - _samples(MARGIN_S))
                return
            self._voiced_to = activity.end
        elif activity.probability >= UNVOICED:
            self._voiced_to = activity.end
        self._activity.append(activity)
        if activity.end - self._voiced_to >= _samples(PAUSE_S):
            yield self._cut(self._voiced_to + _samples(MARGIN_S))
            self._voiced_to = None
            self._activity.clear()
        elif activity.end - self._start >= _samples(LONGEST_S):
            yield self._cut(self._least_voiced())

    def _least_voiced(self) -> int:
        """Where to cut speech that has no pause; what comes after it remains as the next piece's begin."""
        recent = [
            each for each in self._activity if each.start >= self._fed_to() - _samples(_FORCED_CUT_IN_LAST_S)
        ]
        cut = min(recent, key=lambda each: each.probability)
        self._activity = [each for each in self._activity if each.start >= cut.end]
        return (cut.start + cut.end) // 2

    def _fed_to(self) -> int:
        return self._activity[-1].end

    def _cut(self, end: int) -> Piece:
        piece = Piece(self._start, self._sound[: end - self._start].copy())
        self._drop_before(end)
        return piece

    def _drop_before(self, sample: int) -> None:
        if sample > self._start:
            self._sound = self._sound[sample - self._start :]
            self._start = sample


def _samples(seconds: float) -> int:
    return int(seconds * SAMPLE_RATE_HZ)
