"""Recognisers and voices, loaded as a conversation would load them. Runs in the probe's process."""

import asyncio

from assistant.config.model import Config
from assistant.dialogue.project import RasaProject
from assistant.dialogue.training_data import load_training_data
from assistant.doctor.check import Check, fail, ok, warn
from assistant.errors import UserError
from assistant.models import catalog, find_voice, find_whisper
from assistant.models.installed import voices, whispers
from assistant.recognition.base import RecognizerUnavailable
from assistant.synthesis.base import VoiceUnavailable
from assistant.synthesis.flite import FliteEngine
from assistant.synthesis.piper import PiperEngine

GET_WHISPER = f"assistant models get {catalog.DEFAULT_WHISPER}"
GET_VOICE = f"assistant models get {catalog.DEFAULT_VOICE}"


def embedded_recogniser(config: Config) -> list[Check]:
    """Makes its language model too, where that is not yet done; as every start would."""
    return [asyncio.run(_sphinx(config))]


async def _sphinx(config: Config) -> Check:
    from assistant.recognition.build import build_language_model
    from assistant.recognition.sphinx import SphinxRecognizer

    name = "embedded recogniser"
    try:
        project = RasaProject.from_config(config)
        data = load_training_data(project.root, project.names)
        recognizer = SphinxRecognizer(await build_language_model(data), config.recognition.sphinx)
        try:
            await recognizer.start()
        finally:
            await recognizer.close()
    except (UserError, RecognizerUnavailable) as error:
        return fail(name, str(error), "assistant train")
    return ok(name, f"loads, with {len(data.examples)} sentences of the dialogue to go by")


def whisper(config: Config) -> list[Check]:
    settings, wanted = config.recognition.whisper, config.recognition.engine
    name = "Whisper"
    if wanted == "sphinx":
        return [ok(name, "not asked for")]
    path = find_whisper(settings.model, settings.language)
    if path is None:
        damaged = next(
            (each for each in whispers() if each.problem and settings.model in ("", each.name)), None
        )
        if damaged is not None:
            get = f"assistant models get {damaged.name}"
            return [fail(name, f"the model {damaged.name} is not whole: {damaged.problem}", get)]
        if settings.model:
            get = f"assistant models get {settings.model}"
            return [fail(name, f"the model {settings.model} is not installed", get)]
        detail = "no model is installed: commands are understood, open speech is not"
        return [fail(name, detail, GET_WHISPER) if wanted == "whisper" else warn(name, detail, GET_WHISPER)]
    try:
        from faster_whisper import WhisperModel

        model = WhisperModel(
            str(path), device=settings.device, compute_type=settings.compute_type, local_files_only=True
        )
    except Exception as error:  # CTranslate2 and tokenizers have no error classes of their own
        mend = f"Fetch it anew: remove {path}, then {GET_WHISPER}; or check recognition.whisper."
        return [fail(name, f"{path} does not load: {_one_line(error)}", mend)]
    languages = "many languages" if model.model.is_multilingual else "English"
    return [ok(name, f"{path.name} loads, {languages}, {settings.compute_type} on {settings.device}")]


def voice(config: Config) -> list[Check]:
    """Both voices: the embedded one also speaks where Piper cannot."""
    settings = config.voice
    return [_piper(config)] if settings.engine == "piper" else [_piper(config), _embedded(config)]


def _piper(config: Config) -> Check:
    settings, name = config.voice, "Piper voice"
    if settings.engine == "embedded":
        return ok(name, "not asked for")
    path = find_voice(settings.piper_voice)
    if path is None:
        damaged = next(
            (each for each in voices() if each.problem and settings.piper_voice in ("", each.name)), None
        )
        if damaged is not None:
            get = f"assistant models get {damaged.name}"
            return fail(name, f"{damaged.name} is not whole: {damaged.problem}", get)
        if settings.piper_voice:
            get = f"assistant models get {settings.piper_voice}"
            return fail(name, f"{settings.piper_voice} is not installed", get)
        detail = "none is installed; the embedded voice speaks"
        return fail(name, detail, GET_VOICE) if settings.engine == "piper" else warn(name, detail, GET_VOICE)
    engine = PiperEngine(str(path), settings.speaker, settings.speed)
    try:
        engine.load()
    except VoiceUnavailable as error:
        return fail(name, str(error), f"assistant models get {path.stem}")
    return ok(name, f"{path.stem} loads, {engine.sample_rate_hz} Hz")


def _embedded(config: Config) -> Check:
    name, engine = "embedded voice", FliteEngine(config.voice.embedded_voice)
    try:
        engine.load()
    except VoiceUnavailable as error:
        return fail(name, str(error), "sudo apt-get install libflite1")
    return ok(name, f"{engine.name} loads")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
