"""The assistant: all parts that conversations share, put together once."""

import asyncio
import logging
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant.api.server import ApiServer, Generated
from assistant.bus import Bus
from assistant.config.model import Config
from assistant.conversation.audience import TurnAudience
from assistant.conversation.end_of_turn import EndOfTurn
from assistant.conversation.listener import Ears
from assistant.conversation.machine import BargeIn, State, Timing
from assistant.conversation.messages import Priority
from assistant.conversation.session import Session
from assistant.conversation.talker import Mouth
from assistant.dialogue.aside import Aside
from assistant.dialogue.domain import free_text_entities, free_text_slots
from assistant.dialogue.engine import Dialogue
from assistant.dialogue.project import RasaProject
from assistant.dialogue.supervisor import Phase, ServiceAccess
from assistant.dialogue.supervisor import State as DialogueState
from assistant.dialogue.train import OnProgress, train
from assistant.dialogue.training_data import load_training_data
from assistant.documents.library import Library, create_library
from assistant.errors import UserError
from assistant.events import Event, MusicBegan, RingingEnded, Trouble
from assistant.generation import create_generator
from assistant.generation.answerer import Answerer, ModelSwitch, Question
from assistant.generation.audience import Elsewhere
from assistant.generation.budget import Budgeted
from assistant.generation.build import create_answerer
from assistant.generation.prompt import Prompt
from assistant.observe.keeper import Keeper
from assistant.oversight.reviews import ReviewKeeper
from assistant.oversight.satisfaction import Satisfaction
from assistant.oversight.switches import Switch
from assistant.plugins import add_plugins
from assistant.privacy.keeper import PrivacyKeeper
from assistant.safety.create import open_gate, secrets_of
from assistant.safety.crisis import CrisisPath
from assistant.safety.screen import refusal
from assistant.services.announce import AnnounceServices
from assistant.services.build import Services, create_services
from assistant.services.service import Origin, place_of
from assistant.services.time import SystemClock
from assistant.services.zones import home_zone
from assistant.storage.due import Kind
from assistant.storage.opinions import OpinionTable
from assistant.storage.reviews import ReviewTable

log = logging.getLogger(__name__)
_PRIORITIES = {Kind.ALARM: Priority.ALARM, Kind.TIMER: Priority.TIMER, Kind.REMINDER: Priority.REMINDER}


class Assistant:
    """Services, their HTTP API, and Rasa with its actions; sessions are opened on it.

    `async with Assistant(config) as assistant:` starts them; Rasa goes on loading in the background. Leaving
    the block ends everything, children included.
    """

    def __init__(self, config: Config, *, timers_ring: bool = True) -> None:
        """`timers_ring` False: for a command that is over before any timer could be heard."""
        self.config = config
        self.bus = Bus()
        self.project = RasaProject.from_config(config)
        self._timers_ring = timers_ring
        self._sessions: dict[str, Session] = {}
        self._ringing: dict[str, Session] = {}
        self._session_came = asyncio.Event()
        self._free_text_slots: frozenset[str] = frozenset()
        self.free_text_entities: frozenset[str] = frozenset()
        """Those that can be any words, and not only names that are known."""
        self._end_of_turn: EndOfTurn | None = None
        self._mute = False
        self._generator = create_generator(config.generation)
        self._stack = AsyncExitStack()
        self.services: Services
        self.api: ApiServer
        self.dialogue: Dialogue
        self.answerer: Answerer

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def _start(self) -> None:
        await self._stack.enter_async_context(Keeper(self.config.observe, self.bus))
        self.services = await create_services(
            self.config,
            SystemClock(),
            self._announce,
            self.bus.publish,
            tell=self._tell,
            notice=log.warning,
        )
        self._stack.push_async_callback(self.services.close)
        private = PrivacyKeeper(self.config, self.services.database, self.bus, self._whereabouts)
        await self._stack.enter_async_context(private)
        await self._stack.enter_async_context(self.services.switches)
        self._mute = self.services.switches.mute
        self._stack.callback(self.services.switches.observe(self._switched))
        if self.config.dialogue.keep_reviews:
            await self._keep_reviews()
        aloud = AnnounceServices()
        aloud.attach(self._say_aloud)
        self.services.registry.add(aloud)
        self.bus.observe(self._noticed)
        self.answerer = await self._create_answerer()
        self.api = ApiServer(self.services.registry, port=self.config.server.port, generate=self._generate)
        self.api.whereabouts = self._whereabouts
        await self.api.start()
        self._stack.push_async_callback(self.api.close)
        await add_plugins(self.services.registry, SystemClock(), log.warning)
        model = await self._trained()
        for domain in self.project.domains:
            self._free_text_slots |= await asyncio.to_thread(free_text_slots, domain)
            self.free_text_entities |= await asyncio.to_thread(free_text_entities, domain)
        if self.config.listening.end_of_turn == "meaning":
            self._end_of_turn = await asyncio.to_thread(self._learn_ends)
        self.dialogue = Dialogue(
            self.project,
            model,
            self.config.dialogue,
            ServiceAccess(self.api.url, self.api.dialogue_token),
            self._dialogue_changed,
        )
        self._stack.push_async_callback(self.dialogue.close)
        self.services.owned.routines.ask = Aside(self.dialogue).ask
        await self.dialogue.start()
        if self._timers_ring:
            self.services.start()

    async def _keep_reviews(self) -> None:
        opinions = OpinionTable(self.services.database)
        reviews = ReviewKeeper(ReviewTable(self.services.database), opinions, self.bus, time.time)
        self.services.oversight.attach(await self._stack.enter_async_context(reviews))
        await self._stack.enter_async_context(Satisfaction(opinions, self.bus, time.time))

    async def _create_answerer(self) -> Answerer:
        self._stack.push_async_callback(self._generator.close)
        await self._generator.start()
        language = self.config.recognition.whisper.language
        prompt = await asyncio.to_thread(Prompt.read, self.config.generation.answers, language)
        told = (prompt.persona, prompt.rules.template)
        gate = open_gate(self.config.safety, secrets=secrets_of(self.config), prompts=told)
        return create_answerer(
            self.config,
            Budgeted(self._generator, self.config.oversight.model_answers_per_hour, time.monotonic),
            await self._stack.enter_async_context(gate),
            self.services.registry,
            prompt,
            publish=self.bus.publish,
            retriever=await self._open_library(),
            screened=refusal,
            switch=ModelSwitch(
                lambda: self.services.switches.no_model,
                lambda: self.services.switches.until(Switch.NO_MODEL),
            ),
        )

    async def _open_library(self) -> Library | None:
        """Without its index everything else goes on."""
        try:
            return await self._stack.enter_async_context(create_library(self.config, follow=True))
        except UserError as error:
            log.warning("Your documents are left out: %s", error)
            return None

    def _learn_ends(self) -> EndOfTurn:
        data = load_training_data(self.project.root, self.project.names, self.project.plugin_data)
        return EndOfTurn(data, self.config.dialogue.nlu_threshold)

    async def train(self, on_progress: OnProgress) -> None:
        """Train what is not trained; quick where it is. Call before entering."""
        await self._trained(on_progress)

    async def _trained(self, on_progress: OnProgress = lambda progress: None) -> Path:
        """A plugin's sentences that Rasa refuses do not stop the assistant: it goes on without those of plugins."""
        try:
            return await train(self.project, on_progress)
        except UserError as error:
            if not self.project.plugins:
                raise
            log.warning("The sentences of your plugins are left out: %s", error)
            self.project = replace(self.project, plugins=())
            return await train(self.project, on_progress)

    def rename(self, config: Config, project: RasaProject) -> None:
        """Go by another home and other names, from the next call of a service on. `project` has the names too; the
        dialogue understands them after `use_model`."""
        self.config, self.project = config, project
        self.services.rename(config)

    async def use_model(self, project: RasaProject) -> bool:
        """Train the model of a project unless that was done, and think with it from the next turn on; a minute at
        low priority, while conversations go on. Whether it is another one than before. Raises `UserError` and
        `ModelRefused`, and then nothing has changed. Cancelling ends the training."""
        await asyncio.to_thread(lambda: project.fingerprint)  # reads all training data: half a second
        model = await train(project)
        if model == self.dialogue.model:
            return False
        await self.dialogue.change_model(model)
        return True

    def session(
        self,
        name: str,
        *,
        ears: Ears | None = None,
        mouth: Mouth | None = None,
        open_mic: bool,
        echo_cancelled: bool = False,
        rings: bool = True,
        room: str = "",
    ) -> Session:
        """A conversation at the place `name`; one at a time of each name. `echo_cancelled`: its ears do not hear its
        mouth. `rings`: timers are told of here. `room`: where that is."""
        listening = self.config.listening
        by_key = listening.mode == "push-to-talk"  # nothing is heard then without it
        state = State(
            timing=Timing(
                end_silence_s=listening.end_silence_ms / 1000,
                complete_silence_s=listening.complete_silence_ms / 1000,
                unfinished_silence_s=listening.unfinished_silence_ms / 1000,
                no_speech_s=listening.no_speech_ms / 1000,
                max_turn_s=listening.max_turn_ms / 1000,
                follow_up_s=0.0 if by_key else listening.follow_up_ms / 1000,
                pre_roll_samples=listening.pre_roll_ms * 16,
            ),
            open_mic=open_mic,
            wake_needs_words=listening.wake_check == "words",
            barge_in=BargeIn.OFF if by_key else barge_in(listening.barge_in, echo_cancelled=echo_cancelled),
            stop_words=listening.stop_words,
        )
        session = Session(
            name,
            state,
            dialogue=self.dialogue,
            bus=self.bus,
            ears=ears,
            mouth=replace(mouth or Mouth(), muted=lambda: self._mute),
            free_text_slots=self._free_text_slots,
            end_of_turn=self._end_of_turn,
            closing_intents=frozenset(listening.closing_intents),
            room=room,
            crisis=CrisisPath(self.config.safety.country, str(home_zone(self.config.timezone))),
        )
        self._sessions[name] = session
        if rings:
            self._ringing[name] = session
        self._session_came.set()
        return session

    def forget(self, session: Session) -> None:
        """It is over, and nobody asks for it any more."""
        for sessions in (self._sessions, self._ringing):
            if sessions.get(session.name) is session:
                del sessions[session.name]

    def _whereabouts(self, session_name: str) -> tuple[str, str] | None:
        session = self._sessions.get(place_of(session_name))
        return (session.room, session.person) if session is not None else None

    # ── what reaches sessions from elsewhere ──────────────────────────────────────────────────────────────

    async def _announce(self, text: str, kind: Kind) -> None:
        """It rings at every place, for nobody knows where its owner is. Waits until there is one."""
        while not (places := [session for session in self._ringing.values() if not session.over]):
            self._session_came.clear()
            await self._session_came.wait()
        for session in places:
            session.announce(text, _PRIORITIES[kind], rings=True)

    def _tell(self, session_name: str, text: str) -> None:
        """What somebody asked for a while ago is done: told where it was asked, or wherever there is a place."""
        session = self._sessions.get(session_name)
        places = [session] if session is not None and not session.over else []
        for place in places or [each for each in self._ringing.values() if not each.over]:
            place.announce(text)

    def _say_aloud(self, text: str, room: str) -> int:
        """At every loudspeaker, or those of a room; at how many that is."""
        places = [session for session in self._ringing.values() if not session.over]
        if room:
            places = [session for session in places if session.room.casefold() == room.casefold()]
        for session in places:
            session.announce(text)
        return len(places)

    def _noticed(self, event: Event) -> None:
        """Who silenced a timer in one room need not do so in the next; music is not listened to."""
        if isinstance(event, MusicBegan):
            session = self._sessions.get(event.session)
            if session is not None and not session.over:
                session.close_window("music")
        if isinstance(event, RingingEnded):
            self.services.scheduler.ended(event.texts)
        if isinstance(event, RingingEnded) and event.noticed:
            for name, session in self._ringing.items():
                if name != event.session and not session.over:
                    session.acknowledge()

    def _switched(self, switch: Switch, on: bool) -> None:
        if switch is not Switch.MUTE:
            return
        self._mute = on
        if on:
            for session in self._sessions.values():
                session.hush()

    def _dialogue_changed(self, state: DialogueState) -> None:
        if state.phase is Phase.DOWN:
            log.info("%s", state.reason)
            for name in list(self._sessions) or [""]:
                self.bus.publish(
                    Trouble(at_s=time.monotonic(), session=name, turn=0, part="dialogue", text=state.reason)
                )

    async def _generate(self, origin: Origin, text: str) -> Generated:
        """What no template answers."""
        session = self._sessions.get(origin.session)
        turn = str(origin.turn)
        audience = (
            TurnAudience(session, int(turn)) if session is not None and turn.isdecimal() else Elsewhere()
        )
        before = tuple(session.history)[:-1] if session is not None else ()  # without what is asked now
        answer = await self.answerer.answer(Question(text, origin, before), audience)
        pending = answer.proposal.pending() if answer.proposal is not None else None
        return Generated(answer.text, answer.source, answer.spoken, answer.interrupted, pending)


def barge_in(wanted: str, *, echo_cancelled: bool) -> BargeIn:
    """Speech interrupts an answer where it cannot be the answer itself."""
    if wanted != "auto":
        return BargeIn(wanted)
    return BargeIn.SPEECH if echo_cancelled else BargeIn.WAKE_WORD
