"""`assistant parse`: what the assistant would understand, without doing anything."""

import asyncio
from pathlib import Path
from typing import Any

import click

from assistant.cli.common import Settings, notice, print_json, run
from assistant.cli.training import trained
from assistant.config import Config
from assistant.dialogue.client import Parse
from assistant.dialogue.project import RasaProject
from assistant.dialogue.understanding import Understanding
from assistant.errors import UserError
from assistant.recognition import factory
from assistant.recognition.base import Recognizer, Transcript
from audio.errors import BadAudio
from audio.files import duration_s, read

SOUND = (".wav", ".flac", ".mp3", ".ogg")
LONGEST_S = 60.0


@click.command("parse")
@click.argument("inputs", nargs=-1, required=True, metavar="TEXT|WAV…")
@click.option("--project", type=click.Path(path_type=Path), help="Another Rasa project's folder.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def command(settings: Settings, inputs: tuple[str, ...], project: Path | None, as_json: bool) -> None:
    """Intent and entities of each TEXT or recording. Nothing is done and nothing is remembered."""
    run(_parse(settings.load(), inputs, project, as_json))


async def _parse(config: Config, inputs: tuple[str, ...], folder: Path | None, as_json: bool) -> None:
    for each in inputs:
        _check(each)
    project = await trained(config, RasaProject.from_config(config, folder))
    results: list[dict[str, Any]] = []
    async with Understanding(project, project.model, config.dialogue.start_timeout_s) as nlu:

        async def judge(text: str) -> float | None:
            return (await nlu.parse(text)).confidence

        recognizer: Recognizer | None = None
        try:
            for each in inputs:
                transcript: Transcript | None = None
                if is_sound(each):
                    if recognizer is None:
                        recognizer = await factory.create(config, project, judge=judge, notice=notice)
                    transcript = await _recognise(recognizer, Path(each))
                parse = await nlu.parse(transcript.text if transcript else each)
                results.append(_result(each, transcript, parse))
                if not as_json:
                    _print(results[-1])
        finally:
            if recognizer is not None:
                await recognizer.close()
    if as_json:
        print_json(results)


def is_sound(argument: str) -> bool:
    """A path, by its ending: a sentence seldom ends in `.wav`."""
    return argument.lower().endswith(SOUND)


def _check(argument: str) -> None:
    if not argument.strip():
        raise UserError("TEXT is empty.", exit_status=2)
    if is_sound(argument) and duration_s(Path(argument)) > LONGEST_S:
        raise BadAudio(
            f"{argument} is longer than a turn can be ({LONGEST_S:.0f} s); `assistant transcribe` reads it."
        )


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
    entities = ", ".join(f"{entity['entity']}={entity['value']}" for entity in result["entities"])
    click.echo(f"“{result['text']}”  {result['intent']} {result['confidence']:.2f}  {entities}".rstrip())
