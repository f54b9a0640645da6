"""The voice that the configuration asks for."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Literal

from assistant.config.model import Voice
from assistant.models.installed import voices
from assistant.synthesis.base import VoiceUnavailable
from assistant.synthesis.cache import PhraseCache
from assistant.synthesis.engine import Engine
from assistant.synthesis.flite import FliteEngine
from assistant.synthesis.pauses import Pauses
from assistant.synthesis.piper import PiperEngine
from assistant.synthesis.spoken import spoken_form
from assistant.synthesis.voice import SpokenVoice

log = logging.getLogger(__name__)

Units = Literal["metric", "imperial"]
Notice = Callable[[str], None]
"""Told, on the event loop, one sentence that a person would want to know."""


async def create(voice: Voice, units: Units = "metric", *, notice: Notice = log.warning) -> SpokenVoice:
    """A started voice; the caller closes it. `units` decides how dates are read where `voice.dates` does not.

    `auto` takes Piper where a voice is installed, else the embedded voice. A Piper voice that was named, or
    that is installed but does not load, is worth a `notice`; none installed is the normal case and is not.
    Raises `VoiceUnavailable` when nothing can speak.
    """
    failures: list[str] = []
    for engine in _candidates(voice):
        spoken = SpokenVoice(
            engine,
            PhraseCache(voice.cache_mb * 1024 * 1024),
            partial(spoken_form, day_first=_day_first(voice, units)),
            volume=voice.volume,
            pauses=_pauses(voice),
            speed=voice.speed,
        )
        try:
            await spoken.start()
        except VoiceUnavailable as error:
            await spoken.close()
            failures.append(str(error))
            continue
        except BaseException:
            await spoken.close()
            raise
        if failures:
            notice(f"{failures[0]} Until then I speak with {spoken.name}.")
        return spoken
    raise VoiceUnavailable(" ".join(failures))


def _candidates(voice: Voice) -> list[Engine]:
    piper = PiperEngine(voice.piper_voice, voice.speaker, voice.speed, voice.variation)
    embedded = FliteEngine(voice.embedded_voice, voice.speed)
    if voice.engine == "piper":
        return [piper]
    if voice.engine == "embedded":
        return [embedded]
    return [piper, embedded] if voice.piper_voice or voices() else [embedded]


def _day_first(voice: Voice, units: Units) -> bool:
    return units == "metric" if voice.dates == "auto" else voice.dates == "day-first"


def _pauses(voice: Voice) -> Pauses:
    return Pauses(
        voice.clause_pause_ms / 1000, voice.sentence_pause_ms / 1000, voice.paragraph_pause_ms / 1000
    )
