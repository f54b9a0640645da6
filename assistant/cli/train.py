"""`assistant train`: the dialogue model and the embedded recogniser's language model."""

from pathlib import Path

from assistant.cli.common import echo, notice
from assistant.cli.training import trained
from assistant.config import Config
from assistant.dialogue.project import RasaProject
from assistant.recognition.factory import files_for


async def train(config: Config, folder: Path | None) -> None:
    project = await trained(config, RasaProject.from_config(config, folder))
    echo(f"dialogue    {project.model}")
    model = await files_for(project, lambda text: notice(f"  {text}"))
    echo(f"recogniser  {model.folder}")
