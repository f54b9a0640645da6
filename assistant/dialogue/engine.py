"""The dialogue as a conversation sees it: Rasa, wherever it runs now."""

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from assistant.config.model import Dialogue as Settings
from assistant.dialogue.client import DialogueUnavailable, Message, Parse, RasaClient, TurnDone
from assistant.dialogue.project import RasaProject
from assistant.dialogue.supervisor import Phase, ServiceAccess, State, Supervisor

REMEMBERED = 16
"""Sentences whose meaning is kept: what is being said is asked for two or three times, by who wants to know whether it
is a command, whether it is complete, and at last what to do."""

DID_NOT_START = "I cannot think: my dialogue engine does not start. The command assistant doctor says more."


class Dialogue:
    """A supervised Rasa and its client. Loop thread."""

    def __init__(
        self,
        project: RasaProject,
        model: Path,
        settings: Settings,
        services: ServiceAccess,
        on_state: Callable[[State], None] = lambda state: None,
    ) -> None:
        self._settings = settings
        self.supervisor = Supervisor(project, model, settings, services, on_state)
        self._client = RasaClient(lambda: self.supervisor.endpoint, settings.turn_timeout_s)
        self._meanings: dict[tuple[object, str], Parse] = {}

    async def start(self) -> None:
        """Begin to load; returns at once."""
        await self.supervisor.start()

    async def close(self) -> None:
        """Idempotent and bounded."""
        await self._client.close()
        await self.supervisor.close()

    @property
    def ready(self) -> bool:
        return self.supervisor.state.phase is Phase.READY

    async def wait_ready(self) -> None:
        """Raises `DialogueUnavailable` when it does not come up in the configured time."""
        if not await self.supervisor.wait_ready(float(self._settings.start_timeout_s)):
            raise DialogueUnavailable(DID_NOT_START, self.supervisor.state.reason)

    @property
    def model(self) -> Path:
        """What it thinks with."""
        return self.supervisor.model

    async def change_model(self, model: Path) -> None:
        """Think with another trained model from the next turn on. Raises `ModelRefused`."""
        await self.supervisor.change_model(model)

    async def parse(self, text: str) -> Parse:
        """What a sentence means to the model of now; to one model always the same."""
        of = (self.supervisor.endpoint, self.supervisor.model)
        if (known := self._meanings.get((of, text))) is not None:
            return known
        parse = await self._client.parse(text)
        if of == (self.supervisor.endpoint, self.supervisor.model):  # the model did not change meanwhile
            self._meanings[of, text] = parse
            while len(self._meanings) > REMEMBERED:
                del self._meanings[next(iter(self._meanings))]
        return parse

    def turn(
        self, sender: str, text: str, turn: int, parse: Parse | None = None
    ) -> AsyncGenerator[Message | TurnDone, None]:
        return self._client.turn(sender, text, turn, parse)

    async def preview(self, sender: str, text: str, turn: int, parse: Parse) -> list[Message]:
        return await self._client.preview(sender, text, turn, parse)

    async def heard(self, sender: str, text: str) -> None:
        await self._client.heard(sender, text)
