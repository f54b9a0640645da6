"""Which Rasa project, with whose names, and where the model trained from both is kept."""

import hashlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from assistant import paths
from assistant.config.model import Config
from assistant.dialogue.corrections import corrected_sentences
from assistant.dialogue.names import OwnerNames, owner_nlu_yaml
from assistant.dialogue.owned import owned_sentences
from assistant.dialogue.training_data import load_training_data
from assistant.dialogue.unheard import unheard_nlu_yaml
from assistant.errors import UserError
from assistant.plugins.find import found
from assistant.plugins.sentences import Sentences, sentences

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RasaProject:
    """A Rasa project and what the owner's settings add to it.

    `root` holds `pipeline`, data/, and domain/ or domain.yml. Methods read files and block for milliseconds.
    """

    root: Path
    names: OwnerNames
    nlu_threshold: float
    pipeline: str = "config.yml"
    """File in `root`."""
    plugins: tuple[Path, ...] = ()
    """Folders of the sentences of the owner's plugins, commands, routines and corrections."""

    @classmethod
    def from_config(cls, config: Config, root: Path | None = None) -> "RasaProject":
        """The project in `root`, by default the assistant's own. Raises `UserError` when it is none."""
        try:
            owned, corrected = owned_sentences(config), _corrected()
        except OSError as error:
            raise UserError(f"The sentences of your commands cannot be written: {error}.") from error
        plugins = [each.rasa for each in found() if each.rasa is not None]
        project = cls(
            root=(root or paths.rasa_project()).resolve(),
            names=OwnerNames.from_config(config),
            nlu_threshold=config.dialogue.nlu_threshold,
            pipeline=config.dialogue.pipeline,
            plugins=(*plugins, *(each for each in (owned, corrected) if each is not None)),
        )
        for needed in (project.root / project.pipeline, project.root / "data", project.domain):
            if not needed.exists():
                raise UserError(f"{project.root} is no Rasa project: it has no {needed.name}.")
        return project

    @property
    def domain(self) -> Path:
        """The folder `domain`, or the single file that Rasa looks for by default."""
        folder = self.root / "domain"
        return folder if folder.is_dir() else self.root / "domain.yml"

    @property
    def domains(self) -> tuple[Path, ...]:
        """The domain, and the files that plugins add to it."""
        return (self.domain, *(path for each in self._sentences for path in each.domain))

    @property
    def plugin_data(self) -> tuple[Path, ...]:
        """Training files of plugins."""
        return tuple(path for each in self._sentences for path in each.data)

    @property
    def plugin_services(self) -> tuple[str, ...]:
        """Services that the sentences of plugins call."""
        return tuple(service for each in self._sentences for service in each.services)

    @cached_property
    def _sentences(self) -> tuple[Sentences, ...]:
        try:
            return tuple(sentences(folder) for folder in self.plugins)
        except ValueError as error:
            raise UserError(f"A plugin has changed: {error}.") from error

    @cached_property
    def fingerprint(self) -> str:
        """Changes with everything that the model depends on: training files, names, settings, Rasa's
        versions.

        Actions and channels are code that runs beside the model, not a part of it; components are its parts.
        """
        digest = hashlib.sha256()
        for path in self._inputs():
            content = path.read_bytes()
            name = path.relative_to(self.root) if path.is_relative_to(self.root) else path
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        for text in (self.config_yaml(), *self.generated_data().values()):
            digest.update(text.encode())
        return digest.hexdigest()[:24]

    @property
    def model(self) -> Path:
        """Where the trained model belongs; it is there only when it is whole."""
        return models_folder() / self.fingerprint / "model.tar.gz"

    def config_yaml(self) -> str:
        """The project's pipeline, with the owner's threshold in place of the fallback classifier's."""
        path = self.root / self.pipeline
        try:
            config = yaml.safe_load(path.read_text(encoding="utf-8"))
            for component in config.get("pipeline") or ():
                if component["name"] == "FallbackClassifier":
                    component["threshold"] = self.nlu_threshold
        except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
            raise UserError(f"{path} is not a Rasa configuration that can be read: {error}") from error
        return str(yaml.safe_dump(config, sort_keys=False))

    def generated_data(self) -> dict[str, str]:
        """Training files, by name, that come on top of the project's own. Raises `UserError` as
        `load_training_data` does."""
        examples = load_training_data(self.root, self.names, self.plugin_data).examples
        return {"names.yml": owner_nlu_yaml(self.names), "unheard.yml": unheard_nlu_yaml(examples)}

    def python(self) -> Path:
        """The interpreter of Rasa's own environment (ASSISTANT_RASA_PYTHON). Raises `UserError`."""
        named = os.environ.get("ASSISTANT_RASA_PYTHON")
        if named:
            if (python := Path(named).expanduser()).exists():
                return python
            raise UserError(
                f"Rasa is not installed: ASSISTANT_RASA_PYTHON names {named}, which is not there."
            )
        candidates = [folder / ".venv/bin/python" for folder in (self.root, paths.rasa_project())]
        for candidate in candidates:
            if candidate.exists():
                return candidate
        raise UserError(
            f"Rasa is not installed: {candidates[-1]} is not there. `uv sync` in its folder installs it."
        )

    def _inputs(self) -> Iterator[Path]:
        yield self.root / self.pipeline
        yield from sorted((self.root / "components").glob("*.py"))  # what they learn depends on how
        lock = self.root / "uv.lock"
        if lock.exists():
            yield lock
        for folder in (self.domain, self.root / "data"):
            files = sorted(folder.rglob("*.y*ml")) if folder.is_dir() else [folder]
            yield from (path for path in files if path.is_file())
        yield from (*self.domains[1:], *self.plugin_data)


def _corrected() -> Path | None:
    """A file that somebody broke with an editor is no reason not to start."""
    try:
        return corrected_sentences()
    except UserError as error:
        _log.warning("What was put right is left out: %s", error)
        return None


def models_folder() -> Path:
    """Holds one folder for each trained model."""
    return paths.cache_dir() / "rasa"
