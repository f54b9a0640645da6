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
        return await _whisper(config, project)
    embedded = SphinxRecognizer(await files_for(project, progress), settings.sphinx)
    whisper = None
    if settings.engine == "auto":
        wanted = settings.whisper
        if await asyncio.to_thread(find_whisper, wanted.model, wanted.language) is not None:
            whisper = await _whisper(config, project)
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


async def _whisper(config: Config, project: RasaProject) -> Recognizer:
    # faster-whisper takes a second and 60 MB to import: only where it is used
    from assistant.recognition.whisper import WhisperRecognizer
    from assistant.recognition.whisper_hotwords import names_to_expect

    names, lookups = project.names, (await _training_data(project)).lookups
    groups = (names.people, names.devices, names.areas, names.items, names.lists, *lookups.values())
    settings = config.recognition.whisper
    return WhisperRecognizer(settings, hotwords=names_to_expect(settings, groups))


async def _training_data(project: RasaProject) -> TrainingData:
    return await asyncio.to_thread(load_training_data, project.root, project.names)
