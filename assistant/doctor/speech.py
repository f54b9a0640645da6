"""Recognisers and voices, loaded as a conversation would load them. Runs in the probe's process."""

import asyncio

from assistant.config.model import Config
from assistant.dialogue.project import RasaProject
from assistant.doctor.check import Check, fail, ok, warn
from assistant.errors import UserError
from assistant.models import catalog, find_voice, find_whisper
from assistant.models.installed import voices, whispers
from assistant.recognition.base import Recognizer, RecognizerUnavailable
from assistant.recognition.build import pronunciations_file
from assistant.recognition.factory import files_for
from assistant.recognition.sphinx import SphinxRecognizer
from assistant.recognition.whisper import WhisperRecognizer
from assistant.synthesis.base import VoiceUnavailable
from assistant.synthesis.flite import FliteEngine
from assistant.synthesis.piper import PiperEngine

GET_WHISPER = f"assistant models get {catalog.DEFAULT_WHISPER}"
GET_VOICE = f"assistant models get {catalog.DEFAULT_VOICE}"


def embedded_recogniser(config: Config) -> list[Check]:
    """Makes its language model too, where that is not yet done; as every start would."""
    return [asyncio.run(_sphinx(config))]


async def _sphinx(config: Config) -> Check:
    name = "embedded recogniser"
    try:
        files = await files_for(RasaProject.from_config(config))
        await _load(SphinxRecognizer(files, config.recognition.sphinx))
    except (UserError, RecognizerUnavailable) as error:
        return fail(name, str(error), "assistant train")
    guessed = files.guessed
    if guessed:
        words = ", ".join(guessed[:5]) + (" …" if len(guessed) > 5 else "")
        return ok(
            name, f"loads; how these are said was guessed, {pronunciations_file()} corrects it: {words}"
        )
    return ok(name, "loads")


async def _load(recognizer: Recognizer) -> None:
    try:
        await recognizer.start()
    finally:
        await recognizer.close()


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
        asyncio.run(_load(WhisperRecognizer(settings)))
    except RecognizerUnavailable as error:
        mend = f"Fetch it anew: remove {path}, then {GET_WHISPER}; or check recognition.whisper."
        return [fail(name, str(error), mend)]
    return [ok(name, f"{path} loads, {settings.compute_type} on {settings.device}")]


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
    engine = PiperEngine(str(path), settings.speaker, settings.speed, settings.variation)
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
