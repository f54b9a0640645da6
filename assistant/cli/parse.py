"""`assistant parse`: what the assistant would understand, without doing anything."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

from assistant.cli.common import NOTHING_HEARD, echo, notice, print_json
from assistant.cli.texts import turn_text
from assistant.cli.training import trained
from assistant.config import Config
from assistant.dialogue.client import Parse
from assistant.dialogue.domain import free_text_entities
from assistant.dialogue.project import RasaProject
from assistant.dialogue.understanding import Understanding
from assistant.recognition import factory
from assistant.recognition.base import Recognizer, Transcript
from assistant.recognition.decision import Meaning
from assistant.recognition.judgement import meaning_of
from assistant.recognition.spoken_words import as_said
from audio.errors import BadAudio
from audio.files import duration_s, read

SOUND = (".wav", ".flac", ".mp3", ".ogg")
LONGEST_S = 60.0
NO_MEANING = Parse("", "", 0.0, (), ())


async def parse(config: Config, inputs: tuple[str, ...], folder: Path | None, as_json: bool) -> int:
    """The exit status: `NOTHING_HEARD` when there is no speech in one of the recordings."""
    given = [_checked(each) for each in inputs]
    project = await trained(config, RasaProject.from_config(config, folder))
    results: list[dict[str, Any]] = []
    async with Understanding(project, project.model, config.dialogue.start_timeout_s) as nlu:
        free = await asyncio.to_thread(free_text_entities, project.domain)

        async def judge(text: str) -> Meaning | None:
            return meaning_of(await nlu.parse(text), free)

        recognizer: Recognizer | None = None
        try:
            for each in given:
                transcript: Transcript | None = None
                if is_sound(each):
                    if recognizer is None:
                        recognizer = await factory.create(config, project, judge=judge, notice=notice)
                    transcript = await _recognise(recognizer, Path(each))
                text = each if transcript is None else as_said(transcript.text)
                meaning = await nlu.parse(text) if text else NO_MEANING
                results.append(_result(each, transcript, meaning))
                if not as_json:
                    _print(results[-1])
        finally:
            if recognizer is not None:
                await recognizer.close()
    if as_json:
        print_json(results)
    return 0 if all(result["text"] for result in results) else NOTHING_HEARD


def is_sound(argument: str) -> bool:
    """A path, by its ending, or because there is such a file: a sentence seldom ends in `.wav`."""
    with contextlib.suppress(OSError, ValueError):  # too long for a path, or no path at all
        return argument.lower().endswith(SOUND) or Path(argument).is_file()
    return False


def _checked(argument: str) -> str:
    if not is_sound(argument):
        return turn_text(argument)
    if duration_s(Path(argument)) > LONGEST_S:
        raise BadAudio(
            f"{argument} is longer than a turn can be ({LONGEST_S:.0f} s); `assistant transcribe` reads it."
        )
    return argument


async def _recognise(recognizer: Recognizer, path: Path) -> Transcript:
    stream = recognizer.stream()
    stream.feed(await asyncio.to_thread(read, path))
    return await stream.finish()


def _result(source: str, transcript: Transcript | None, parse: Parse) -> dict[str, Any]:
    result: dict[str, Any] = {"input": source, "text": parse.text}
    if transcript is not None:
        result |= {
            "text": transcript.text,
            "engine": transcript.engine,
            "recognition_confidence": round(transcript.confidence, 3),
            "recognition_reason": transcript.reason,
            "recognition": transcript.decision.facts() if transcript.decision is not None else None,
            "alternatives": list(transcript.alternatives),
        }
    facts = ("entity", "value", "role", "start", "end")
    return result | {
        "intent": parse.intent,
        "confidence": round(parse.confidence, 4),
        "entities": [{key: entity[key] for key in facts if key in entity} for entity in parse.entities],
        "ranking": [{"intent": name, "confidence": round(value, 4)} for name, value in parse.ranking[:5]],
    }


def _print(result: dict[str, Any]) -> None:
    if not result["text"]:
        why = result["recognition_reason"]
        notice(f"{result['input']}: no speech that could be understood" + (f" ({why})." if why else "."))
        return
    entities = ", ".join(f"{entity['entity']}={entity['value']}" for entity in result["entities"])
    echo(f"“{result['text']}”  {result['intent']} {result['confidence']:.2f}  {entities}".rstrip())
