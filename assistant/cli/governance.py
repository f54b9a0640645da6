"""`assistant governance`: what the assistant is, as it is configured, and how each risk is met."""

import asyncio
import html
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.commands import FilePath, group, with_settings
from assistant.cli.common import Settings, echo, notice, run

if TYPE_CHECKING:
    from assistant.config import Config
    from assistant.oversight.governance import ModelUsed

_STYLE = "body{font-family:sans-serif;margin:2em;max-width:80em}table{border-collapse:collapse}"
_CELLS = "td,th{border:1px solid #bbb;padding:.3em .6em;text-align:left;vertical-align:top}"


@group.command("governance", short_help="What it is, its risks, and the test behind each control.")
@click.option(
    "-o", "--output", type=FilePath, metavar="FILE", help="Into this file; HTML where it ends in .html."
)
@with_settings
def governance_command(settings: Settings, output: Path | None) -> None:
    """The governance page of the running configuration: what the assistant is, models and data in use, where data
    goes, risks, controls and the tests that prove them, by NIST AI RMF functions and Article 50 of the EU AI Act."""
    run(governance(settings.load(), output))


async def governance(config: "Config", output: Path | None) -> None:
    """Raises `UserError` where the file cannot be written."""
    from assistant.errors import UserError

    text = await asyncio.to_thread(made, config)
    if output is None:
        echo(text.rstrip())
        return
    content = as_html(text) if output.suffix.lower() in (".html", ".htm") else text
    try:
        await asyncio.to_thread(output.write_text, content, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{output} cannot be written: {error.strerror}.") from error
    notice(f"Written to {output}.")


def made(config: "Config", *, installed: bool = True) -> str:
    """The page in Markdown. Not `installed`: as on a machine that has no models yet, and with nothing switched off.
    Blocking."""
    from assistant import __version__
    from assistant.oversight.governance import Facts, page
    from assistant.oversight.switches import Switch, read, switches_folder

    on = read(switches_folder()) if installed else frozenset()
    models = tuple(_models(config, installed=installed))
    return page(config, Facts(__version__, models, [switch for switch in Switch if switch in on]))


def as_html(markdown: str) -> str:
    """A page of its own."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown.replace("<br>", ", "))
    title = html.escape(markdown.partition("\n")[0].lstrip("# "))
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}{_CELLS}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n{body}</body></html>\n'


def _models(config: "Config", *, installed: bool) -> "Iterator[ModelUsed]":
    from assistant.oversight.governance import ModelUsed

    yield ModelUsed(
        "understanding and dialogue", f"Rasa, {config.dialogue.pipeline}, trained here", "Apache-2.0"
    )
    if config.listening.mode == "wake-word":
        words = ", ".join(config.listening.wake_words)
        yield ModelUsed("wake words", f"microWakeWord: {words}", "Apache-2.0; your own: yours")
    yield ModelUsed("voice activity", "Silero", "MIT")
    if config.recognition.engine != "whisper":
        yield ModelUsed("commands, heard", "PocketSphinx, US English", "BSD")
    yield from _speech(config, installed=installed)
    yield from _language(config, installed=installed)


def _speech(config: "Config", *, installed: bool) -> "Iterator[ModelUsed]":
    from assistant.models import installed as here
    from assistant.oversight.governance import ModelUsed

    whisper = config.recognition.whisper.model
    if (
        installed
        and not whisper
        and (found := here.find_whisper(language=config.recognition.whisper.language))
    ):
        whisper = found.name
    if whisper and config.recognition.engine != "sphinx":
        yield ModelUsed("open speech", f"Whisper {whisper}", _licence(whisper))
    piper = config.voice.piper_voice
    if installed and not piper and config.voice.engine != "embedded" and (voice := here.find_voice()):
        piper = voice.stem
    if piper and config.voice.engine != "embedded":
        yield ModelUsed("voice", f"Piper {Path(piper).stem}", _licence(piper))
    else:
        yield ModelUsed("voice", f"flite {config.voice.embedded_voice}", "BSD-style (CMU)")


def _language(config: "Config", *, installed: bool) -> "Iterator[ModelUsed]":
    from assistant.models import installed as here
    from assistant.oversight.governance import ModelUsed

    generation = config.generation
    servers = [generation.model or "the server's first"] if generation.url else []
    for name in (*servers, *(each.model or "the server's first" for each in generation.models)):
        yield ModelUsed("free answers", name)
    local = generation.local.model
    if installed and local != "none" and not generation.url and (found := here.find_language(local)):
        yield ModelUsed("free answers", found.stem, _licence(found.stem))
    if config.safety.classifier_url:
        yield ModelUsed(
            "checks of generated sentences", config.safety.classifier_model or "the server's first"
        )
    if config.documents.embeddings_url:
        yield ModelUsed("passages by meaning", config.documents.embeddings_model or "the server's first")


def _licence(name: str) -> str:
    from assistant.errors import UserError
    from assistant.models import catalog

    try:
        return catalog.find(Path(name).stem if name.endswith((".onnx", ".gguf")) else name).licence
    except UserError:
        return ""


if __name__ == "__main__":  # the page of the documentation
    import sys

    from assistant.config.model import Config

    sys.stdout.write(made(Config(), installed=False))
