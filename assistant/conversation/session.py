"""One conversation: the async shell around the turn machine.

Sound comes in from a source, facts about it (speech, wake word, transcripts, answers) go through
`machine.step`, and its commands are carried out by a `Listener`, a `Thinker` and a `Talker`. Everything runs
on the event loop; engines have their own threads behind `Recognizer`, `Synthesizer` and the detector.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Literal

from assistant import events
from assistant.bus import Bus
from assistant.conversation import facts
from assistant.conversation import messages as m
from assistant.conversation.echo import OwnVoice
from assistant.conversation.end_of_turn import EndOfTurn
from assistant.conversation.listener import Ears, Listener
from assistant.conversation.machine import BargeIn, Phase, State, start, step
from assistant.conversation.machine.words import Said, judge
from assistant.conversation.stopwatches import Stopwatches
from assistant.conversation.talker import Mouth, Talker, Uttered
from assistant.conversation.thinker import Thinker
from assistant.dialogue.client import Parse
from assistant.dialogue.engine import Dialogue
from assistant.errors import leaf
from assistant.recognition.base import Partial, Transcript
from assistant.recognition.spoken_words import as_said
from assistant.safety.crisis import CrisisPath
from audio.errors import AudioError

log = logging.getLogger(__name__)

Role = Literal["user", "assistant"]
TURNS_REMEMBERED = 12
MOST_WAITING = 256  # happenings before `run`, such as timers that ring while the engines load

ENTITY_FACTS = ("entity", "value", "role", "start", "end")


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
        free_text_slots: frozenset[str] = frozenset(),
        end_of_turn: EndOfTurn | None = None,
        closing_intents: frozenset[str] = frozenset(),
        room: str = "",
        crisis: CrisisPath | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`crisis`: how people in danger are heard; by default for no country in particular, and never not at all."""
        self.name = name
        self.room = room
        """Where it is held, as far as that is known; for the turns from now on."""
        self.person = ""
        """Who speaks, as far as that is known; for the turns from now on."""
        self._state = start(state)
        self._bus = bus
        self._clock = clock
        self._happened: deque[m.Happening] = deque(maxlen=MOST_WAITING)
        self._stepping = False
        self._timer: asyncio.TimerHandle | None = None
        self._group: asyncio.TaskGroup | None = None
        self._work: set[asyncio.Task[None]] = set()
        self._over = False
        self._stopwatches = Stopwatches(clock, self._lost)
        self._changed = asyncio.Event()
        self._asked: dict[int, str] = {}  # turns that the dialogue has, and that are not over
        self._own_voice = OwnVoice()
        self._closing_intents = closing_intents
        self.history: deque[tuple[Role, str]] = deque(maxlen=2 * TURNS_REMEMBERED)
        """What was said lately, for a language model: the dialogue's own memory is Rasa's."""
        self._heard_of: dict[int, str] = {}  # of the latest turn that was answered, what was heard
        self._talker = Talker(
            mouth or Mouth(),
            on_stage=self._spoken_on,
            on_heard=self._all_heard,
            on_trouble=lambda sentence: self._trouble("voice", sentence),
        )
        self._thinker = Thinker(
            name,
            dialogue,
            clock=clock,
            post=self._post,
            on_understood=self._understood,
            on_trouble=lambda sentence: self._trouble("dialogue", sentence),
            help_for=(crisis or CrisisPath()).help_for,
            on_crisis=self._in_danger,
            free_text_slots=free_text_slots,
            end_of_turn=end_of_turn,
        )
        self._listener = self._listener_of(ears, state.timing.max_turn_s) if ears is not None else None

    # ── from outside ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def state(self) -> State:
        return self._state

    @property
    def over(self) -> bool:
        """`run` has ended: nothing that is entered or announced now has an effect."""
        return self._over

    @property
    def question_open(self) -> bool:
        """The dialogue waits for the answer to a question of its own."""
        return self._thinker.question_open

    @property
    def quiet(self) -> bool:
        """Nobody is speaking and nothing is under way."""
        return self._state.resting and not self._state.voice and not self._happened

    @property
    def listened_to(self) -> int:
        """Samples of input that the detector has judged."""
        return self._listener.listened_to if self._listener is not None else 0

    def enter(self, text: str) -> None:
        """A turn that was typed."""
        self._post(m.Typed(self._clock(), text))

    def announce(self, text: str, priority: m.Priority = m.Priority.NOTICE, *, rings: bool = False) -> None:
        """Say it as soon as that interrupts nobody; `rings`: again and again, until a person takes notice."""
        self._post(m.Announcement(self._clock(), text, priority, rings))

    def acknowledge(self) -> None:
        """Somebody took notice elsewhere of what rings."""
        self._post(m.Acknowledged(self._clock()))

    def close_window(self, reason: str) -> None:
        """Do not go on listening without the wake word: music began."""
        self._post(m.CloseWindow(self._clock(), reason))

    def reply(self, turn: int, text: str, source: str) -> None:
        """A part of a turn's answer that comes beside the dialogue: text that is still being generated."""
        self._post(m.ReplyText(self._clock(), turn, text, source))

    def progress(self, turn: int) -> None:
        """The answer to a turn is still being worked on."""
        self._post(m.Progress(self._clock(), turn))

    async def answered(self, turn: int) -> str:
        """Until nothing more can be said in answer to a turn; what of it was heard."""
        await self.until(lambda: self._over or not self._state.awaits_answer(turn))
        return self._heard_of.get(turn, "")

    def waited_s(self, turn: int) -> float:
        """Seconds since the person had said the turn; 0 where that is not known."""
        return self._stopwatches.waited_s(turn)

    @property
    def audible(self) -> bool:
        """Whether anybody could hear what is said."""
        return self._talker.audible

    def interrupt(self) -> None:
        self._post(m.Interrupt(self._clock()))

    def hush(self) -> None:
        """Nothing more of what is being said is to be heard. A turn that is still being thought about goes on."""
        if self._state.speaking:
            self.interrupt()

    def press(self, *, hold: bool = False) -> None:
        """A key in place of the wake word. `hold`: `release` will follow. Without ears it does nothing."""
        if self._listener is not None:
            self._post(m.Pressed(self._clock(), self._listener.heard_to, hold))

    def release(self) -> None:
        self._post(m.Released(self._clock()))

    async def started(self) -> None:
        """Until `run` is at work, or over."""
        await self.until(lambda: self._group is not None or self._over)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that is true of this session or its source; looked at whenever either moved."""
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    async def run(self) -> None:
        """Converse, once. Raises AudioError when microphone or loudspeaker is lost."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._changed.set()
                try:
                    self._step_all()  # what came before
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
        """End all that is under way. A turn that the dialogue has received goes on there."""
        self._over, self._group = True, None
        self._happened.clear()
        if self._timer is not None:
            self._timer.cancel()
        if self._listener is not None:
            self._listener.cancel()
        self._talker.stop()
        self._talker.forget()
        for task in self._work:
            task.cancel()
        self._changed.set()

    # ── the machine ───────────────────────────────────────────────────────────────────────────────────────

    def _post(self, event: m.Happening) -> None:
        """Feed the machine. Commands can cause events; those wait their turn here, never in recursion."""
        if self._over:
            return
        self._happened.append(event)
        if not self._stepping and self._group is not None:
            self._step_all()

    def _step_all(self) -> None:
        self._stepping = True
        try:
            while self._happened:
                event = self._happened.popleft()
                before = self._state
                self._state, commands = step(before, event)
                log.debug("%s: %s -> %s %s", event, before.phase, self._state.phase, commands)
                self._stopwatches.moved(before, self._state, event)
                for kind, turn, told in facts.told(before, self._state, event):
                    self._publish(kind, turn=turn, **told)
                for command in commands:
                    self._carry_out(command)
                if self._state.phase is not before.phase:
                    self._publish(events.StateChanged, state=str(self._state.phase))
        finally:
            self._stepping = False
        if self._listener is not None:
            self._listener.attend(self._state.phase is not Phase.IDLE)
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

    def _carry_out(self, command: m.Command) -> None:
        match command:
            case m.StartRecognition() | m.FinishRecognition() | m.CancelRecognition():
                self._recognise(command)
            case m.Understand():
                self._spawn(self._thinker.understand(command), "understand")
            case m.Prepare():
                self._spawn(self._prepare(command), "prepare")
            case m.Ask():
                self._ask(command)
            case m.Say():
                self._say(command)
            case m.CloseReply():
                self._talker.close()
            case m.Hold():
                self._talker.hold()
            case m.Resume():
                self._talker.resume()
            case m.Ring():
                self._talker.ring(command.turn, self._running)
            case m.StopReply():
                self._stop_reply(command.turn)
            case m.Duck():
                self._talker.duck(command.down)
            case m.Acknowledge():
                self._talker.acknowledge(self._running)
            case m.DropWake():
                if self._listener is not None:
                    self._listener.drop_wake()
            case m.EndTurn():
                self._end_turn(command)

    # ── listening ─────────────────────────────────────────────────────────────────────────────────────────

    def _listener_of(self, ears: Ears, longest_turn_s: float) -> Listener:
        def on_partial(turn: int, rev: int, partial: Partial) -> None:
            self._publish(events.HeardSoFar, turn=turn, text=partial.text, stable=partial.stable)
            if self._state.overlapping:
                text, steady = self._not_own(partial.text), self._not_own(partial.stable)
                self._post(m.PartialReady(self._clock(), turn, rev, text, steady))

        return Listener(
            ears,
            longest_turn_s=longest_turn_s,
            clock=self._clock,
            post=self._post,
            hints=self._thinker.hints,
            on_partial=on_partial,
            on_transcript=self._transcribed,
            on_wake=lambda word, probability, reason, voice: self._publish(
                events.WakeWordJudged,
                word=word,
                probability=probability,
                accepted=not reason,
                reason=reason,
                voice=voice,
            ),
            on_moved=self._changed.set,
        )

    def _recognise(self, command: m.StartRecognition | m.FinishRecognition | m.CancelRecognition) -> None:
        assert self._listener is not None
        match command:
            case m.StartRecognition():
                if not self._state.overlapping:
                    self._talker.forget()
                self._listener.start(command)
            case m.FinishRecognition():
                self._listener.finish(command, self._running)
            case m.CancelRecognition():
                self._listener.cancel()

    def _transcribed(self, turn: int, rev: int, began_s: float, transcript: Transcript) -> str:
        """The words to go on with: none, where they are the assistant's own."""
        if self._state.overlapping:
            return self._transcribed_over(turn, transcript)
        if (self._state.turn, self._state.rev) != (turn, rev):
            return transcript.text
        question_open = self._thinker.question_open
        if not self._state.woken and self._own_voice.is_echo(
            transcript.text, began_s, question_open=question_open
        ):
            reason = f"an echo of the answer: “{transcript.text}”"
            transcript = replace(transcript, text="", words=(), alternatives=(), reason=reason)
        self._publish_heard(turn, transcript)
        return as_said(transcript.text)

    def _publish_heard(self, turn: int, transcript: Transcript) -> None:
        self._publish(
            events.Heard,
            turn=turn,
            text=transcript.text,
            engine=transcript.engine,
            confidence=transcript.confidence,
            reason=transcript.reason,
            took_s=transcript.compute_s,
            decision=transcript.decision.facts() if transcript.decision is not None else None,
        )

    def _transcribed_over(self, turn: int, transcript: Transcript) -> str:
        """The same over an answer; told only where it will be a turn."""
        text = self._not_own(transcript.text)
        if judge(text) in (Said.STOP, Said.WORDS):
            self._publish_heard(turn, transcript)
        return as_said(text)

    def _not_own(self, text: str) -> str:
        """Nothing, where the assistant is just saying these words."""
        own = self._talker.audible and self._own_voice.is_being_said(text, self._talker.heard_so_far)
        return "" if own else text

    # ── thinking ──────────────────────────────────────────────────────────────────────────────────────────

    def _ask(self, command: m.Ask) -> None:
        self._stopwatches.asked(command.turn)
        self._asked[command.turn] = command.text
        self.history.append(("user", command.text))
        self._spawn(self._thinker.ask(command), "ask")

    async def _prepare(self, command: m.Prepare) -> None:
        """Without side effects: the dialogue is asked what it would answer, and the voice begins with that."""
        began_s = self._clock()
        text, source = await self._thinker.preview(command)
        if text and self._state.awaits(command.turn, command.rev):
            self._talker.prepare(text, source)
            self._publish(events.ReplyPrepared, turn=command.turn, text=text, took_s=self._clock() - began_s)

    def _understood(self, turn: int, text: str, parse: Parse) -> None:
        self._stopwatches.mark(turn, "intent")
        entities = tuple({key: each[key] for key in ENTITY_FACTS if key in each} for each in parse.entities)
        self._publish(
            events.Understood,
            turn=turn,
            text=text,
            intent=parse.intent,
            confidence=parse.confidence,
            entities=entities,
            ranking=parse.ranking[:5],
        )
        if parse.intent in self._closing_intents:
            self._post(m.Leave(self._clock(), turn))

    def _in_danger(self, turn: int, text: str, kind: str) -> None:
        """Told to whoever keeps it for the owner; neither the dialogue nor a model gets to know of it later."""
        self._asked.pop(turn, None)
        if self.history and self.history[-1] == ("user", text):
            self.history.pop()
        at_s = self._clock()
        self._bus.publish(events.Crisis(at_s=at_s, session=self.name, turn=turn, kind=kind, text=text))

    # ── talking ───────────────────────────────────────────────────────────────────────────────────────────

    def _say(self, command: m.Say) -> None:
        self._publish(events.Replied, text=command.text, source=command.source)
        self._talker.say(command, self._running)

    def _spoken_on(self, turn: int, stage: str) -> None:
        if stage != "progress":
            self._stopwatches.mark(turn, stage)
        self._post(m.Progress(self._clock(), turn))

    def _all_heard(self, turn: int) -> None:
        self._was_audible()
        self._post(m.ReplyHeard(self._clock(), turn))

    def _stop_reply(self, turn: int) -> None:
        uttered = self._talker.stop()
        if uttered is None:
            return
        if self._state.phase is not Phase.USER_SPEAKING and not self._state.woken:
            self._was_audible()  # else a person interrupts, and is heard from their first word on
        self._uttered(turn, uttered, interrupted=True)
        if turn in self._asked:
            self._spawn(self._thinker.heard(uttered.heard), "what was heard")

    def _was_audible(self) -> None:
        """What was heard up to now may be the answer, unless the microphone does not hear the loudspeaker."""
        hears_itself = self._talker.audible and self._state.barge_in is not BargeIn.SPEECH
        if self._listener is not None and hears_itself:
            self._listener.spoke()

    def _uttered(self, turn: int, uttered: Uttered, *, interrupted: bool) -> None:
        self.history.append(("assistant", uttered.heard))
        self._heard_of = {turn: uttered.heard}
        if self._talker.audible:
            self._own_voice.spoke(uttered.heard, self._clock())
        self._publish(
            events.Spoken, turn=turn, text=uttered.text, heard=uttered.heard, interrupted=interrupted
        )

    # ── the end of a turn ─────────────────────────────────────────────────────────────────────────────────

    def _end_turn(self, command: m.EndTurn) -> None:
        uttered = self._talker.end()
        if uttered is not None:
            self._uttered(command.turn, uttered, interrupted=False)
        times = self._stopwatches.end(command.turn)
        self._publish(events.TurnEnded, turn=command.turn, outcome=command.outcome, **times)
        self._asked.pop(command.turn, None)

    # ── small things ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def _running(self) -> asyncio.TaskGroup:
        assert self._group is not None
        return self._group

    def _lost(self) -> dict[str, int]:
        """What was lost so far at either end, for the trace."""
        return (self._listener.lost if self._listener is not None else {}) | self._talker.lost

    def _trouble(self, part: str, sentence: str) -> None:
        self._publish(events.Trouble, part=part, text=sentence)

    def _publish(self, kind: type[events.Event], *, turn: int | None = None, **facts: object) -> None:
        turn = self._state.turn if turn is None else turn
        self._bus.publish(kind(at_s=self._clock(), session=self.name, turn=turn, **facts))

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = self._running.create_task(work, name=name)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
