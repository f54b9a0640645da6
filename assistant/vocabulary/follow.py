"""The names follow their owner: files that are edited, things that are put on lists, a home that is connected.

    settings, names/, pronunciations ─▶ services            at once
                                    ├─▶ recogniser          in seconds: a language model, made in a process of its own
    lists.add, timers.start ────────┘
    NamesKnown ─────────────────────┴─▶ dialogue            in a minute: Rasa's model, trained in its environment

Each part changes when its own model is there, between two turns. What fails is told, and the earlier names stay.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant.app import Assistant
from assistant.config.model import Config
from assistant.dialogue.corrections import corrections_file
from assistant.dialogue.names import FILES, OwnerNames, names_folder
from assistant.dialogue.project import RasaProject
from assistant.dialogue.supervisor import ModelRefused
from assistant.dialogue.training_data import load_spoken_data
from assistant.errors import UserError
from assistant.events import Event, NamesInUse, NamesKnown, ServiceCalled
from assistant.recognition.base import Recognizer, RecognizerUnavailable
from assistant.recognition.build import pronunciations_file
from assistant.recognition.factory import use_names
from assistant.storage.database import StorageError
from assistant.storage.names import NameTable
from assistant.vocabulary.latest import Latest
from assistant.vocabulary.learned import as_names, known_in, names_of
from assistant.vocabulary.watch import watch

log = logging.getLogger(__name__)

SPEECH_TIMEOUT_S = 330.0  # that of making a language model, and loading it
DIALOGUE_TIMEOUT_S = 1900.0  # that of a training, and loading the model
MOST_WAITING = 64  # names that were learned and are not saved yet
FOLLOWED = ("home", "names")
"""Sections of the configuration that count at once."""


@dataclass(frozen=True)
class Spoken:
    """What the recogniser is to know. `round` makes it another wish when only the pronunciations have changed."""

    project: RasaProject
    learned: OwnerNames
    round: int = 0


async def learned_names(assistant: Assistant) -> OwnerNames:
    """Those of earlier days; none where the database cannot be read."""
    try:
        found = await NameTable(assistant.services.database).all()
    except StorageError as error:
        log.warning("%s", error)
        return OwnerNames()
    return as_names((kind, name) for kind, names in found.items() for name in names)


class Follower:
    """`async with Follower(assistant, recognizer, files, reload, notice):` names are followed meanwhile.

    `files`: settings that are watched; `reload` reads them anew (in a thread; raises `UserError`); `notice` is told
    in a sentence what changed, and what could not. Without a `recognizer` nobody listens.
    """

    def __init__(
        self,
        assistant: Assistant,
        recognizer: Recognizer | None,
        settings_file: Path,
        reload: Callable[[], Config],
        notice: Callable[[str], None],
        *,
        learned: OwnerNames,
    ) -> None:
        self._assistant = assistant
        self._recognizer = recognizer
        self._settings_file = settings_file
        self._reload = reload
        self._notice = notice
        self._learned = learned
        self._told: dict[str, OwnerNames] = {}  # by the parts that know some
        self._rounds = 0
        self._known: frozenset[tuple[str, str]] | None = (
            None  # what the training data names; None: to be read
        )
        self._new: deque[tuple[str, str]] = deque(maxlen=MOST_WAITING)
        self._changed = asyncio.Event()
        self._learn = asyncio.Event()
        self._table = NameTable(assistant.services.database)
        self.speech: Latest[Spoken] = Latest(
            self._teach_recognizer,
            lambda _, error: self._failed("heard", error),
            timeout_s=SPEECH_TIMEOUT_S,
            done=Spoken(assistant.project, learned),
        )
        self.dialogue: Latest[RasaProject] = Latest(
            self._teach_dialogue,
            lambda _, error: self._failed("understood", error),
            timeout_s=DIALOGUE_TIMEOUT_S,
            done=assistant.project,
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._stop_observing: Callable[[], None] = lambda: None

    async def __aenter__(self) -> Self:
        self._stop_observing = self._assistant.bus.observe(self._observe)
        for told in tuple(self._assistant.services.homes.names.values()):  # before anybody listened
            self._observe(told)
        work: dict[str, Coroutine[None, None, None]] = {
            "watch": watch(self._files, self._changed.set),
            "reread": self._reread_when_changed(),
            "learn": self._learn_when_named(),
            "speech": self.speech.run(),
            "dialogue": self.dialogue.run(),
        }
        self._tasks = [asyncio.create_task(each, name=f"names: {name}") for name, each in work.items()]
        for task in self._tasks:
            task.add_done_callback(_ended)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop_observing()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def settled(self) -> None:
        """Until all that was changed is in use, or has failed."""
        await self.speech.settled()
        await self.dialogue.settled()

    # ── what changes ──────────────────────────────────────────────────────────────────────────────────────

    def _files(self) -> Iterable[Path]:
        folder = names_folder(self._assistant.config)
        owned = [self._settings_file, pronunciations_file(), corrections_file()]
        return [*owned, *(folder / f"{kind}.txt" for kind in FILES)]

    def _observe(self, event: Event) -> None:
        if isinstance(event, NamesKnown):
            self._told[event.source] = OwnerNames.of(event.names)
            self._changed.set()
        elif isinstance(event, ServiceCalled):
            self._new.extend(names_of(event))
            if self._new:
                self._learn.set()

    async def _reread_when_changed(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._reread()
            except UserError as error:
                self._notice(f"The change is not in use: {error}")

    async def _reread(self) -> None:
        """Raises `UserError`, and then nothing has changed."""
        now, wanted = self._assistant.config, await asyncio.to_thread(self._reload)
        config = now.model_copy(update={name: getattr(wanted, name) for name in FOLLOWED})
        if config != wanted:
            self._notice("Settings other than home and names are used from the next start on.")
        project = await asyncio.to_thread(RasaProject.from_config, config, self._assistant.project.root)
        for names in self._told.values():
            project = replace(project, names=project.names | names)
        self._rounds += 1
        self._known = None
        self._assistant.rename(config, project)
        self._publish("services")
        self.speech.wish(Spoken(project, self._learned, self._rounds))
        self.dialogue.wish(project)

    async def _learn_when_named(self) -> None:
        while True:
            await self._learn.wait()
            self._learn.clear()
            try:
                await self._learn_new()
            except (StorageError, UserError) as error:
                log.warning("%s", error)

    async def _learn_new(self) -> None:
        project = self._assistant.project
        if self._known is None:
            data = await asyncio.to_thread(load_spoken_data, project.root, project.names, project.plugin_data)
            self._known = known_in(data)
        news = [each for each in dict.fromkeys(self._new) if each not in self._known]
        self._new.clear()
        if not news:
            return
        before = self._learned
        self._learned = as_names(news) | self._learned
        if self._learned != before:
            self.speech.wish(Spoken(project, self._learned, self._rounds))
        for kind, name in news:
            await self._table.learn(kind, name, time.time())

    # ── who learns it ─────────────────────────────────────────────────────────────────────────────────────

    async def _teach_recognizer(self, wish: Spoken) -> None:
        if self._recognizer is None:
            return
        began_s = time.monotonic()
        await use_names(self._recognizer, self._assistant.config, wish.project, wish.learned)
        self._publish("recogniser", time.monotonic() - began_s)

    async def _teach_dialogue(self, project: RasaProject) -> None:
        began_s = time.monotonic()
        if await self._assistant.use_model(project):
            took_s = time.monotonic() - began_s
            self._publish("dialogue", took_s)
            self._notice(f"New names are understood now ({took_s:.0f} s).")

    def _publish(self, part: str, took_s: float = 0.0) -> None:
        self._assistant.bus.publish(
            NamesInUse(at_s=time.monotonic(), session="", turn=0, part=part, took_s=took_s)
        )

    def _failed(self, what: str, error: Exception) -> None:
        if isinstance(error, TimeoutError):
            error = UserError("it took too long.")
        elif not isinstance(error, UserError | RecognizerUnavailable | ModelRefused | OSError):
            log.error("new names are not %s", what, exc_info=error)
        self._notice(f"New names are not {what} yet, the earlier ones are: {error}")


def _ended(task: "asyncio.Task[None]") -> None:
    """None of the tasks ends by itself; a fault of ours is not to be lost."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s has ended", task.get_name(), exc_info=error)
