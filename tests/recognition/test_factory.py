"""The recogniser that the settings ask for, with the real engines and the project's own training data."""

import shutil
from pathlib import Path

import pytest

from assistant import paths
from assistant.config.model import Config
from assistant.dialogue.project import RasaProject
from assistant.recognition import factory
from assistant.recognition.base import RecognizerUnavailable
from assistant.recognition.router import RoutedRecognizer
from tests.recognition.speech import WHY, needs_flite, say
from tests.whisper_fixture import FOLDER


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_folders(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CACHE_DIR", str(cache))
    monkeypatch.setenv("ASSISTANT_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("ASSISTANT_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


def settings(engine: str, model: str = "") -> Config:
    return Config.model_validate(
        {
            "recognition": {"engine": engine, "whisper": {"model": model, "cpu_threads": 1}},
            "home": {"devices": [{"name": "disco ball", "kind": "light", "area": "ballroom"}]},
        }
    )


@pytest.mark.skipif(needs_flite, reason=WHY)
async def test_without_a_whisper_model_commands_work_and_it_is_said_once() -> None:
    config, notices = settings("auto"), list[str]()
    recognizer = await factory.create(config, RasaProject.from_config(config), notice=notices.append)
    [notice] = notices
    assert "no Whisper model" in notice
    assert "commands are understood" in notice
    assert "assistant models get base.en" in notice
    for command in ("turn on the disco ball", "set a timer for twenty five minutes"):
        stream = recognizer.stream()
        stream.feed(say(command))
        assert (await stream.finish()).text == command
    assert len(notices) == 1
    await recognizer.close()


async def test_the_engine_asked_for_is_the_engine_given() -> None:
    for engine in ("sphinx", "whisper"):
        config = settings(engine, str(FOLDER))
        recognizer = await factory.create(config, RasaProject.from_config(config))
        assert recognizer.name == engine
        await recognizer.close()


async def test_auto_with_a_model_has_both() -> None:
    shutil.copytree(FOLDER, paths.models_dir() / "whisper" / "tiny.en")
    config, notices = settings("auto"), list[str]()
    recognizer = await factory.create(config, RasaProject.from_config(config), notice=notices.append)
    assert isinstance(recognizer, RoutedRecognizer)
    assert recognizer.whisper is not None
    assert notices == []
    await recognizer.close()


async def test_auto_with_a_damaged_model_goes_on_without_it() -> None:
    folder = paths.models_dir() / "whisper" / "tiny.en"
    shutil.copytree(FOLDER, folder)
    (folder / "model.bin").write_bytes(b"not a model")
    config, notices = settings("auto"), list[str]()
    recognizer = await factory.create(config, RasaProject.from_config(config), notice=notices.append)
    assert [notice.partition(":")[0] for notice in notices] == ["Whisper is not used"]
    await recognizer.close()


async def test_whisper_alone_without_a_model_says_how_to_get_one() -> None:
    config = settings("whisper")
    with pytest.raises(RecognizerUnavailable, match="assistant models get"):
        await factory.create(config, RasaProject.from_config(config))


@pytest.mark.parametrize("name", ["tiny.en", ""])
async def test_a_model_that_is_damaged_is_not_called_missing(name: str) -> None:
    place = paths.models_dir() / "whisper" / "tiny.en"
    shutil.copytree(FOLDER, place)
    (place / "model.bin").unlink()
    config, notices = settings("auto", name), list[str]()
    recognizer = await factory.create(config, RasaProject.from_config(config), notice=notices.append)
    await recognizer.close()
    [notice] = notices
    assert "tiny.en is damaged (model.bin is missing)" in notice
    assert "assistant models get tiny.en" in notice


async def test_a_model_that_was_named_and_is_not_there_is_named() -> None:
    config, notices = settings("auto", "small.en"), list[str]()
    recognizer = await factory.create(config, RasaProject.from_config(config), notice=notices.append)
    await recognizer.close()
    [notice] = notices
    assert "'small.en' is not installed" in notice
