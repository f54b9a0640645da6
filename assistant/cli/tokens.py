"""`assistant tokens`: who may use the API from elsewhere."""

from assistant.channels.outside import tokens_of
from assistant.cli.common import echo, notice
from assistant.config import Config


def add(config: Config, name: str) -> None:
    """Prints the token, and only that, so that it can be piped. Raises `UserError`."""
    tokens = tokens_of(config.api)
    token = tokens.add(name)
    echo(token)
    notice(f"This is the only time that it is shown. Its calls come from the place api:{name}:*.")


def remove(config: Config, name: str) -> None:
    """Its holder is let in no more, from now on. Raises `UserError`."""
    tokens_of(config.api).remove(name)


def show(config: Config) -> None:
    """Names, one a line."""
    tokens = tokens_of(config.api)
    tokens.load()
    for name in tokens.names:
        echo(name)
