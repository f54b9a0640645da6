"""One typed, documented configuration: TOML file, environment, command line."""

from assistant.config.load import load
from assistant.config.model import Config

__all__ = ["Config", "load"]
