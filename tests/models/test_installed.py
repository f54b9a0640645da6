"""What is found on this machine, by which name, and what is noticed to be missing."""

from pathlib import Path

from assistant.models import catalog, find_voice, find_whisper, listing
from assistant.models.installed import voices, whispers


def whisper(folder: Path, *without: str) -> Path:
    folder.mkdir(parents=True)
    for name in {"config.json", "model.bin", "tokenizer.json", "vocabulary.json"} - set(without):
        (folder / name).write_bytes(b"x")
    return folder


def cached(tmp_path: Path, repo: str, *without: str) -> Path:
    """As huggingface_hub leaves it."""
    folder = tmp_path / "hub-cache" / f"models--{repo.replace('/', '--')}"
    snapshot = whisper(folder / "snapshots" / "abc123", *without)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("abc123")
    return snapshot


def voice(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.onnx").write_bytes(b"x")
    (folder / f"{name}.onnx.json").write_bytes(b"{}")
    return folder / f"{name}.onnx"


def test_nothing_is_there() -> None:
    assert (find_whisper(), find_voice(), whispers(), voices()) == (None, None, [], [])
    assert find_whisper("tiny.en") is None
    assert all(row.installed is None for row in listing())


def test_best_is_the_most_accurate_that_answers_in_time(models_folder: Path) -> None:
    for name in ("tiny.en", "large-v3", "base.en", "my-own"):
        whisper(models_folder / "whisper" / name)
    assert find_whisper() == models_folder / "whisper" / "base.en"
    assert [each.name for each in whispers()] == ["base.en", "tiny.en", "large-v3", "my-own"]


def test_other_languages_need_a_model_that_knows_them(models_folder: Path) -> None:
    whisper(models_folder / "whisper" / "base.en")
    assert find_whisper(language="de") is None
    tiny = whisper(models_folder / "whisper" / "tiny")
    assert find_whisper(language="de") == find_whisper(language="") == tiny


def test_cache_of_other_programs_is_used(tmp_path: Path) -> None:
    snapshot = cached(tmp_path, "Systran/faster-whisper-base.en")
    other = cached(tmp_path, "someone/my-whisper-ct2")
    for name in ("base.en", "Systran/faster-whisper-base.en", ""):
        assert find_whisper(name) == snapshot
    assert find_whisper("someone/my-whisper-ct2") == other


def test_unfinished_cache_is_not_used(tmp_path: Path) -> None:
    cached(tmp_path, "Systran/faster-whisper-base.en", "model.bin")
    assert find_whisper("base.en") is None
    assert [each.problem for each in whispers()] == ["model.bin is missing"]


def test_whole_model_in_the_cache_stands_in_for_a_damaged_one(tmp_path: Path, models_folder: Path) -> None:
    whisper(models_folder / "whisper" / "base.en", "tokenizer.json")
    snapshot = cached(tmp_path, "Systran/faster-whisper-base.en")
    assert find_whisper() == snapshot


def test_by_path(tmp_path: Path) -> None:
    folder = whisper(tmp_path / "mine")
    assert find_whisper(str(folder)) == folder
    assert find_whisper(str(whisper(tmp_path / "broken", "vocabulary.json"))) is None
    onnx = voice(tmp_path, "mine")
    assert find_voice(str(onnx)) == onnx
    assert find_voice(str(tmp_path / "none.onnx")) is None


def test_voice_needs_its_settings(models_folder: Path) -> None:
    path = voice(models_folder / "piper", "en_GB-alba-medium")
    assert find_voice() == find_voice("en_GB-alba-medium") == path
    path.with_name(path.name + ".json").unlink()
    assert find_voice() is None
    assert [each.problem for each in voices()] == ["en_GB-alba-medium.onnx.json is missing"]


def test_listing_has_the_catalogue_and_what_else_is_there(models_folder: Path) -> None:
    whisper(models_folder / "whisper" / "tiny.en")
    whisper(models_folder / "whisper" / "my-own")
    voice(models_folder / "piper", "de_DE-thorsten-low")
    rows = {row.model.name: row for row in listing()}
    assert rows["tiny.en"].installed is not None
    assert rows["base.en"].installed is None
    assert rows["my-own"].model.note == "your own"
    assert rows["de_DE-thorsten-low"].model.size_mb == 63
    assert all(row.model.licence for row in listing() if row.model.repo)


def test_catalogue_names() -> None:
    assert catalog.find("turbo").name == "large-v3-turbo"
    assert catalog.find("Systran/faster-whisper-base.en").name == "base.en"
    assert catalog.find("rhasspy/anything").name == "rhasspy--anything"
    assert catalog.find("de_DE-thorsten_emotional-medium").folder == "de/de_DE/thorsten_emotional/medium"
    assert catalog.find(catalog.DEFAULT_WHISPER).kind == "whisper"
    assert catalog.find(catalog.DEFAULT_VOICE).licence == "public domain"


def test_repositories_are_those_of_faster_whisper() -> None:
    from faster_whisper.utils import _MODELS

    for model in catalog.WHISPER:
        assert _MODELS[model.name] == model.repo
