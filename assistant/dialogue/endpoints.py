"""Rasa's endpoints file: where its conversations, locks and events are kept.

The secrets of the URLs are in no file: the endpoints name environment variables, which only Rasa's process gets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import SecretStr

from assistant.config.model import Dialogue
from assistant.errors import UserError

_POSTGRESQL = ("postgresql", "postgres")
_QUEUE = "rasa_events"


@dataclass(frozen=True)
class Endpoints:
    """`content` of the file, and the `environment` that it names."""

    content: dict[str, Any]
    environment: Mapping[str, str] = field(repr=False)


def endpoints(settings: Dialogue, actions: Mapping[str, str], conversations: Path) -> Endpoints:
    """`actions`: url and token of the action server; `conversations`: the SQLite file of the embedded tracker store.
    Raises `UserError` for a URL that is none of those that Rasa can use; its password is not shown."""
    environment: dict[str, str] = {}
    # The domain is some 100 kB of JSON: it goes along only to those actions that say so in it.
    action_server = {**actions, "enable_selective_domain": True}
    content: dict[str, Any] = {"action_endpoint": action_server, "lock_store": {"type": "in_memory"}}
    if url := _url(settings.tracker_store):
        content["tracker_store"] = _sql("tracker_store", url, environment)
    elif settings.memory == "disk":
        content["tracker_store"] = {"type": "SQL", "dialect": "sqlite", "db": str(conversations)}
    if url := _url(settings.lock_store):
        content["lock_store"] = _redis(url, environment)
    if url := _url(settings.event_broker):
        content["event_broker"] = _broker(url, environment)
    return Endpoints(content, environment)


def _sql(key: str, url: str, environment: dict[str, str]) -> dict[str, Any]:
    """Rasa takes a whole URL in place of its host."""
    scheme, _, rest = url.partition("://")
    if scheme not in _POSTGRESQL:
        raise _unusable(key, "postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    return {"type": "SQL", "url": _secret(key, f"postgresql://{rest}", environment)}


def _redis(url: str, environment: dict[str, str]) -> dict[str, Any]:
    parts = _split("lock_store", url)
    number = parts.path.strip("/") or "1"
    if parts.scheme not in ("redis", "rediss") or not number.isdecimal():
        raise _unusable("lock_store", "redis://:PASSWORD@HOST:PORT/NUMBER")
    made: dict[str, Any] = {"type": "redis", "url": parts.hostname or "localhost", "port": parts.port or 6379}
    made |= {"db": int(number), "use_ssl": parts.scheme == "rediss"}
    if parts.username:
        made["username"] = _secret("lock_store_user", unquote(parts.username), environment)
    if parts.password:
        made["password"] = _secret("lock_store_password", unquote(parts.password), environment)
    return made


def _broker(url: str, environment: dict[str, str]) -> dict[str, Any]:
    scheme = url.partition("://")[0]
    if scheme in _POSTGRESQL:
        return _sql("event_broker", url, environment)
    if scheme == "file":
        return {"type": "file", "path": unquote(_split("event_broker", url).path)}
    if scheme != "amqp":
        raise _unusable(
            "event_broker", "amqp://USER:PASSWORD@HOST:PORT/QUEUE, postgresql://… or file:///PATH"
        )
    parts = _split("event_broker", url)
    return {
        "type": "pika",
        "url": parts.hostname or "localhost",
        "port": parts.port or 5672,
        "username": _secret("event_broker_user", unquote(parts.username or "guest"), environment),
        "password": _secret("event_broker_password", unquote(parts.password or "guest"), environment),
        "queues": [unquote(parts.path.strip("/")) or _QUEUE],
    }


def _secret(key: str, value: str, environment: dict[str, str]) -> str:
    name = f"ASSISTANT_{key.upper()}"
    environment[name] = value
    return f"${{{name}}}"


def _url(value: SecretStr) -> str:
    return value.get_secret_value().strip()


def _split(key: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for one that is none
    except ValueError:
        raise _unusable(key, "SCHEME://USER:PASSWORD@HOST:PORT/NAME") from None
    return parts


def _unusable(key: str, form: str) -> UserError:
    return UserError(f"`dialogue.{key}` has to be a URL such as {form}.", exit_status=2)
