"""Turns of a conversation over HTTP, in the form of Home Assistant's conversation API.

    POST /api/conversation/process  {"text", "language"?, "conversation_id"?, "agent_id"?, "room"?, "person"?}

answers `{"response": {"speech", "card", "language", "response_type", "data"}, "conversation_id",
"continue_conversation"}`; see developers.home-assistant.io, “Conversation API”. `room` and `person` are additions of
ours. `agent_id` is accepted, and there is one agent.
"""

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from assistant.api.reading import BadRequest, json_object, problem, text_of
from assistant.services.registry import Registry
from assistant.services.service import Risk

LONGEST_TEXT = 2_000  # characters
LONGEST_ID = 255
_PLAIN_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
_NOT_ENGLISH = "I only understand English."

_NO_TARGET = frozenset({"unknown_device", "unknown_area", "unknown_list", "unsupported"})
_QUESTIONS = frozenset({"ambiguous", "needs_confirmation"})
_MISSES = frozenset({"nlu_fallback", "out_of_scope"})


@dataclass(frozen=True, slots=True)
class CalledService:
    """A service that the turn called."""

    name: str
    ok: bool
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a turn. `replies`: (text, source) of each message; `asks`: the dialogue waits for an answer;
    `failed`: there was no answer to it."""

    replies: tuple[tuple[str, str], ...]
    services: tuple[CalledService, ...] = ()
    intent: str = ""
    asks: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn to be answered. `session`: the conversation, one at a time of each name."""

    session: str
    text: str
    room: str = ""
    person: str = ""


class NobodyAnswers(Exception):
    """There is no conversation to be had now. `str()` says why."""


Converse = Callable[[Spoken], Awaitable[Answered]]
"""Raises `NobodyAnswers`."""


class ConversationRoute:
    """`session_of` gives a request's conversation a name of its own, by who calls and the key of its id."""

    def __init__(self, registry: Registry, session_of: Callable[[web.Request, str], str]) -> None:
        self._registry = registry
        self._session_of = session_of
        self.converse: Converse | None = None
        """Who answers; set it at any time."""

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/conversation/process", self._process)]

    async def _process(self, request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        text = " ".join(text_of(body, "text").split())
        if not 0 < len(text) <= LONGEST_TEXT:
            raise BadRequest(f"`text` has to have 1 to {LONGEST_TEXT} characters.")
        language = _optional(body, "language") or "en"
        conversation = _optional(body, "conversation_id") or secrets.token_hex(13)
        if len(conversation) > LONGEST_ID:
            raise BadRequest(f"`conversation_id` is longer than {LONGEST_ID} characters.")
        _optional(body, "agent_id")
        if not re.match(r"en\b", language.lower().replace("_", "-")):
            answered = Answered(((_NOT_ENGLISH, "error:language"),), intent="nlu_fallback")
        else:
            if self.converse is None:
                return problem(503, "not_here", "Nobody answers questions here.")
            session = self._session_of(request, key_of(conversation))
            room, person = _optional(body, "room"), _optional(body, "person")
            try:
                answered = await self.converse(Spoken(session, text, room, person))
            except NobodyAnswers as error:
                return problem(503, "not_here", str(error))
        return web.json_response(response_of(answered, language, conversation, self._registry))


def response_of(answered: Answered, language: str, conversation: str, registry: Registry) -> dict[str, Any]:
    """The answer in Home Assistant's form."""
    kind, data = _kind(answered, registry)
    speech = " ".join(text for text, _ in answered.replies)
    return {
        "response": {
            "speech": {"plain": {"speech": speech, "extra_data": None}},
            "card": {},
            "language": language,
            "response_type": kind,
            "data": data,
        },
        "conversation_id": conversation,
        "continue_conversation": _asks(answered),
    }


def _kind(answered: Answered, registry: Registry) -> tuple[str, dict[str, Any]]:
    """`response_type` and `data`."""
    reading = {spec.name for spec in registry.specs() if spec.risk is Risk.READ}
    acted = [called for called in answered.services if called.ok and called.name not in reading]
    if (code := _error(answered, acted)) is not None:
        return "error", {"code": code}
    data = {
        "targets": _areas(acted),
        "success": [target for called in acted for target in _targets(called)],
        "failed": [_custom(called.name) for called in answered.services if not called.ok],
    }
    return "action_done" if acted else "query_answer", data


def _error(answered: Answered, acted: list[CalledService]) -> str | None:
    """One of Home Assistant's codes of an error; None where something was answered or done. That something was looked
    up on the way is neither."""
    sources = [source for _, source in answered.replies]
    codes = [source.removeprefix("error:") for source in sources if source.startswith("error:")]
    if answered.failed or not sources:
        return "unknown"
    if acted or (codes and set(codes) <= _QUESTIONS):
        return None
    if answered.intent in _MISSES and "generated" not in sources and not answered.asks:
        return "no_intent_match"
    if not codes:
        return None
    return "no_valid_targets" if set(codes) & _NO_TARGET else "failed_to_handle"


def _asks(answered: Answered) -> bool:
    if answered.failed or not answered.replies:
        return False
    text, source = answered.replies[-1]
    return answered.asks or source.removeprefix("error:") in _QUESTIONS or text.rstrip().endswith("?")


def _targets(called: CalledService) -> list[dict[str, str]]:
    """What a service changed: devices of the home by name, anything else as the service."""
    changed = called.result.get("changed")
    if not (isinstance(changed, list) and all(isinstance(each, dict) and "id" in each for each in changed)):
        return [_custom(called.name)]
    return [{"type": "entity", "name": str(each.get("name", "")), "id": str(each["id"])} for each in changed]


def _areas(acted: list[CalledService]) -> list[dict[str, str]]:
    changed = [called.result.get("changed") for called in acted]
    devices = [each for some in changed if isinstance(some, list) for each in some if isinstance(each, dict)]
    names = dict.fromkeys(str(each["area"]) for each in devices if each.get("area"))
    return [{"type": "area", "name": name, "id": "_".join(name.casefold().split())} for name in names]


def _custom(service: str) -> dict[str, str]:
    return {"type": "custom", "name": service, "id": service}


def _optional(body: dict[str, Any], name: str) -> str:
    """An optional text, which may be null."""
    return "" if body.get(name) is None else text_of(body, name).strip()


def key_of(conversation: str) -> str:
    """A part of a session's name; one of another's form becomes its digest."""
    if _PLAIN_ID.fullmatch(conversation):
        return conversation
    return hashlib.sha256(conversation.encode("utf-8", "replace")).hexdigest()[:26]
