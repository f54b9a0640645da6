"""How loud the computer is: PulseAudio's or PipeWire's default output, by `pactl` or `wpctl`.

Not to be confused with `voice.change`, the loudness of the assistant's own voice among all that is heard.
"""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from assistant.config.desktop import Desktop
from assistant.services.desktop.here import require_linux
from assistant.services.desktop.tools import ToolFailed, require, run
from assistant.services.numbers import number, words
from assistant.services.service import Call, Done, Input, NoInput, Origin, Risk, ServiceError, service

_PULSE, _PIPEWIRE = "@DEFAULT_SINK@", "@DEFAULT_AUDIO_SINK@"
_PERCENT = re.compile(r"(\d+)%")
_WPCTL = re.compile(r"Volume:\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Loudness:
    """`level` in percent, above 100 where somebody has amplified it; `muted` leaves it as it is."""

    level: int
    muted: bool

    @property
    def result(self) -> dict[str, Any]:
        return {"level": self.level, "muted": self.muted, "spoken": f"{words(self.level)} percent"}


class VolumeInput(Input):
    level: float | str | None = Field(None, description="Percent, 0 to 100.")
    step: float | None = Field(None, ge=-100, le=100, description="Percent up or down, instead of `level`.")
    towards: str = Field(
        "", pattern="^(up|down|)$", description="`up` or `down`: by the step of the settings."
    )
    muted: bool | None = Field(None, description="Silent or not; empty: audible once it is made louder.")


class VolumeServices:
    """Loop thread. Each call asks the sound server anew."""

    def __init__(self, settings: Desktop) -> None:
        self._settings = settings

    @service("volume.show", "Tell how loud the computer is.", Risk.READ)
    async def show(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        return (await _now(_program())).result

    @service("volume.change", "Make the computer louder or quieter, or mute it.", Risk.REVERSIBLE, stops=True)
    async def change(self, asked: VolumeInput, origin: Origin) -> Done:
        program = _program()
        before = await _now(program)
        wanted = self._wanted(asked, before)
        if wanted == before:
            raise ServiceError("unchanged", _unchanged(asked, before))
        if wanted.level != before.level:
            await _set(program, "set-sink-volume", "set-volume", f"{wanted.level}%")
        if wanted.muted != before.muted:
            await _set(program, "set-sink-mute", "set-mute", str(int(wanted.muted)))
        after = await _now(program)
        back = {"level": min(100, before.level), "muted": before.muted}
        return Done(after.result | {"before": before.level}, undo=(Call("volume.change", back),))

    def _wanted(self, asked: VolumeInput, before: Loudness) -> Loudness:
        if asked.level is not None:
            level = number(asked.level, "volume")
            if not 0 <= level <= 100:
                raise ServiceError("bad_volume", "The volume is between zero and one hundred percent.")
        else:
            step = asked.step
            if step is None:
                step = {"up": 1, "down": -1, "": 0}[asked.towards] * self._settings.volume_step
            # What somebody has amplified is not made quieter by "louder".
            level = min(max(100, before.level), max(0, before.level + step))
        muted = asked.muted
        if muted is None:
            muted = before.muted and asked.level is None and level <= before.level
        return Loudness(round(level), muted)


def _program() -> str:
    require_linux()
    return require({"pactl": "pulseaudio-utils", "wpctl": "wireplumber"}, "change the volume")


async def _now(program: str) -> Loudness:
    if program == "wpctl":
        said = await _ask(program, "get-volume", _PIPEWIRE)
        found = _WPCTL.search(said)
        level = round(100 * float(found[1])) if found else None
        muted = "MUTED" in said
    else:
        found = _PERCENT.search(await _ask(program, "get-sink-volume", _PULSE))
        level = int(found[1]) if found else None
        muted = (await _ask(program, "get-sink-mute", _PULSE)).strip().endswith("yes")
    if level is None:
        raise ServiceError("no_volume", f"{program} tells the volume in a form that I don't know.")
    return Loudness(level, muted)


async def _set(program: str, of_pulse: str, of_pipewire: str, value: str) -> None:
    if program == "wpctl":
        await _ask(program, of_pipewire, _PIPEWIRE, value)
    else:
        await _ask(program, of_pulse, _PULSE, value)


async def _ask(program: str, *arguments: str) -> str:
    try:
        return (await run((program, *arguments))).decode(errors="replace")
    except ToolFailed as error:
        raise ServiceError(
            "no_sound",
            "I can't reach the sound of this computer. See whether PulseAudio or PipeWire is running.",
        ) from error


def _unchanged(asked: VolumeInput, now: Loudness) -> str:
    if asked.muted is not None and asked.level is None:
        return "The sound is off already." if now.muted else "The sound is on already."
    if now.level >= 100 and (asked.towards == "up" or (asked.step or 0) > 0):
        return "It doesn't get any louder."
    if now.level == 0:
        return "It is at zero already."
    return f"The volume is at {words(now.level)} percent already."
