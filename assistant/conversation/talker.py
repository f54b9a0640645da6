"""The talking half of a session: answers to voice and loudspeaker, and what of them was heard."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from assistant.conversation import messages as m
from assistant.conversation.reply import Reply
from assistant.synthesis.ahead import AheadVoice
from assistant.synthesis.base import Synthesizer
from audio.chime import chime
from audio.errors import AudioError, DeviceLost
from audio.frames import Sink

REPEATED_SOURCES = ("template", "notice", "announcement")
"""Their sound is worth keeping on disk, and holds nothing personal."""


@dataclass(frozen=True, slots=True)
class Mouth:
    """What a session speaks with. Without a sink it only shows its answers."""

    voice: Synthesizer | None = None
    sink: Sink | None = None
    chime: bool = False
    duck: Callable[[bool], None] = lambda down: None
    """Makes what is playing quieter, or as loud as before."""
    muted: Callable[[], bool] = lambda: False
    """Whether what is said from now on is shown only."""


@dataclass(frozen=True, slots=True)
class Uttered:
    """A reply that is over: its text, and the part of it that was heard."""

    text: str
    heard: str


class Talker:
    """One reply at a time. Loop thread.

    `on_stage` gets turn and stage as `Reply` names them, `on_heard` the turn whose reply has left the
    loudspeaker, `on_trouble` a sentence.
    """

    def __init__(
        self,
        mouth: Mouth,
        *,
        on_stage: Callable[[int, str], None],
        on_heard: Callable[[int], None],
        on_trouble: Callable[[str], None],
    ) -> None:
        self._mouth = mouth
        self._voice = AheadVoice(mouth.voice) if mouth.voice is not None else None
        self._on_stage = on_stage
        self._on_heard = on_heard
        self._on_trouble = on_trouble
        self._reply: Reply | None = None

    @property
    def audible(self) -> bool:
        """Whether anybody could hear it."""
        return self._mouth.sink is not None and not self._mouth.muted()

    @property
    def lost(self) -> dict[str, int]:
        """How often the sound of answers had a gap, where the loudspeaker counts that."""
        names = ("underruns", "device_underruns")
        counts = {f"speaker_{name}": getattr(self._mouth.sink, name, None) for name in names}
        return {name: count for name, count in counts.items() if count is not None}

    def say(self, command: m.Say, group: asyncio.TaskGroup) -> None:
        """Add to the reply, which begins with this if there is none."""
        if self._reply is None:
            self._reply = self._new_reply(command.turn)
            self._reply.start(group)
        self._reply.say(command.text, cacheable=command.source in REPEATED_SOURCES)

    def ring(self, turn: int, group: asyncio.TaskGroup) -> None:
        """The reply goes on, or begins, with a short sound."""
        if self._reply is None:
            self._reply = self._new_reply(turn)
            self._reply.start(group)
        self._reply.ring()

    def hold(self) -> None:
        """Silence at once, for now. Idempotent."""
        if self._reply is not None:
            self._reply.hold()

    def resume(self) -> None:
        """Go on with the word that was cut. Idempotent."""
        if self._reply is not None:
            self._reply.resume()

    @property
    def heard_so_far(self) -> str:
        """What of the reply has left the loudspeaker, or could be read where there is none."""
        return self._reply.heard() if self._reply is not None else ""

    def prepare(self, text: str, source: str) -> None:
        """A reply may begin with this soon."""
        if self._voice is not None and self.audible and self._reply is None:
            self._voice.prepare(text, cacheable=source in REPEATED_SOURCES)

    def forget(self) -> None:
        """What was prepared will not be said. Idempotent."""
        if self._voice is not None:
            self._voice.forget()

    def close(self) -> None:
        """The reply has all its text."""
        if self._reply is not None:
            self._reply.close()

    def stop(self) -> Uttered | None:
        """Silence at once, for good. None when nothing was being said."""
        reply, self._reply = self._reply, None
        return None if reply is None else Uttered(heard=reply.stop(), text=reply.text)

    def end(self) -> Uttered | None:
        """The reply was heard to its end. None when nothing was said, or it was stopped before."""
        reply, self._reply = self._reply, None
        return None if reply is None else Uttered(reply.text, reply.text)

    def duck(self, down: bool) -> None:
        self._mouth.duck(down)

    def acknowledge(self, group: asyncio.TaskGroup) -> None:
        """The sound that says "I am listening"."""
        if self._mouth.chime and self._mouth.sink is not None and self.audible:
            group.create_task(self._chime(self._mouth.sink), name="chime")

    async def _chime(self, sink: Sink) -> None:
        try:
            await sink.write(chime(sink.sample_rate_hz))
        except DeviceLost:
            raise
        except AudioError as error:
            self._on_trouble(str(error))

    def _new_reply(self, turn: int) -> Reply:
        muted = self._mouth.muted()
        return Reply(
            None if muted else self._voice,
            None if muted else self._mouth.sink,
            on_stage=lambda stage: self._on_stage(turn, stage),
            on_heard=lambda: self._on_heard(turn),
            on_trouble=self._on_trouble,
        )
