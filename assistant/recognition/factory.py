"""The recogniser that the owner configured, loaded and ready."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from assistant.config.model import Config
from assistant.dialogue.names import OwnerNames
from assistant.dialogue.project import RasaProject
from assistant.dialogue.training_data import TrainingData, load_spoken_data
from assistant.models import find_whisper, why_no_whisper
from assistant.models.speed import remember_first
from assistant.recognition.base import Recognizer
from assistant.recognition.build import LanguageModelFiles, Progress, build_language_model
from assistant.recognition.policy import Thresholds
from assistant.recognition.routed_stream import Patience
from assistant.recognition.router import Judge, RoutedRecognizer
from assistant.recognition.sphinx import SphinxRecognizer
from assistant.recognition.whisper_hotwords import names_to_expect


@runtime_checkable
class ExpectsNames(Protocol):
    """A recogniser that can be told which names to expect, the most important first."""

    def expect(self, hotwords: Sequence[str]) -> None: ...


async def create(
    config: Config,
    project: RasaProject,
    *,
    judge: Judge | None = None,
    notice: Callable[[str], None] = lambda _text: None,
    progress: Progress | None = None,
    learned: OwnerNames | None = None,
) -> Recognizer:
    """The engine of `recognition.engine`, started: `auto`, `whisper` or `sphinx`.

    Makes the language model of `project`, and the names `learned` besides those that it has, where it is not in
    the cache (`progress` hears of it). With `auto`,
    `notice` is told once where there is no Whisper model, or a damaged one. Raises `RecognizerUnavailable`,
    and `UserError` for faulty training data.
    """
    learned = learned or OwnerNames()
    recognizer = await _assembled(config, project, judge, notice, progress, learned)
    try:
        await recognizer.start()
    except BaseException:
        await recognizer.close()
        raise
    return recognizer


async def files_for(
    project: RasaProject, progress: Progress | None = None, *, learned: OwnerNames | None = None
) -> LanguageModelFiles:
    """The language model and dictionary of a Rasa project with the owner's names, and those `learned`."""
    return await build_language_model(await _data(project, learned or OwnerNames()), progress=progress)


async def use_names(
    recognizer: Recognizer, config: Config, project: RasaProject, learned: OwnerNames
) -> None:
    """Let a recogniser that `create` made know other names, from its next utterance on; those under way end
    undisturbed. Takes seconds. Raises `UserError` and `RecognizerUnavailable`, and then nothing has changed."""
    routed = recognizer if isinstance(recognizer, RoutedRecognizer) else None
    embedded = routed.embedded if routed else recognizer
    data = await _data(project, learned)
    if isinstance(embedded, SphinxRecognizer):
        files = await build_language_model(data)
        if files != embedded.files:
            await embedded.swap(files)
    whisper = routed.whisper if routed else recognizer
    if isinstance(whisper, ExpectsNames):
        whisper.expect(_expected(config, project.names | learned, data))


async def _assembled(
    config: Config,
    project: RasaProject,
    judge: Judge | None,
    notice: Callable[[str], None],
    progress: Progress | None,
    learned: OwnerNames,
) -> Recognizer:
    settings = config.recognition
    data = await _data(project, learned)
    expected = _expected(config, project.names | learned, data)
    if settings.engine == "whisper":
        return _whisper(config, expected)
    files = await build_language_model(data, progress=progress)
    embedded = SphinxRecognizer(files, settings.sphinx)
    whisper = None
    if settings.engine == "auto":
        wanted = settings.whisper
        if await asyncio.to_thread(find_whisper, wanted.model, wanted.language) is not None:
            whisper = _whisper(config, expected)
        else:
            notice(await asyncio.to_thread(_no_whisper, wanted.model, wanted.language))
    return RoutedRecognizer(
        embedded,
        whisper,
        judge=judge,
        notice=notice,
        thresholds=Thresholds(judge=config.dialogue.nlu_threshold),
        patience=Patience(answer_s=settings.patience_s),
    )


def _no_whisper(name: str, language: str) -> str:
    return f"{why_no_whisper(name, language)} Until then commands are understood, open speech is not."


def _whisper(config: Config, expected: Sequence[str]) -> Recognizer:
    # faster-whisper takes a second and 60 MB to import: only where it is used
    from assistant.recognition.whisper import WhisperRecognizer

    return WhisperRecognizer(config.recognition.whisper, hotwords=expected, on_speed=remember_first)


def _expected(config: Config, names: OwnerNames, data: TrainingData) -> tuple[str, ...]:
    groups = (names.people, names.devices, names.areas, names.items, names.lists, *data.lookups.values())
    return names_to_expect(config.recognition.whisper, groups)


async def _data(project: RasaProject, learned: OwnerNames) -> TrainingData:
    return await asyncio.to_thread(
        load_spoken_data, project.root, project.names | learned, project.plugin_data
    )
