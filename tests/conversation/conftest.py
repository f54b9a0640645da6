"""Engines that are loaded once for all conversations of these tests."""

import asyncio
from collections.abc import Iterator

import pytest

from assistant.config.model import Sphinx
from assistant.recognition.build import build_language_model
from assistant.recognition.sphinx import SphinxRecognizer
from assistant.synthesis.base import VoiceUnavailable
from assistant.synthesis.flite import FliteEngine
from assistant.synthesis.voice import SpokenVoice
from tests.conversation.talk import Engines, PunctualRecognizer, PunctualVoice
from tests.recognition.speech import home


@pytest.fixture(scope="session")
def sphinx() -> Iterator[SphinxRecognizer]:
    """With a language model of a small home, which stays in the cache."""
    recognizer = SphinxRecognizer(asyncio.run(build_language_model(home())), Sphinx())
    asyncio.run(recognizer.start())
    yield recognizer
    asyncio.run(recognizer.close())


@pytest.fixture(scope="session")
def flite() -> Iterator[SpokenVoice]:
    voice = SpokenVoice(FliteEngine("slt"))
    try:
        asyncio.run(voice.start())
    except VoiceUnavailable as error:
        pytest.skip(str(error))
    yield voice
    asyncio.run(voice.close())


@pytest.fixture
def engines(sphinx: SphinxRecognizer, flite: SpokenVoice) -> Engines:
    return Engines(PunctualRecognizer(sphinx), PunctualVoice(flite))
