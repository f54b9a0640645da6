"""What an owner adds: services in Python, and sentences that reach them. Nothing here is a sandbox: a plugin is
code of the owner, and runs with the owner's rights."""

from assistant.plugins.context import PluginContext
from assistant.plugins.find import Plugin, found
from assistant.plugins.load import add_plugins

__all__ = ["Plugin", "PluginContext", "add_plugins", "found"]
