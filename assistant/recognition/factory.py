"""The recogniser that the owner configured, loaded and ready."""

import asyncio
from collections.abc import Callable

from assistant.config.model import Config
from assistant.dialogue.project import RasaProject
from assistant.dialogue.training_data import TrainingData, load_training_data
from assistant.models import find_whisper, why_no_whisper
from assistant.recognition.base import Recognizer
from assistant.recognition.build import LanguageModelFiles, Progress, build_language_model
from assistant.recognition.policy import Thresholds
from assistant.recognition.router import Judge, RoutedRecognizer
from assistant.recognition.sphinx import SphinxRecognizer

MOST_HOTWORDS = 60
"""Whisper's prompt holds half its 448 tokens; a name has two or three."""


async def create(
    config: Config,
    project: RasaProject,
    *,
    judge: Judge | None = None,
    notice: Callable[[str], None] = lambda _text: None,
    progress: Progress | None = None,
) -> Recognizer:
    """The engine of `recognition.engine`, started: `auto`, `whisper` or `sphinx`.

    Makes the language model of `project` where it is not in the cache (`progress` hears of it). With `auto`,
    `notice` is told once where there is no Whisper model, or a damaged one. Raises `RecognizerUnavailable`,
    and `UserError` for faulty training data.
    """
    recognizer = await _assembled(config, project, judge, notice, progress)
    try:
        await recognizer.start()
    except BaseException:
        await recognizer.close()
        raise
    return recognizer


async def files_for(project: RasaProject, progress: Progress | None = None) -> LanguageModelFiles:
    """The language model and dictionary of a Rasa project with the owner's names."""
    return await build_language_model(await _training_data(project), progress=progress)


async def _assembled(
    config: Config,
    project: RasaProject,
    judge: Judge | None,
    notice: Callable[[str], None],
    progress: Progress | None,
) -> Recognizer:
    settings = config.recognition
    if settings.engine == "whisper":
        return _whisper(config)
    embedded = SphinxRecognizer(await files_for(project, progress), settings.sphinx)
    whisper = None
    if settings.engine == "auto":
        wanted = settings.whisper
        if await asyncio.to_thread(find_whisper, wanted.model, wanted.language) is not None:
            whisper = _whisper(config)
        else:
            notice(await asyncio.to_thread(_no_whisper, wanted.model, wanted.language))
    return RoutedRecognizer(
        embedded,
        whisper,
        judge=judge,
        notice=notice,
        thresholds=Thresholds(judge=config.dialogue.nlu_threshold),
        patience_s=settings.patience_s,
    )


def _no_whisper(name: str, language: str) -> str:
    return f"{why_no_whisper(name, language)} Until then commands are understood, open speech is not."


def _whisper(config: Config) -> Recognizer:
    # faster-whisper takes a second and 60 MB to import: only where it is used
    from assistant.recognition.whisper import WhisperRecognizer

    return WhisperRecognizer(config.recognition.whisper, hotwords=_hotwords(config))


def _hotwords(config: Config) -> str:
    """Names that open speech is likely to hold: those of the owner's home, lists and people."""
    home, names = config.home, config.names
    words = [*names.people, *names.items, *(device.name for device in home.devices)]
    words += [area.name for area in home.areas]
    return ", ".join(dict.fromkeys(words[:MOST_HOTWORDS]))


async def _training_data(project: RasaProject) -> TrainingData:
    return await asyncio.to_thread(load_training_data, project.root, project.names)
