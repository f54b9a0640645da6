"""`assistant transcribe`: speech in files to text."""

from pathlib import Path
from typing import Literal

import click

from assistant.channels.files import checked
from assistant.cli.common import Settings, notice, print_json, run
from assistant.config import Config
from assistant.dialogue.project import RasaProject
from assistant.recognition import factory
from assistant.recognition.transcribe import transcribe
from audio.files import blocks

Engine = Literal["auto", "whisper", "sphinx"]


@click.command("transcribe")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option(
    "--engine", type=click.Choice(["auto", "whisper", "sphinx"]), help="Otherwise the configured one."
)
@click.option("--json", "as_json", is_flag=True, help="With times, confidences and engine, for programs.")
@click.pass_obj
def command(settings: Settings, files: tuple[Path, ...], engine: Engine | None, as_json: bool) -> None:
    """Write down what is said in each FILE, pause by pause. Of any length."""
    run(_transcribe(settings.load(), checked(files), engine, as_json))


async def _transcribe(config: Config, paths: list[Path], engine: Engine | None, as_json: bool) -> None:
    if engine is not None:
        chosen = config.recognition.model_copy(update={"engine": engine})
        config = config.model_copy(update={"recognition": chosen})
    recognizer = await factory.create(config, RasaProject.from_config(config), notice=notice)
    results = []
    try:
        for path in paths:
            passages = []
            async for passage in transcribe(blocks(path), recognizer):
                transcript = passage.transcript
                if not transcript.text and not as_json:
                    continue
                passages.append(
                    {
                        "start_s": round(passage.start_s, 2),
                        "end_s": round(passage.end_s, 2),
                        "text": transcript.text,
                        "engine": transcript.engine,
                        "confidence": round(transcript.confidence, 3),
                        "reason": transcript.reason,
                    }
                )
                if not as_json:
                    prefix = f"{path}  " if len(paths) > 1 else ""
                    click.echo(f"{prefix}{passage.start_s:8.2f}  {transcript.text}")
            if not passages and not as_json:
                notice(f"{path}: no speech that could be understood.")
            results.append({"file": str(path), "passages": passages})
    finally:
        await recognizer.close()
    if as_json:
        print_json(results)
