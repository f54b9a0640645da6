"""What Rasa is told of where things are kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.config.model import Dialogue
from assistant.dialogue.endpoints import endpoints
from assistant.errors import UserError

ACTIONS = {"url": "http://127.0.0.1:1/webhook", "token": "t"}
FILE = Path("/state/dialogue.db")


def made(**settings: Any) -> tuple[dict[str, Any], dict[str, str]]:
    found = endpoints(Dialogue.model_validate(settings), ACTIONS, FILE)
    return found.content, dict(found.environment)


def test_by_itself_it_needs_nobody() -> None:
    content, environment = made()
    assert content == {
        "action_endpoint": {**ACTIONS, "enable_selective_domain": True},
        "lock_store": {"type": "in_memory"},
        "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": "/state/dialogue.db"},
    }
    assert environment == {}
    assert "tracker_store" not in made(memory="none")[0]


def test_secrets_are_in_the_environment_only() -> None:
    content, environment = made(
        tracker_store="postgres://ann:s3cret%24@db:5433/rasa?sslmode=require",
        lock_store="rediss://bob:s3cret%24@locks:6380/3",
        event_broker="amqp://eve:s3cret%24@mq/turns",
    )
    assert content["tracker_store"] == {"type": "SQL", "url": "${ASSISTANT_TRACKER_STORE}"}
    assert content["lock_store"] == {
        "type": "redis",
        "url": "locks",
        "port": 6380,
        "db": 3,
        "use_ssl": True,
        "username": "${ASSISTANT_LOCK_STORE_USER}",
        "password": "${ASSISTANT_LOCK_STORE_PASSWORD}",
    }
    assert content["event_broker"] == {
        "type": "pika",
        "url": "mq",
        "port": 5672,
        "username": "${ASSISTANT_EVENT_BROKER_USER}",
        "password": "${ASSISTANT_EVENT_BROKER_PASSWORD}",
        "queues": ["turns"],
    }
    assert "s3cret" not in json.dumps(content)
    assert environment["ASSISTANT_TRACKER_STORE"] == "postgresql://ann:s3cret%24@db:5433/rasa?sslmode=require"
    assert environment["ASSISTANT_LOCK_STORE_PASSWORD"] == "s3cret$"
    assert environment["ASSISTANT_EVENT_BROKER_PASSWORD"] == "s3cret$"
    assert "s3cret" not in repr(
        endpoints(Dialogue.model_validate({"lock_store": "redis://:s3cret@x"}), {}, FILE)
    )


def test_events_to_a_file_or_a_database() -> None:
    assert made(event_broker="file:///var/log/my%20events")[0]["event_broker"] == {
        "type": "file",
        "path": "/var/log/my events",
    }
    content, environment = made(event_broker="postgresql://h/events")
    assert content["event_broker"] == {"type": "SQL", "url": "${ASSISTANT_EVENT_BROKER}"}
    assert environment == {"ASSISTANT_EVENT_BROKER": "postgresql://h/events"}


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("tracker_store", "mysql://u:s3cret@h/d"),
        ("tracker_store", "h/d"),
        ("lock_store", "http://u:s3cret@h"),
        ("lock_store", "redis://u:s3cret@h/name"),
        ("lock_store", "redis://u:s3cret@h:port/1"),
        ("event_broker", "kafka://u:s3cret@h"),
        ("event_broker", "amqp://u:s3cret@h:99999999/q"),
    ],
)
def test_what_rasa_cannot_use_is_said_without_the_password(key: str, url: str) -> None:
    with pytest.raises(UserError, match=rf"`dialogue\.{key}` has to be a URL such as") as error:
        made(**{key: url})
    assert "s3cret" not in str(error.value)
