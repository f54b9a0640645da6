"""What is asked on MQTT.

    PREFIX/call/DOMAIN/SERVICE[/PLACE]   {"arguments": {…}, "confirmation"?, "room"?, "person"?, "id"?}
    PREFIX/ask[/PLACE]                   text, or {"text", "room"?, "person"?, "id"?}
    PREFIX/say[/PLACE]                   text, or {"text", "room"?, "id"?}

PLACE says where a call comes from: the session `mqtt:PLACE`, so that the broker's own access rules can tell who may
call from which place, and the policy what may be done from there.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.mqtt.messages import Received, can_be_published_to

DEFAULT_PLACE = "default"
LONGEST_TEXT = 2_000  # characters
_PLACE = re.compile(r"[\w .-]{1,64}")


class Refused(Exception):
    """It is no request. `str()` says why; `id` is its own, where it had one."""

    def __init__(self, message: str, id: object = None) -> None:
        super().__init__(message)
        self.id = id


@dataclass(frozen=True, slots=True)
class Request:
    """`service` is that of a call. `id` comes back with the answer."""

    kind: Literal["call", "ask", "say"]
    place: str
    service: str = ""
    arguments: object = field(default_factory=dict)
    text: str = ""
    confirmation: str = field(default="", repr=False)
    room: str = ""
    person: str = ""
    id: object = None

    @property
    def session(self) -> str:
        return f"mqtt:{self.place}"


def filters(prefix: str) -> list[str]:
    """What to subscribe to."""
    asked = [f"{prefix}/{kind}{place}" for kind in ("ask", "say") for place in ("", "/+")]
    return [f"{prefix}/call/+/+", f"{prefix}/call/+/+/+", *asked]


def place_in(prefix: str, topic: str) -> str:
    """The place that a topic names; that of everybody where it names none or a strange one."""
    levels = topic.removeprefix(f"{prefix}/").split("/")
    at = 3 if levels[0] == "call" else 1
    return levels[at] if len(levels) > at and _PLACE.fullmatch(levels[at]) else DEFAULT_PLACE


def request_of(prefix: str, received: Received) -> Request:
    """Raises `Refused`."""
    levels = received.topic.removeprefix(f"{prefix}/").split("/")
    place = place_in(prefix, received.topic)
    body = _body(received.text, text_allowed=levels[0] != "call")
    id = body.get("id")
    if id is not None and not isinstance(id, str | int):
        raise Refused("`id` has to be a text or a number.")
    room, person, confirmation, text = (
        _text(body, name, id) for name in ("room", "person", "confirmation", "text")
    )
    common: dict[str, Any] = {"place": place, "room": room, "person": person, "id": id}
    if levels[0] == "call":
        arguments = body.get("arguments", {})
        return Request(
            "call",
            service=f"{levels[1]}.{levels[2]}",
            arguments=arguments,
            confirmation=confirmation,
            **common,
        )
    text = " ".join(text.split())
    if not 0 < len(text) <= LONGEST_TEXT:
        raise Refused(f"A text of 1 to {LONGEST_TEXT} characters is needed.", id)
    return Request("ask" if levels[0] == "ask" else "say", text=text, **common)


def reply_topic(prefix: str, received: Received, taken: Collection[str]) -> str:
    """Where the answer goes: where MQTT 5 says, unless that is a topic which makes something happen: one of our own,
    or one of the devices in `taken`."""
    wanted = received.response_topic
    own = wanted == prefix or wanted.startswith(f"{prefix}/")
    is_reply = wanted.startswith(f"{prefix}/reply/")
    if wanted and can_be_published_to(wanted) and (is_reply or not own) and wanted not in taken:
        return wanted
    place = place_in(prefix, received.topic)
    return f"{prefix}/reply" if place == DEFAULT_PLACE else f"{prefix}/reply/{place}"


def _body(payload: str, *, text_allowed: bool) -> dict[str, Any]:
    if not payload.strip():
        return {}
    if text_allowed and not payload.lstrip().startswith("{"):
        return {"text": payload}
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refused("The payload has to be a JSON object.")
    return body


def _text(body: dict[str, Any], name: str, id: object) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise Refused(f"`{name}` has to be a text.", id)
    return value
