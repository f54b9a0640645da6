"""Which models are on this machine, where, and whether they are whole. Looks at names and sizes only."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from assistant import paths
from assistant.models import catalog
from assistant.models.catalog import Model
from assistant.models.speed import Speed, recall

MANIFEST = "download.json"
"""What a finished download leaves beside its files: their sizes as the hub gave them."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A model on this machine. `path` is a Whisper model's folder, a voice's .onnx or a language model's .gguf file;
    `problem` is empty where nothing is missing."""

    name: str
    kind: catalog.Kind
    path: Path
    size_bytes: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of `assistant models list`."""

    model: Model
    installed: Installed | None
    speed: Speed | None = None


def whisper_dir() -> Path:
    return paths.models_dir() / "whisper"


def voices_dir() -> Path:
    return paths.models_dir() / "piper"


def languages_dir() -> Path:
    return paths.models_dir() / "language"


def hub_cache() -> Path:
    """Where huggingface_hub keeps what other programs fetched (HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME)."""
    if cache := os.environ.get("HF_HUB_CACHE"):
        return Path(cache).expanduser()
    cache_home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(os.environ.get("HF_HOME") or f"{cache_home}/huggingface").expanduser() / "hub"


def whispers() -> list[Installed]:
    """Every Whisper model here, the best choice first; damaged ones too."""
    found: dict[str, Installed] = {}
    for folder in _subfolders(whisper_dir()):
        found[folder.name] = _whisper_at(folder, folder.name)
    for model in catalog.WHISPER:
        cached = _cached(model.repo)
        if cached is not None and (model.name not in found or found[model.name].problem):
            found[model.name] = _whisper_at(cached, model.name)
    rank = {model.name: place for place, model in enumerate(catalog.WHISPER)}
    return sorted(found.values(), key=lambda each: (rank.get(each.name, len(rank)), each.name))


def voices() -> list[Installed]:
    """Every Piper voice here, by name; damaged ones too."""
    folder = voices_dir()
    files = sorted(folder.glob("*.onnx")) if folder.is_dir() else []
    return [_voice_at(path) for path in files]


def languages() -> list[Installed]:
    """Every language model here, the best choice first; damaged ones too."""
    folder = languages_dir()
    files = sorted(folder.glob("*.gguf")) if folder.is_dir() else []
    rank = {model.name: place for place, model in enumerate(catalog.LANGUAGE)}
    here = [_language_at(path) for path in files]
    return sorted(here, key=lambda each: (rank.get(each.name, len(rank)), each.name))


def find_language(name: str = "") -> Path | None:
    """The .gguf file of a whole language model: by name, by path, or, where `name` is empty, the best one."""
    given = Path(name).expanduser()
    if name.endswith(".gguf") and "/" in name and given.is_file():
        return given if not _language_at(given).problem else None
    wanted = {name, name.rpartition("/")[2].removesuffix(".gguf")}
    whole = (each for each in languages() if not each.problem)
    return next((each.path for each in whole if not name or wanted & {each.name, each.path.stem}), None)


def find_whisper(name: str = "", language: str = "en") -> Path | None:
    """The folder of a whole Whisper model: by name, by `owner/repository`, by path, or, where `name` is
    empty, the best one for `language` (empty: any language) that is installed. `None` where there is none."""
    if not name:
        for each in whispers():
            english_only = each.name.endswith(".en") or each.name.startswith("distil-")
            if not each.problem and (language == "en" or not english_only):
                return each.path
        return None
    given = Path(name).expanduser()
    if given.is_dir():
        return given if not _whisper_at(given, name).problem else None
    name = catalog.ALIASES.get(name, name)
    for each in whispers():
        if each.name in (name, name.replace("/", "--")) and not each.problem:
            return each.path
    repo = next((model.repo for model in catalog.WHISPER if name in (model.name, model.repo)), name)
    cached = _cached(repo) if "/" in repo else None
    return cached if cached is not None and not _whisper_at(cached, name).problem else None


def find_voice(name: str = "") -> Path | None:
    """The .onnx file of a whole Piper voice: by name, by path, or, where `name` is empty, the first one."""
    if name.endswith(".onnx"):
        given = Path(name).expanduser()
        return given if given.is_file() and not _voice_at(given).problem else None
    return next((each.path for each in voices() if not each.problem and name in ("", each.name)), None)


def damaged_whisper(name: str = "") -> Installed | None:
    """A model that `find_whisper` passes over because something of it is missing."""
    given = Path(name).expanduser()
    if name and given.is_dir():
        here = _whisper_at(given, given.name)
        return here if here.problem else None
    name = catalog.ALIASES.get(name, name)
    names = (name, name.replace("/", "--"))
    return next((each for each in whispers() if each.problem and (not name or each.name in names)), None)


def damaged_voice(name: str = "") -> Installed | None:
    """A voice that `find_voice` passes over because something of it is missing."""
    if name.endswith(".onnx"):
        here = _voice_at(Path(name).expanduser())
        return here if here.problem and here.size_bytes else None
    return next((each for each in voices() if each.problem and name in ("", each.name)), None)


def find(model: Model) -> Installed | None:
    """`model` as it is here, whole or damaged."""
    here = {"whisper": whispers, "voice": voices, "language": languages}[model.kind]()
    return next((each for each in here if each.name == model.name), None)


def listing() -> list[Row]:
    """All models of the catalogue and everything else that is installed."""
    here = {(each.kind, each.name): each for each in (*whispers(), *voices(), *languages())}
    known_models = (*catalog.WHISPER, *catalog.VOICES, *catalog.LANGUAGE)
    rows = [_row(model, here.pop((model.kind, model.name), None)) for model in known_models]
    for each in here.values():
        known = catalog.voice(each.name) if each.kind == "voice" else None
        rows.append(_row(known or Model(each.name, each.kind, repo="", note="your own"), each))
    return rows


def _row(model: Model, here: Installed | None) -> Row:
    whisper = here is not None and here.kind == "whisper" and not here.problem
    return Row(model, here, recall(here.path) if here is not None and whisper else None)


def _subfolders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith("."))


def _cached(repo: str) -> Path | None:
    """The snapshot of `repo` in the hub's cache that its main branch points to, or the newest one."""
    folder = hub_cache() / f"models--{repo.replace('/', '--')}"
    try:
        current = folder / "snapshots" / (folder / "refs" / "main").read_text("ascii").strip()
        if current.is_dir():
            return current
    except (OSError, UnicodeDecodeError):
        pass
    snapshots = _subfolders(folder / "snapshots")
    return max(snapshots, key=lambda each: each.stat().st_mtime, default=None)


def _whisper_at(folder: Path, name: str) -> Installed:
    sizes = {each.name: each.stat().st_size for each in folder.iterdir() if each.is_file()}
    problem = _wrong_size(folder / MANIFEST, sizes)
    for needed in ("config.json", "model.bin", "tokenizer.json"):
        if not sizes.get(needed):
            problem = problem or f"{needed} is missing"
    if not any(each.startswith("vocabulary.") for each in sizes):
        problem = problem or "vocabulary.json or vocabulary.txt is missing"
    return Installed(name, "whisper", folder, sum(sizes.values()), problem)


def _voice_at(path: Path) -> Installed:
    settings = path.with_name(path.name + ".json")
    sizes = {each.name: each.stat().st_size for each in (path, settings) if each.is_file()}
    problem = _wrong_size(path.with_suffix(f".{MANIFEST}"), sizes)
    for needed in (path.name, settings.name):
        if not sizes.get(needed):
            problem = problem or f"{needed} is missing"
    return Installed(path.name.removesuffix(".onnx"), "voice", path, sum(sizes.values()), problem)


def _language_at(path: Path) -> Installed:
    """Under the catalogue's name where it is one of those. The first four bytes are the format's mark."""
    problem = _wrong_size(path.with_suffix(f".{MANIFEST}"), {path.name: path.stat().st_size})
    with open(path, "rb") as file:
        if file.read(4) != b"GGUF":
            problem = problem or "it is no GGUF file"
    name = next((model.name for model in catalog.LANGUAGE if model.file == path.name), path.stem)
    return Installed(name, "language", path, path.stat().st_size, problem)


def _wrong_size(manifest: Path, sizes: dict[str, int]) -> str:
    """Compares with what was downloaded; a model that came by another way has nothing to compare with."""
    try:
        expected: dict[str, int] = json.loads(manifest.read_text("utf-8"))["sizes"]
    except (OSError, ValueError, KeyError):
        return ""
    for name, size in expected.items():
        if sizes.get(name) != size:
            return f"{name} is {'cut short' if 0 < sizes.get(name, 0) < size else 'damaged or missing'}"
    return ""
