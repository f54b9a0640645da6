"""One conversation: the async shell around the turn machine.

Sound comes in from a source, facts about it (speech, wake word, transcripts, answers) go through
`machine.step`, and its commands are carried out here. Everything runs on the event loop; engines have their
own threads behind `Recognizer`, `Synthesizer` and the detector.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from assistant import events
from assistant.bus import Bus
from assistant.conversation import messages as m
from assistant.conversation.listener import Ears, Listener
from assistant.conversation.machine import Phase, State, resting, start, step
from assistant.conversation.reply import Reply
from assistant.dialogue.client import DialogueUnavailable, Message, Parse
from assistant.dialogue.engine import Dialogue
from assistant.errors import leaf
from assistant.observe.trace import Trace
from assistant.recognition.base import Partial, Transcript
from assistant.synthesis.base import Synthesizer
from audio.chime import chime
from audio.errors import AudioError
from audio.frames import Sink

log = logging.getLogger(__name__)

Role = Literal["user", "assistant"]
TURNS_REMEMBERED = 6
REPEATED_SOURCES = ("template", "notice", "announcement")
"""Their sound is worth keeping on disk, and holds nothing personal."""

ENTITY_FACTS = ("entity", "value", "role", "start", "end")

STILL_WAKING_UP = "I am still waking up. One moment, please."
DIALOGUE_FAILED = "Sorry, something went wrong inside me. Please say that again."


@dataclass(frozen=True, slots=True)
class Mouth:
    """What a session speaks with. Without a sink it only shows its answers."""

    voice: Synthesizer | None = None
    sink: Sink | None = None
    chime: bool = False
    duck: Callable[[bool], None] = lambda down: None
    """Makes what is playing quieter, or as loud as before."""


class Session:
    """A conversation at one place. `run()` lasts until the source ends or it is cancelled."""

    def __init__(
        self,
        name: str,
        state: State,
        *,
        dialogue: Dialogue,
        bus: Bus,
        ears: Ears | None = None,
        mouth: Mouth | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._state = start(state)
        self._dialogue = dialogue
        self._bus = bus
        self._mouth = mouth or Mouth()
        self._clock = clock
        self._happened: deque[m.Happening] = deque()
        self._stepping = False
        self._timer: asyncio.TimerHandle | None = None
        self._group: asyncio.TaskGroup | None = None
        self._reply: Reply | None = None
        self._traces: dict[int, Trace] = {}
        self._changed = asyncio.Event()
        self._asked = ""
        self.history: deque[tuple[Role, str]] = deque(maxlen=2 * TURNS_REMEMBERED)
        """What was said lately, for a language model: the dialogue's own memory is Rasa's."""
        self._listener = self._listener_of(ears, state.timing.max_turn_s) if ears is not None else None

    # ── from outside ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def state(self) -> State:
        return self._state

    @property
    def quiet(self) -> bool:
        """Nobody is speaking and nothing is under way."""
        return resting(self._state) and not self._state.voice and not self._happened

    @property
    def listened_to(self) -> int:
        """Samples of input that the detector has judged."""
        return self._listener.listened_to if self._listener is not None else 0

    def enter(self, text: str) -> None:
        """A turn that was typed."""
        self._post(m.Typed(self._clock(), text))

    def announce(self, text: str) -> None:
        self._post(m.Announcement(self._clock(), text))

    def reply(self, turn: int, text: str, source: str) -> None:
        """A part of a turn's answer that comes beside the dialogue: text that is still being generated."""
        self._post(m.ReplyText(self._clock(), turn, text, source))

    def interrupt(self) -> None:
        self._post(m.Interrupt(self._clock()))

    async def started(self) -> None:
        """Until `run` is at work."""
        await self.until(lambda: self._group is not None)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that is true of this session or its source; looked at whenever either moved."""
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    async def run(self) -> None:
        """Converse. Raises AudioError when the source is lost."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._changed.set()
                try:
                    if self._listener is None:
                        await asyncio.Event().wait()
                    else:
                        await self._listener.run()
                finally:
                    self._shut_up()
        except BaseExceptionGroup as group:
            if isinstance(error := leaf(group), AudioError):
                raise error from None
            raise

    def _shut_up(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._listener is not None:
            self._listener.cancel()
        if self._reply is not None:
            self._reply.stop()

    # ── the machine ───────────────────────────────────────────────────────────────────────────────────────

    def _post(self, event: m.Happening) -> None:
        """Feed the machine. Commands can cause events; those wait their turn here, never in recursion."""
        self._happened.append(event)
        if self._stepping or self._group is None:
            return
        self._stepping = True
        try:
            while self._happened:
                event = self._happened.popleft()
                before = self._state
                self._state, commands = step(before, event)
                log.debug("%s: %s -> %s %s", event, before.phase, self._state.phase, commands)
                self._mark(before, event)
                for command in commands:
                    self._carry_out(command)
                if self._state.phase is not before.phase:
                    self._publish(events.StateChanged, state=str(self._state.phase))
        finally:
            self._stepping = False
        self._set_timer()
        self._changed.set()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self._state.deadline_s
        if deadline is not None:
            delay = max(deadline - self._clock(), 0.0)
            self._timer = asyncio.get_running_loop().call_later(delay, self._tick, deadline)

    def _tick(self, deadline: float) -> None:
        self._timer = None
        self._post(m.Tick(max(self._clock(), deadline)))

    def _mark(self, before: State, event: m.Happening) -> None:
        """Keep the stopwatch of the turn that this event moved."""
        trace = self._traces.setdefault(self._state.turn, Trace(self._state.turn))
        match event:
            case m.SpeechStopped() if before.phase is Phase.USER_SPEAKING:
                trace.restart(event.voice_end_s)
            case m.Tick() if before.phase is Phase.USER_SPEAKING:  # cut for length
                trace.restart(event.at_s)
            case m.Typed() if self._state.turn != before.turn:
                trace.restart(event.at_s)
            case m.TranscriptReady() if self._state.transcript is not None:
                trace.mark("transcript", event.at_s)
            case m.ParseReady() if self._state.parse is not None:
                trace.mark("intent", event.at_s)
            case m.ReplyText() if event.turn == self._state.turn:
                trace.mark("first_text", event.at_s)
            case m.Tick() if before.phase != self._state.phase:
                trace.mark("end_of_turn", event.at_s)
            case _:
                pass

    def _carry_out(self, command: m.Command) -> None:
        match command:
            case m.StartRecognition() | m.FinishRecognition() | m.CancelRecognition():
                self._recognise(command)
            case m.Understand():
                self._spawn(self._understand(command), "understand")
            case m.Ask():
                self._spawn(self._ask(command), "ask")
            case m.Say():
                self._say(command)
            case m.CloseReply():
                if self._reply is not None:
                    self._reply.close()
            case m.StopReply():
                self._stop_reply(command.turn)
            case m.Duck():
                self._mouth.duck(command.down)
            case m.Acknowledge():
                self._acknowledge()
            case m.EndTurn():
                self._end_turn(command)

    # ── recognition ───────────────────────────────────────────────────────────────────────────────────────

    def _listener_of(self, ears: Ears, longest_turn_s: float) -> Listener:
        def on_partial(partial: Partial) -> None:
            self._publish(events.HeardSoFar, text=partial.text, stable=partial.stable)

        return Listener(
            ears,
            longest_turn_s=longest_turn_s,
            clock=self._clock,
            post=self._post,
            on_partial=on_partial,
            on_transcript=self._transcribed,
            on_moved=self._changed.set,
        )

    def _recognise(self, command: m.StartRecognition | m.FinishRecognition | m.CancelRecognition) -> None:
        assert self._listener is not None
        assert self._group is not None
        match command:
            case m.StartRecognition():
                self._listener.start(command)
            case m.FinishRecognition():
                self._listener.finish(command, self._group)
            case m.CancelRecognition():
                self._listener.cancel()

    def _transcribed(self, turn: int, rev: int, transcript: Transcript) -> None:
        if (self._state.turn, self._state.rev) == (turn, rev):
            self._publish(
                events.Heard,
                text=transcript.text,
                engine=transcript.engine,
                confidence=transcript.confidence,
                reason=transcript.reason,
                took_s=transcript.compute_s,
            )

    # ── dialogue ──────────────────────────────────────────────────────────────────────────────────────────

    async def _understand(self, command: m.Understand) -> None:
        """Parse ahead of time; a failure here is no loss, for `_ask` parses what has no parse."""
        if not self._dialogue.ready:
            return
        try:
            parse = await self._dialogue.parse(command.text)
        except DialogueUnavailable as error:
            log.info("no early parse: %s", error)
            return
        self._post(m.ParseReady(self._clock(), command.turn, command.rev, parse))

    async def _ask(self, command: m.Ask) -> None:
        """Hand the turn to the dialogue. Its actions run whatever happens to this reply."""
        turn, self._asked = command.turn, command.text
        try:
            await self._awake(turn)
            parse = command.parse
            if not isinstance(parse, Parse):
                parse = await self._dialogue.parse(command.text)
                self._trace(turn).mark("intent", self._clock())
            self._publish(
                events.Understood,
                turn=turn,
                text=command.text,
                intent=parse.intent,
                confidence=parse.confidence,
                entities=tuple(
                    {key: entity[key] for key in ENTITY_FACTS if key in entity} for entity in parse.entities
                ),
            )
            async for news in self._dialogue.turn(self.name, command.text, turn, parse):
                if isinstance(news, Message) and not news.spoken:
                    self._post(m.ReplyText(self._clock(), turn, news.text, news.source))
                else:
                    self._post(m.Progress(self._clock(), turn))
            self._post(m.ReplyComplete(self._clock(), turn))
        except DialogueUnavailable as error:
            self._trouble("dialogue", str(error))
            self._post(m.Failed(self._clock(), turn, str(error)))
        except Exception:
            log.exception("the dialogue failed")
            self._post(m.Failed(self._clock(), turn, DIALOGUE_FAILED))

    async def _awake(self, turn: int) -> None:
        """Rasa takes seconds to load: say so at once, and keep the turn until it is there."""
        if self._dialogue.ready:
            return
        self._post(m.ReplyText(self._clock(), turn, STILL_WAKING_UP, "notice"))
        waiting = asyncio.ensure_future(self._dialogue.wait_ready())
        try:
            while not (await asyncio.wait({waiting}, timeout=2.0))[0]:
                self._post(m.Progress(self._clock(), turn))
            waiting.result()
        finally:
            waiting.cancel()

    # ── mouth ─────────────────────────────────────────────────────────────────────────────────────────────

    def _say(self, command: m.Say) -> None:
        if self._reply is None:
            self._reply = self._new_reply(command.turn)
        self._publish(events.Replied, text=command.text, source=command.source)
        self._reply.say(command.text, cacheable=command.source in REPEATED_SOURCES)

    def _new_reply(self, turn: int) -> Reply:
        assert self._group is not None
        trace = self._trace(turn)

        def on_stage(stage: str) -> None:
            if stage != "progress":
                trace.mark(stage, self._clock())
            self._post(m.Progress(self._clock(), turn))

        reply = Reply(
            self._mouth.voice,
            self._mouth.sink,
            on_stage=on_stage,
            on_heard=lambda: self._all_heard(turn),
            on_trouble=lambda sentence: self._trouble("voice", sentence),
        )
        reply.start(self._group)
        return reply

    def _all_heard(self, turn: int) -> None:
        self._was_audible()
        self._post(m.ReplyHeard(self._clock(), turn))

    def _stop_reply(self, turn: int) -> None:
        reply, self._reply = self._reply, None
        if reply is not None:
            heard = reply.stop()
            self._remember(heard)
            self._was_audible()
            self._publish(events.Spoken, turn=turn, text=reply.text, heard=heard, interrupted=True)
            self._spawn(self._dialogue.heard(self.name, heard), "what was heard")

    def _was_audible(self) -> None:
        if self._listener is not None and self._mouth.sink is not None:
            self._listener.spoke()

    def _acknowledge(self) -> None:
        if self._mouth.chime and self._mouth.sink is not None:
            self._spawn(self._mouth.sink.write(chime(self._mouth.sink.sample_rate_hz)), "chime")

    # ── the end of a turn ─────────────────────────────────────────────────────────────────────────────────

    def _end_turn(self, command: m.EndTurn) -> None:
        reply, self._reply = self._reply, None
        if reply is not None:
            self._remember(reply.text)
            self._publish(
                events.Spoken, turn=command.turn, text=reply.text, heard=reply.text, interrupted=False
            )
        trace = self._trace(command.turn)
        trace.mark("done", self._clock())
        self._publish(events.TurnEnded, turn=command.turn, outcome=command.outcome, stages_s=trace.stages_s())
        self._traces = {turn: kept for turn, kept in self._traces.items() if turn > command.turn}

    def _remember(self, answer: str) -> None:
        if self._asked:
            self.history.append(("user", self._asked))
        self.history.append(("assistant", answer))
        self._asked = ""

    # ── small things ──────────────────────────────────────────────────────────────────────────────────────

    def _trace(self, turn: int) -> Trace:
        return self._traces.setdefault(turn, Trace(turn))

    def _trouble(self, part: str, sentence: str) -> None:
        self._publish(events.Trouble, part=part, text=sentence)

    def _publish(self, kind: type[events.Event], *, turn: int | None = None, **facts: object) -> None:
        turn = self._state.turn if turn is None else turn
        self._bus.publish(kind(at_s=self._clock(), session=self.name, turn=turn, **facts))

    def _spawn(self, work: object, name: str) -> asyncio.Task[None]:
        assert self._group is not None
        return self._group.create_task(work, name=name)  # type: ignore[arg-type]
