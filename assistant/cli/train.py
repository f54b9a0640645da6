"""`assistant train`: the dialogue model and the embedded recogniser's language model."""

from pathlib import Path

import click

from assistant.cli.common import Settings, notice, run
from assistant.cli.training import trained
from assistant.config import Config
from assistant.dialogue.project import RasaProject


@click.command("train")
@click.option("--project", type=click.Path(path_type=Path), help="Another Rasa project's folder.")
@click.pass_obj
def command(settings: Settings, project: Path | None) -> None:
    """Train what the assistant understands, after sentences or names were changed. Quick when nothing was."""
    run(_train(settings.load(), project))


async def _train(config: Config, folder: Path | None) -> None:
    from assistant.recognition.factory import files_for

    project = await trained(config, RasaProject.from_config(config, folder))
    click.echo(f"dialogue    {project.model}")
    model = await files_for(project, lambda text: notice(f"  {text}"))
    click.echo(f"recogniser  {model.folder}")
