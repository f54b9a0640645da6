"""The engines of these tests: made once, loaded for each test."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.config.model import Sphinx
from assistant.recognition.build import LanguageModelFiles, build_language_model
from assistant.recognition.sphinx import SphinxRecognizer
from tests import tiny_whisper
from tests.recognition.speech import home


@pytest.fixture(scope="session")
def home_model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModelFiles:
    folder = tmp_path_factory.mktemp("language-models")
    return asyncio.run(build_language_model(home(), folder, overrides=folder / "none.txt"))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_whisper.build(tmp_path_factory.mktemp("whisper") / "tiny")


@pytest.fixture
async def sphinx(home_model: LanguageModelFiles) -> AsyncIterator[SphinxRecognizer]:
    recognizer = SphinxRecognizer(home_model, Sphinx())
    await recognizer.start()
    yield recognizer
    await recognizer.close()


@pytest.fixture(scope="session")
def sure_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Whisper model that believes in its nonsense."""
    return tiny_whisper.build(tmp_path_factory.mktemp("whisper") / "sure", sure=True)
