"""`assistant plugins`: what the owner's plugins offer, and why one does not load."""

from dataclasses import dataclass

from assistant import paths
from assistant.cli.common import echo, print_json
from assistant.plugins import Plugin, add_plugins
from assistant.plugins.sentences import Sentences, sentences
from assistant.services.registry import Registry
from assistant.services.time import SystemClock
from assistant.storage.audit import Record


@dataclass(frozen=True, slots=True)
class _Looked:
    plugin: Plugin
    services: tuple[str, ...]
    intents: tuple[str, ...]
    missing: tuple[str, ...]  # services that its sentences call and that nobody offers


async def show(as_json: bool) -> None:
    looked = await _look()
    if as_json:
        print_json([_as_dict(each) for each in looked])
        return
    if not looked:
        echo(f"There are no plugins in {paths.plugins_dir()}.")
    for each in looked:
        echo(f"{each.plugin.name}  {each.plugin.path or 'installed'}")
        echo(f"  services: {', '.join(each.services) or 'none'}")
        echo(f"  intents: {', '.join(each.intents) or 'none'}")
        if each.plugin.problem:
            echo(f"  {each.plugin.problem}")


async def check() -> int:
    """The exit status: 0 when there is nothing to complain of."""
    looked = await _look()
    for each in looked:
        if each.plugin.problem:
            echo(f"✗ {each.plugin.name}: {each.plugin.problem}")
        elif each.missing:
            echo(f"✗ {each.plugin.name}: no service {', '.join(each.missing)} is there for its sentences.")
        else:
            echo(f"✓ {each.plugin.name}: {', '.join(each.services)}")
    if not looked:
        echo(f"There are no plugins in {paths.plugins_dir()}.")
    return 1 if any(each.plugin.problem or each.missing for each in looked) else 0


class _NoAudit:
    async def append(self, record: Record) -> None:
        """Nothing is called here."""


async def _look() -> list[_Looked]:
    clock = SystemClock()
    registry = Registry(clock, _NoAudit(), lambda event: None)
    plugins = await add_plugins(registry, clock, lambda text: None)
    offered = {spec.name: spec.plugin for spec in registry.specs()}
    looked = []
    for plugin in plugins:
        own = tuple(name for name, by in offered.items() if by == plugin.name)
        said = sentences(plugin.rasa) if plugin.rasa and not plugin.problem else Sentences((), (), (), ())
        missing = tuple(service for service in said.services if service not in offered)
        looked.append(_Looked(plugin, own, said.intents, missing))
    return looked


def _as_dict(each: _Looked) -> dict[str, object]:
    return {
        "name": each.plugin.name,
        "path": str(each.plugin.path or ""),
        "services": list(each.services),
        "intents": list(each.intents),
        "problem": each.plugin.problem,
    }
