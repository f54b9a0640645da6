"""Imports plugins and offers their services."""

import asyncio
import importlib.util
import logging
import random
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from assistant import paths
from assistant.plugins.context import PluginContext
from assistant.plugins.find import Plugin, found
from assistant.services.registry import Registry
from assistant.services.service import specs_of
from assistant.services.time import Clock

_log = logging.getLogger(__name__)
IMPORT_TIMEOUT_S = 20.0
Create = Callable[[PluginContext], object | Iterable[object]]


async def add_plugins(
    registry: Registry,
    clock: Clock,
    notice: Callable[[str], None] = _log.warning,
    where: Path | None = None,
) -> list[Plugin]:
    """Offer the services of every plugin that can be loaded. One that cannot is a sentence to `notice`, and stops
    nothing; its `problem` has it, too."""
    plugins = []
    for plugin in await asyncio.to_thread(found, where):
        problem = plugin.problem or await _add(registry, clock, plugin)
        if problem:
            notice(problem)
        plugins.append(replace(plugin, problem=problem))
    return plugins


async def _add(registry: Registry, clock: Clock, plugin: Plugin) -> str:
    """Why it could not be loaded, or empty. All of its services are there afterwards, or none."""
    where = plugin.path or f"the installed plugin {plugin.name}"
    try:
        async with asyncio.timeout(IMPORT_TIMEOUT_S):
            create = await asyncio.to_thread(_create_of, plugin)
        storage = paths.state_dir() / "plugins" / plugin.name
        made = create(PluginContext(clock, random.Random(), storage))
        providers = list(made) if isinstance(made, list | tuple) else [made]
        specs = [spec for provider in providers for spec in specs_of(provider)]
        if not specs:
            return f"{where} is not loaded: `create` returned no object with services."
        registry.add_all(providers, plugin=plugin.name)
    except TimeoutError:
        return f"{where} is not loaded: importing it took more than {IMPORT_TIMEOUT_S:.0f} s."
    except asyncio.CancelledError:
        raise
    except (Exception, SystemExit) as error:  # whatever the owner's code raises
        _log.debug("plugin %s", plugin.name, exc_info=True)
        return f"{where} is not loaded: {type(error).__name__}: {str(error) or 'no reason given'}."
    return ""


def _create_of(plugin: Plugin) -> Create:
    """Imports it. Blocking; runs the owner's code."""
    module = plugin.entry.load() if plugin.entry else _imported(plugin)
    create = (
        module if plugin.entry and not isinstance(module, ModuleType) else getattr(module, "create", None)
    )
    if not callable(create):
        raise TypeError("it has no function `create(context)`")
    return create  # type: ignore[no-any-return]


class _FromSource(SourceFileLoader):
    """Never takes compiled code from `__pycache__`, which is not looked at as its source was."""

    def get_code(self, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def _imported(plugin: Plugin) -> ModuleType:
    assert plugin.path is not None
    package = plugin.path.is_dir()
    file = plugin.path / "__init__.py" if package else plugin.path
    name = f"assistant_plugin_{plugin.name}"
    spec: ModuleSpec | None = importlib.util.spec_from_file_location(
        name,
        file,
        loader=_FromSource(name, str(file)),
        submodule_search_locations=[str(plugin.path)] if package else None,
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module
