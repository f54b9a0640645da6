"""Why a model cannot be found, and what to do: a sentence for a person."""

from pathlib import Path

from assistant.errors import UserError
from assistant.models import catalog
from assistant.models.installed import Installed, damaged_voice, damaged_whisper, find_whisper


def why_no_whisper(name: str = "", language: str = "en") -> str:
    """Why `find_whisper(name, language)` finds nothing."""
    damaged = damaged_whisper(name)
    if damaged is not None:
        return f"The Whisper model {_place(damaged, name)} is damaged ({damaged.problem}); {how_to_get(damaged.name)}."
    if not name and find_whisper():
        return f"No Whisper model that is installed understands {language!r}; {how_to_get('base')}."
    if not name:
        return f"There is no Whisper model; {how_to_get(catalog.DEFAULT_WHISPER)}."
    if _is_path(name):
        return f"There is no Whisper model in {Path(name).expanduser()}, which is no folder."
    return f"The Whisper model {name!r} is not installed; {how_to_get(name)}."


def why_no_voice(name: str = "") -> str:
    """Why `find_voice(name)` finds nothing."""
    damaged = damaged_voice(name)
    if damaged is not None:
        return f"The Piper voice {_place(damaged, name)} is damaged ({damaged.problem}); {how_to_get(damaged.name)}."
    if not name:
        return f"No Piper voice is installed; {how_to_get(catalog.DEFAULT_VOICE)}."
    if _is_path(name):
        return f"There is no Piper voice {Path(name).expanduser()}: a voice is an .onnx file."
    return f"The Piper voice {name!r} is not installed; {how_to_get(name)}."


def how_to_get(name: str) -> str:
    """The end of a sentence: which command fetches the model, if it is one that can be fetched."""
    try:
        catalog.find(name)
    except UserError:
        return "`assistant models list` shows those that can be fetched"
    return f"`assistant models get {name}` fetches it"


def _place(model: Installed, name: str) -> str:
    return str(model.path) if _is_path(name) else model.name


def _is_path(name: str) -> bool:
    """Names of repositories have a slash too, but never at the front."""
    return name.startswith(("/", "~", ".")) or name.endswith(".onnx") or name.count("/") > 1
