"""`assistant transcribe`: speech in files to text."""

from pathlib import Path
from typing import Any

from assistant.channels.files import checked
from assistant.cli.common import NOTHING_HEARD, echo, notice, print_json
from assistant.config import Config
from assistant.dialogue.project import RasaProject
from assistant.recognition import factory
from assistant.recognition.base import Recognizer
from assistant.recognition.transcribe import Passage, transcribe
from audio.errors import BadAudio
from audio.files import blocks


async def transcribe_files(config: Config, files: tuple[Path, ...], engine: str | None, as_json: bool) -> int:
    """The exit status: `NOTHING_HEARD` when there is no speech in any of them, 1 when one is damaged."""
    paths = checked(files)
    if engine is not None:
        chosen = config.recognition.model_copy(update={"engine": engine})
        config = config.model_copy(update={"recognition": chosen})
    recognizer = await factory.create(config, RasaProject.from_config(config), notice=notice)
    results = []
    try:
        for path in paths:
            show = None if as_json else (f"{path}  " if len(paths) > 1 else "")
            results.append(await _transcribed(path, recognizer, show))
    finally:
        await recognizer.close()
        if as_json:
            print_json(results)
    if any("error" in result for result in results):
        return 1
    return (
        0 if any(passage["text"] for result in results for passage in result["passages"]) else NOTHING_HEARD
    )


async def _transcribed(path: Path, recognizer: Recognizer, show: str | None) -> dict[str, Any]:
    """What is said in one file, printed behind `show` as it is understood. Damage in its midst is told, and
    what came before it is kept."""
    result: dict[str, Any] = {"file": str(path), "passages": []}
    heard = False
    try:
        async for passage in transcribe(blocks(path), recognizer):
            result["passages"].append(_facts(passage))
            if show is not None and passage.transcript.text:
                echo(f"{show}{passage.start_s:8.2f}  {passage.transcript.text}")
            heard = heard or bool(passage.transcript.text)
    except BadAudio as error:
        result["error"] = str(error)
        notice(f"assistant: {error}")
    else:
        if not heard:
            reasons = dict.fromkeys(passage["reason"] for passage in result["passages"] if passage["reason"])
            why = f" ({'; '.join(reasons)})" if reasons else ""
            notice(f"{path}: no speech that could be understood{why}.")
    return result


def _facts(passage: Passage) -> dict[str, Any]:
    transcript = passage.transcript
    return {
        "start_s": round(passage.start_s, 2),
        "end_s": round(passage.end_s, 2),
        "text": transcript.text,
        "engine": transcript.engine,
        "confidence": round(transcript.confidence, 3),
        "reason": transcript.reason,
    }
