"""Which models there are, where they lie at the hub, how big they are and on what terms they come."""

import difflib
import re
from dataclasses import dataclass
from typing import Literal

from assistant.errors import UserError

DEFAULT_WHISPER = "base.en"
"""Small enough for two cores: about 72 ms for a window of 10 s."""

DEFAULT_VOICE = "en_US-ljspeech-medium"
"""In the public domain and trained from scratch, so nobody has to read a licence first."""

DEFAULT_LANGUAGE = "qwen2.5-1.5b-instruct"

VOICES_REPO = "rhasspy/piper-voices"

Kind = Literal["whisper", "voice", "language"]


@dataclass(frozen=True, slots=True)
class Model:
    """One model. `repo` and `folder` are its place at the hub, and `file` of a language model the one file that it is.
    `size_mb` (10⁶ bytes) is approximate and 0 where it is not known; the true size comes from the hub."""

    name: str
    kind: Kind
    repo: str
    folder: str = ""
    size_mb: int = 0
    licence: str = ""
    note: str = ""
    file: str = ""


def _whisper(name: str, repo: str, size_mb: int, note: str = "") -> Model:
    # OpenAI's weights, the distilled ones and these conversions are all under the MIT licence.
    return Model(name, "whisper", repo, size_mb=size_mb, licence="MIT", note=note)


# Repositories as in faster_whisper.utils; sizes are two bytes a parameter: the weights are stored as float16.
# The order is the order of choice where several are installed: the most accurate that a small machine can run
# while somebody waits for the answer comes first, and what needs a big machine comes last.
WHISPER: tuple[Model, ...] = (
    _whisper("small.en", "Systran/faster-whisper-small.en", 484, "accurate; wants four cores"),
    _whisper("small", "Systran/faster-whisper-small", 484, "as small.en, 99 languages"),
    _whisper(
        "distil-small.en", "Systran/faster-distil-whisper-small.en", 332, "between base.en and small.en"
    ),
    _whisper("base.en", "Systran/faster-whisper-base.en", 145, "a good start on two cores"),
    _whisper("base", "Systran/faster-whisper-base", 145, "as base.en, 99 languages"),
    _whisper("tiny.en", "Systran/faster-whisper-tiny.en", 76, "the fastest"),
    _whisper("tiny", "Systran/faster-whisper-tiny", 76, "as tiny.en, 99 languages"),
    _whisper("large-v3-turbo", "mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1618, "wants a graphics card"),
    _whisper(
        "distil-large-v3", "Systran/faster-distil-whisper-large-v3", 1512, "English; wants a graphics card"
    ),
    _whisper("distil-medium.en", "Systran/faster-distil-whisper-medium.en", 789, "wants many cores"),
    _whisper("medium.en", "Systran/faster-whisper-medium.en", 1528, "wants a graphics card"),
    _whisper("medium", "Systran/faster-whisper-medium", 1528, "as medium.en, 99 languages"),
    _whisper("large-v3", "Systran/faster-whisper-large-v3", 3087, "the most accurate; wants a graphics card"),
)

ALIASES = {"turbo": "large-v3-turbo", "large": "large-v3"}

# Typical sizes of the four qualities, from the files of the voices below.
_VOICE_MB = {"x_low": 20, "low": 63, "medium": 63, "high": 114}
_VOICE = re.compile(r"([a-z]{2,3})_([A-Z]{2}|[0-9]{3})-([A-Za-z0-9_]+)-(x_low|low|medium|high)")
_REPO = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def voice(name: str, licence: str = "see the voice's MODEL_CARD", note: str = "") -> Model | None:
    """A Piper voice by its name `<language>-<name>-<quality>`, which is also the rule of its place."""
    match = _VOICE.fullmatch(name)
    if not match:
        return None
    family, region, speaker, quality = match.groups()
    folder = f"{family}/{family}_{region}/{speaker}/{quality}"
    return Model(name, "voice", VOICES_REPO, folder, _VOICE_MB[quality], licence, note)


def _listed(name: str, licence: str, note: str) -> Model:
    model = voice(name, licence, note)
    assert model is not None
    return model


# Terms are those of the recordings, where they are known from the voice's MODEL_CARD. A voice tuned from
# lessac inherits the doubt about its terms: the card of lessac names a licence for research only.
_FROM_LESSAC = "tuned from lessac, whose recordings are for research only"
VOICES: tuple[Model, ...] = (
    _listed("en_US-ljspeech-medium", "public domain", "woman"),
    _listed("en_US-ljspeech-high", "public domain", "woman; slower"),
    _listed("en_US-lessac-medium", "Blizzard 2013: research, not commercial", "woman"),
    _listed("en_US-libritts_r-medium", "CC BY 4.0", f"many speakers; {_FROM_LESSAC}"),
    _listed("en_US-amy-medium", "see the voice's MODEL_CARD", "woman"),
    _listed("en_US-ryan-medium", "see the voice's MODEL_CARD", "man"),
    _listed("en_GB-alba-medium", "see the voice's MODEL_CARD", "woman, Scottish"),
    _listed("en_GB-alan-medium", "see the voice's MODEL_CARD", "man"),
    _listed("en_GB-cori-medium", "see the voice's MODEL_CARD", "woman"),
)


def _language(name: str, repo: str, file: str, size_mb: int, note: str) -> Model:
    return Model(name, "language", repo, size_mb=size_mb, licence="Apache-2.0", note=note, file=file)


# Written by their makers as GGUF, small enough for a processor, and free to use. The order is the order of choice
# where several are installed.
LANGUAGE: tuple[Model, ...] = (
    _language(
        "qwen2.5-1.5b-instruct",
        "Qwen/Qwen2.5-1.5B-Instruct-GGUF",
        "qwen2.5-1.5b-instruct-q4_k_m.gguf",
        1117,
        "answers, and uses tools; wants four cores",
    ),
    _language(
        "qwen2.5-0.5b-instruct",
        "Qwen/Qwen2.5-0.5B-Instruct-GGUF",
        "qwen2.5-0.5b-instruct-q4_k_m.gguf",
        491,
        "quick on two cores; often wrong",
    ),
    _language(
        "smollm2-360m-instruct",
        "HuggingFaceTB/SmolLM2-360M-Instruct-GGUF",
        "smollm2-360m-instruct-q8_0.gguf",
        386,
        "quick; for small talk",
    ),
)


def find(name: str) -> Model:
    """The model called `name`: one of the lists above, any Piper voice, `owner/repository` of a Whisper model in
    CTranslate2's format, or `owner/repository/file.gguf`. Raises `UserError` that names what is near."""
    name = ALIASES.get(name, name)
    if (language := _gguf(name)) is not None:
        return language
    for model in (*WHISPER, *VOICES):
        if name in (model.name, model.repo) and (model.kind == "whisper" or name == model.name):
            return model
    if (model_ := voice(name)) is not None:
        return model_
    if _REPO.fullmatch(name) and ".." not in name:
        return Model(name.replace("/", "--"), "whisper", name, licence="see its page")
    known = [model.name for model in (*WHISPER, *VOICES, *LANGUAGE)]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else "; `assistant models list` shows what there is."
    raise UserError(f"There is no model {name!r}{hint}", exit_status=2)


def _gguf(name: str) -> Model | None:
    """A language model: of the list, or any whole file of a repository."""
    for model in LANGUAGE:
        if name in (model.name, model.file):
            return model
    repo, _, file = name.rpartition("/")
    if _REPO.fullmatch(repo) and re.fullmatch(r"[A-Za-z0-9][\w.-]*\.gguf", file) and ".." not in name:
        return Model(file.removesuffix(".gguf"), "language", repo, licence="see its page", file=file)
    return None
