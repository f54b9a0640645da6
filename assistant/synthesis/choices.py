"""Which voices there are, and the settings that a voice's name stands for."""

import logging
from dataclasses import dataclass
from pathlib import Path

from assistant.config.model import Voice
from assistant.models.installed import find_voice, voices
from assistant.synthesis.base import VoiceUnavailable
from assistant.synthesis.flite import VOICES
from assistant.synthesis.piper import speakers

log = logging.getLogger(__name__)

OTHER = "other"
"""Instead of a name: the next of the voices."""

_ROBOTIC = "kal16"  # it is there for machines that are too slow for the others, and nobody's "other voice"


@dataclass(frozen=True, slots=True)
class Choice:
    """A voice that can be asked for. `name` is what `Synthesizer.name` will say; `speakers` of a Piper voice that
    has several."""

    name: str
    speakers: tuple[str, ...] = ()


def choices() -> list[Choice]:
    """Piper voices that are installed and whole, then the embedded ones. Reads folders: blocking."""
    found = []
    for each in voices():
        if each.problem:
            continue
        try:
            found.append(Choice(f"piper {each.name}", tuple(speakers(each.path))))
        except VoiceUnavailable as error:
            log.warning("%s", error)
    return [*found, *(Choice(f"flite {name}") for name in VOICES)]


def with_voice(settings: Voice, name: str, speaking: str) -> Voice:
    """`settings` with another voice and its first speaker. `name`: as `Choice.name`, without "piper" or "flite"
    before it, the path of a Piper voice, "embedded", or OTHER; `speaking` is the name of the voice now. Blocking.
    Raises `VoiceUnavailable`, which names the voices there are."""
    there = [choice.name for choice in choices()]
    asked = " ".join(name.split())
    if asked.casefold() == OTHER:
        there.remove(f"flite {_ROBOTIC}")
        after = there.index(speaking) + 1 if speaking in there else 0
        asked = there[after % len(there)]
    if asked.casefold() in ("embedded", "flite"):
        asked = f"flite {settings.embedded_voice}"
    for each in there:
        kind, _, short = each.partition(" ")
        if asked.casefold() in (each.casefold(), short.casefold()):
            if kind == "flite":
                return _changed(settings, engine="embedded", embedded_voice=short, speaker="")
            return _changed(settings, engine="piper", piper_voice=short, speaker="")
    if asked.endswith(".onnx") and find_voice(asked) is not None:
        return _changed(
            settings, engine="piper", piper_voice=str(Path(asked).expanduser().resolve()), speaker=""
        )
    raise VoiceUnavailable(f"There is no voice {asked}; there are {', '.join(there)}.")


def _changed(settings: Voice, **values: object) -> Voice:
    return Voice.model_validate({**settings.model_dump(), **values})
