"""How the assistant speaks: another voice, faster or slower, louder or softer, while it is running."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import Field

from assistant.config.model import Voice
from assistant.services.service import Call, Done, Input, NoInput, Origin, Risk, ServiceError, service

PACE = {"slower": 0.85, "faster": 1.18}
LOUDNESS = {"softer": 0.7, "louder": 1.4}
"""By what speed and volume are multiplied: steps that are heard at once, and that lead back."""


@dataclass(frozen=True, slots=True)
class VoiceNow:
    """`name` is the voice that speaks; `voices` are those there are, each with the names of its speakers."""

    name: str
    settings: Voice
    voices: dict[str, tuple[str, ...]]


class VoiceControl(Protocol):
    """The voice of the assistant that runs."""

    async def now(self) -> VoiceNow: ...

    async def change(self, name: str, values: Callable[[Voice], dict[str, Any]]) -> VoiceNow:
        """Speak with the voice `name` (empty: the one that speaks) and the values that are made from the settings
        then. Raises `ServiceError`, and then nothing has changed."""
        ...


class ChangeVoiceInput(Input):
    voice: str = Field(
        "", description="Its name, `other`: the next one, `configured`: as in the settings; empty: as it is."
    )
    speaker: str | None = Field(None, description="Of a voice that has several: number or name.")
    speed: float | None = Field(None, ge=0.5, le=2.0, description="1 is the voice's own.")
    volume: float | None = Field(None, ge=0.1, le=2.0, description="1 is the usual one.")
    pace: Literal["", "slower", "faster", "normal"] = Field("", description="Instead of `speed`.")
    loudness: Literal["", "softer", "louder", "normal"] = Field("", description="Instead of `volume`.")


class VoiceServices:
    """Nobody is there to be changed until `attach`."""

    def __init__(self) -> None:
        self._control: VoiceControl | None = None

    def attach(self, control: VoiceControl | None) -> None:
        """The voice that speaks from now on, or None when it is gone."""
        self._control = control

    @service("voice.show", "Tell which voice speaks, how, and which others there are.", Risk.READ)
    async def show(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        return _result(await self._there().now())

    @service("voice.change", "Speak with another voice, speed or volume.", Risk.REVERSIBLE, timeout_s=40.0)
    async def change(self, asked: ChangeVoiceInput, origin: Origin) -> Done:
        control = self._there()
        before = await control.now()
        after = await control.change(asked.voice, lambda settings: _values(asked, settings))
        if after.name == before.name and after.settings == before.settings:
            raise ServiceError("unchanged", _unchanged(asked))
        back = before.settings.model_dump(include={"speaker", "speed", "volume"})
        return Done(_result(after), undo=(Call("voice.change", {"voice": before.name, **back}),))

    def _there(self) -> VoiceControl:
        if self._control is None:
            raise ServiceError("no_voice", "I have no voice here; my answers are only shown.")
        return self._control


def _values(asked: ChangeVoiceInput, settings: Voice) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, given, relative, steps in (
        ("speed", asked.speed, asked.pace, PACE),
        ("volume", asked.volume, asked.loudness, LOUDNESS),
    ):
        now = getattr(settings, name)
        if relative:
            given = 1.0 if relative == "normal" else _step(name, now, steps[relative])
        if given is not None:
            values[name] = round(given, 2)
    if asked.speaker is not None:
        values["speaker"] = asked.speaker
    return values


_LIMITS = {"speed": (0.5, 2.0), "volume": (0.1, 2.0)}
_CANNOT = {
    ("speed", False): "I cannot speak any slower.",
    ("speed", True): "I cannot speak any faster.",
    ("volume", False): "I cannot speak any more softly.",
    ("volume", True): "I cannot speak any louder.",
}


def _step(name: str, now: float, factor: float) -> float:
    low, high = _LIMITS[name]
    to = min(high, max(low, now * factor))
    if abs(to - 1.0) < 0.03:
        to = 1.0  # slower and faster again ends where it began
    if abs(to - now) < 0.01:
        raise ServiceError("at_limit", _CANNOT[name, factor > 1.0])
    return to


def _unchanged(asked: ChangeVoiceInput) -> str:
    return "I have no other voice." if asked.voice.casefold() == "other" else "That is how I speak already."


def _result(now: VoiceNow) -> dict[str, Any]:
    return {
        "voice": now.name,
        **now.settings.model_dump(include={"speaker", "speed", "volume"}),
        "voices": {name: list(speakers) for name, speakers in now.voices.items()},
    }
