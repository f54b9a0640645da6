"""An answerer as the configuration wants it."""

import datetime as dt
from collections.abc import Callable

from assistant import paths
from assistant.config.model import Config
from assistant.documents.base import Retriever
from assistant.events import Event
from assistant.generation.answerer import Answerer, ModelSwitch
from assistant.generation.base import TextGenerator
from assistant.generation.prompt import Prompt
from assistant.generation.tools import ToolBox
from assistant.safety.disclosure import Disclosure
from assistant.safety.gate import Gate
from assistant.services.registry import Registry
from assistant.services.zones import home_zone


def create_answerer(
    config: Config,
    generator: TextGenerator,
    gate: Gate,
    registry: Registry,
    prompt: Prompt,
    *,
    publish: Callable[[Event], None],
    retriever: Retriever | None = None,
    switch: ModelSwitch | None = None,
    screened: Callable[[str], str] = lambda text: "",
) -> Answerer:
    """Raises `UserError` for a time zone that is none."""
    zone = home_zone(config.timezone)
    return Answerer(
        config.generation,
        generator,
        gate,
        ToolBox(registry, config.generation.answers.tools),
        prompt,
        retriever=retriever,
        switch=switch,
        screened=screened,
        disclosure=Disclosure(paths.state_dir() / "disclosed.json"),
        publish=publish,
        today=lambda: dt.datetime.now(zone),
    )
