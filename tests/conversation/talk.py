"""Conversations for tests: a real detector, recogniser and voice in virtual time; only the dialogue is scripted,
for Rasa is tested elsewhere."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

import numpy as np

from assistant.bus import Bus
from assistant.conversation.end_of_turn import EndOfTurn
from assistant.conversation.listener import Ears
from assistant.conversation.machine import BargeIn, State, Timing
from assistant.conversation.session import Session
from assistant.conversation.talker import Mouth
from assistant.dialogue.client import DialogueUnavailable, Message, Parse, TurnDone
from assistant.dialogue.engine import Dialogue
from assistant.events import Event, TurnEnded
from assistant.recognition.base import OnPartial, RecognitionStream, Recognizer, Transcript
from assistant.synthesis.base import Clause, Synthesizer
from audio.detector import Detector, DetectorEvent, DetectorSettings
from audio.echo import EchoCanceller
from audio.frames import Frame, Pcm
from tests.conversation.room import Loudspeaker, Microphone
from tests.conversation.virtual_time import now_s, virtual_loop

E = TypeVar("E", bound=Event)

# ── engines that stop the clock while they work ───────────────────────────────────────────────────────────


class PunctualDetector(Detector):
    def __init__(self, settings: DetectorSettings, on_event: Callable[[DetectorEvent], None]) -> None:
        super().__init__(settings, on_event)
        self._looking: set[asyncio.Task[None]] = set()

    def feed(self, frame: Frame) -> None:
        task = asyncio.get_running_loop().create_task(self._look(frame))
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def _look(self, frame: Frame) -> None:
        with virtual_loop().working():
            await self.process(frame)

    async def close(self) -> None:
        await super().close()
        await asyncio.gather(*self._looking)


class PunctualRecognizer:
    """`engine`, for which time stands still while somebody waits for its result."""

    def __init__(self, engine: Recognizer) -> None:
        self.engine = engine
        self.open: list[RecognitionStream] = []
        self.fed: list[Pcm] = []  # of the latest utterance

    @property
    def name(self) -> str:
        return self.engine.name

    async def start(self) -> None:
        await self.engine.start()

    def stream(self, on_partial: OnPartial | None = None) -> RecognitionStream:
        self.fed = []
        stream = _PunctualStream(self, self.engine.stream(on_partial))
        self.open.append(stream)
        return stream

    async def close(self) -> None:
        await self.engine.close()


class _PunctualStream:
    def __init__(self, owner: PunctualRecognizer, stream: RecognitionStream) -> None:
        self._owner = owner
        self._stream = stream

    def feed(self, pcm: Pcm) -> None:
        self._owner.fed.append(pcm)
        self._stream.feed(pcm)

    async def finish(self) -> Transcript:
        try:
            with virtual_loop().working():
                return await self._stream.finish()
        finally:
            self._done()

    def cancel(self) -> None:
        self._stream.cancel()
        self._done()

    def _done(self) -> None:
        if self in self._owner.open:
            self._owner.open.remove(self)


class PunctualVoice:
    def __init__(self, voice: Synthesizer) -> None:
        self.voice = voice
        self.spoken: list[tuple[str, bool]] = []  # text, and whether its sound may be kept

    @property
    def name(self) -> str:
        return self.voice.name

    @property
    def sample_rate_hz(self) -> int:
        return self.voice.sample_rate_hz

    async def start(self) -> None:
        await self.voice.start()

    async def speak(
        self, text: str, stop: threading.Event, *, cacheable: bool = True
    ) -> AsyncGenerator[Clause, None]:
        self.spoken.append((text, cacheable))
        async with aclosing(self.voice.speak(text, stop, cacheable=cacheable)) as clauses:
            while True:
                with virtual_loop().working():
                    clause = await anext(clauses, None)
                if clause is None:
                    return
                yield clause

    async def close(self) -> None:
        await self.voice.close()


# ── the dialogue's part ───────────────────────────────────────────────────────────────────────────────────

Line = str | Message | TurnDone | float | Exception | Callable[[], Awaitable[None]]
"""Something to say, a pause in seconds, a failure, or something that happens meanwhile."""

UNKNOWN: Sequence[Line] = ("I know nothing of that.",)


@dataclass
class Script:
    """A dialogue with the answers of a script. `parse_s`: how long it takes to understand."""

    answers: dict[str, Sequence[Line]] = field(default_factory=dict)
    ready: bool = True
    parse_s: float = 0.005
    parse_error: Exception | None = None
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    parsed: list[str] = field(default_factory=list)
    previews: dict[str, Sequence[str]] | Exception = field(default_factory=dict)
    previewed: list[str] = field(default_factory=list)
    was_heard: list[tuple[str, str]] = field(default_factory=list)
    heard_error: Exception | None = None

    async def wait_ready(self) -> None:
        await self.awake.wait()
        if not self.ready:
            raise DialogueUnavailable("I cannot think.", "it did not start")

    async def parse(self, text: str) -> Parse:
        self.parsed.append(text)
        await asyncio.sleep(self.parse_s)
        if self.parse_error is not None:
            error, self.parse_error = self.parse_error, None
            raise error
        return Parse(text, "intent of the script", 0.9, (), (), {"text": text})

    async def turn(
        self, sender: str, text: str, turn: int, parse: Parse | None = None
    ) -> AsyncGenerator[Message | TurnDone, None]:
        self.asked.append((sender, text, turn))
        assert parse is not None
        assert parse.text == text
        done = TurnDone()
        for line in self.answers.get(text, UNKNOWN):
            match line:
                case str():
                    yield Message(line, "template")
                case Message():
                    yield line
                case TurnDone():
                    done = line
                case float():
                    await asyncio.sleep(line)
                case Exception():
                    raise line
                case _:
                    await line()
        yield done

    async def preview(self, sender: str, text: str, turn: int, parse: Parse) -> list[Message]:
        self.previewed.append(text)
        if isinstance(self.previews, Exception):
            raise self.previews
        return [Message(line, "template") for line in self.previews.get(text, ())]

    async def heard(self, sender: str, text: str) -> None:
        self.was_heard.append((sender, text))
        if self.heard_error is not None:
            raise self.heard_error


# ── a conversation ────────────────────────────────────────────────────────────────────────────────────────


class Talk:
    """A session at work in a room, and everything that it told."""

    def __init__(
        self, session: Session, script: Script, mic: Microphone, loudspeaker: Loudspeaker, bus: Bus
    ) -> None:
        self.session = session
        self.script = script
        self.mic = mic
        self.loudspeaker = loudspeaker
        self.bus = bus
        self.ducked: list[bool] = []
        self.running: asyncio.Task[None] | None = None
        self.events: list[Event] = []
        bus.observe(self.events.append)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def cancel(self) -> None:
        assert self.running is not None
        self.running.cancel()

    async def until(self, condition: Callable[[], bool]) -> None:
        """The test's time limit bounds it."""
        await self.session.until(condition)

    async def turns(self, count: int) -> TurnEnded:
        """Until so many turns have ended; the last of them."""
        await self.until(lambda: len(self.of(TurnEnded)) >= count)
        return self.of(TurnEnded)[count - 1]

    async def say(self, pcm: Pcm) -> None:
        """A person speaks, and has spoken."""
        said = self.mic.say(pcm)
        await asyncio.sleep(said.end_s - now_s())

    async def turn(self, pcm: Pcm) -> TurnEnded:
        """A person speaks, and has been answered."""
        count = len(self.of(TurnEnded))
        await self.say(pcm)
        return await self.turns(count + 1)


@dataclass(frozen=True)
class Engines:
    recognizer: Recognizer
    voice: Synthesizer | None


@asynccontextmanager
async def conversation(
    engines: Engines,
    script: Script | None = None,
    *,
    name: str = "here",
    open_mic: bool = True,
    barge_in: BargeIn = BargeIn.WAKE_WORD,
    wake_words: Sequence[str] = (),
    timing: Timing | None = None,
    echo: float = 0.0,
    echo_delay_s: float = 0.0,
    cancelled: bool = False,
    chime: bool = False,
    free_text_slots: frozenset[str] = frozenset(),
    end_of_turn: EndOfTurn | None = None,
) -> AsyncIterator[Talk]:
    """A session that runs. Its end is bounded, whatever it was doing. `cancelled`: the echo is taken out again."""
    script = script or Script()
    loudspeaker = Loudspeaker()
    canceller = EchoCanceller() if cancelled else None
    mic = Microphone(loudspeaker, echo=echo, echo_delay_s=echo_delay_s, canceller=canceller)
    settings = DetectorSettings(wake_words=wake_words)
    state = replace(State(open_mic=open_mic, barge_in=barge_in), timing=timing or Timing())
    bus = Bus()
    ducked: list[bool] = []
    session = Session(
        name,
        state,
        dialogue=cast(Dialogue, script),
        bus=bus,
        ears=Ears(mic, lambda on_event: PunctualDetector(settings, on_event), engines.recognizer),
        mouth=Mouth(engines.voice, loudspeaker, chime, ducked.append),
        free_text_slots=free_text_slots,
        end_of_turn=end_of_turn,
        clock=now_s,
    )
    talk = Talk(session, script, mic, loudspeaker, bus)
    talk.ducked = ducked
    talk.running = running = asyncio.create_task(session.run(), name="session")
    try:
        await session.started()
        await asyncio.sleep(0.1)
        yield talk
    finally:
        await mic.close()
        await asyncio.wait({running}, timeout=1.0)
        assert running.done()
    if not running.cancelled():
        running.result()


def trimmed(pcm: Pcm) -> Pcm:
    """Without the silence around it, which the voice adds too."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > 500)
    return pcm[loud[0] : loud[-1]]
