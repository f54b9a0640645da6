"""The assistant's service registry, over loopback HTTP.

ASSISTANT_API (such as http://127.0.0.1:4711) and ASSISTANT_TOKEN come from whoever starts the action server.
"""

import os
import re
from contextvars import ContextVar
from typing import Any, Protocol

import aiohttp
from rasa_sdk import Tracker

SERVICE_TIMEOUT_S = 8.0
# A generated answer is watched for progress by the assistant itself, which knows when the model has stalled.
GENERATE_TIMEOUT_S = 120.0


class ServiceError(Exception):
    """A service refused or failed. `str()` is a sentence that can be spoken; `code` says what kind it is. With
    `needs_confirmation` it is a question, and `confirmation` what a call has to bring after a yes."""

    def __init__(self, code: str, message: str, confirmation: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.confirmation = confirmation


CALLS: ContextVar[list[dict[str, Any]]] = ContextVar("calls")
"""What this action has called, for the dialogue to remember: {"service", "arguments", "ok", "record"?, "choices"?}."""

_BETWEEN_CHOICES = re.compile(r",\s*|\s+or\s+")

PREVIEW = ServiceError("preview", "That can only be done once it is sure that it was asked for.")
UNREACHABLE = ServiceError("unreachable", "I can't reach that part of me right now.")


class Later(Protocol):
    """Takes the calls that are for later, see `actions.planning`."""

    what: str

    async def takes(self, service: str) -> bool: ...

    async def timed(self) -> bool: ...

    async def call(
        self, service: str, arguments: dict[str, Any], confirmation: str | None
    ) -> dict[str, Any]: ...

    async def question(self, service: str, arguments: dict[str, Any]) -> ServiceError | None: ...


LATER: ContextVar[Later | None] = ContextVar("later", default=None)


async def call_service(
    tracker: Tracker, service: str, arguments: dict[str, Any], *, confirmation: str | None = None
) -> dict[str, Any]:
    """The result of `service` ("timers.start"). Raises `ServiceError`.

    `confirmation`: what came with the question to which the person said yes.
    """
    if (later := LATER.get()) is not None and await later.takes(service):
        return await later.call(service, arguments, confirmation)
    extra = {"confirmation": confirmation} if confirmation else {}
    return await _service("services", tracker, service, arguments, extra)


async def ask_first(tracker: Tracker, service: str, arguments: dict[str, Any]) -> ServiceError | None:
    """The question to which the person has to say yes before this call; None where none is needed. Does nothing.
    Raises `ServiceError` for a call that cannot be made."""
    if (later := LATER.get()) is not None and await later.takes(service):
        return await later.question(service, arguments)
    return await ask_now(tracker, service, arguments)


async def ask_now(tracker: Tracker, service: str, arguments: dict[str, Any]) -> ServiceError | None:
    """`ask_first` of a call that is made now, whatever time was said."""
    try:
        await _service("confirmations", tracker, service, arguments, {})
    except ServiceError as error:
        if error.code != "needs_confirmation":
            raise
        return error
    return None


async def _service(
    kind: str, tracker: Tracker, service: str, arguments: dict[str, Any], extra: dict[str, Any]
) -> dict[str, Any]:
    domain, name = service.split(".")
    body = {"arguments": arguments, "session": tracker.sender_id, "turn": turn_of(tracker), **extra}
    if is_preview(tracker):
        body["preview"] = True
    answer = await _post(f"/api/{kind}/{domain}/{name}", body, SERVICE_TIMEOUT_S)
    if kind == "services":
        _remember(service, arguments, answer)
    if answer.get("ok"):
        return answer.get("result") or {}
    error = answer.get("error") or {}
    message = error.get("message") or "That didn't work."
    raise ServiceError(error.get("code", "failed"), message, error.get("confirmation"))


def _remember(service: str, arguments: dict[str, Any], answer: dict[str, Any]) -> None:
    call: dict[str, Any] = {"service": service, "arguments": arguments, "ok": bool(answer.get("ok"))}
    if answer.get("record"):
        call["record"] = answer["record"]
    error = answer.get("error") or {}
    if error.get("code") == "ambiguous":
        call["choices"] = choices_in(error.get("message") or "")
    CALLS.get([]).append(call)


def choices_in(question: str) -> list[str]:
    """ "Which one do you mean: the floor lamp or the bedside lamp?" offers two."""
    _, colon, offered = question.rstrip("? ").partition(":")
    found = _BETWEEN_CHOICES.split(offered) if colon else []
    return [choice.removeprefix("the ") for each in found if (choice := each.strip())]


async def schema_of(service: str) -> dict[str, Any]:
    """JSON schema of a service's arguments; empty for one that is not there. Raises `ServiceError`."""
    listed = (await _request("GET", "/api/services", None, SERVICE_TIMEOUT_S)).get("services") or []
    schemas: dict[str, dict[str, Any]] = {each["name"]: each["schema"] for each in listed}
    return schemas.get(service, {})


async def generate(tracker: Tracker) -> dict[str, Any]:
    """An answer in free words: {"text", "source", "spoken"}. Raises `ServiceError`."""
    if is_preview(tracker):
        raise PREVIEW
    text = (tracker.latest_message or {}).get("text") or ""
    body = {"session": tracker.sender_id, "turn": turn_of(tracker), "text": text}
    return await _post("/api/generate", body, GENERATE_TIMEOUT_S)


def turn_of(tracker: Tracker) -> Any:
    """The turn's number in its session, as the channel handed it over; None in `rasa shell`."""
    return ((tracker.latest_message or {}).get("metadata") or {}).get("turn")


def is_preview(tracker: Tracker) -> bool:
    """The turn is not sure yet: nothing may be changed, and what is said is not heard if it goes on."""
    return bool(((tracker.latest_message or {}).get("metadata") or {}).get("preview"))


async def _post(path: str, body: dict[str, Any], timeout_s: float) -> dict[str, Any]:
    return await _request("POST", path, body, timeout_s)


async def _request(method: str, path: str, body: dict[str, Any] | None, timeout_s: float) -> dict[str, Any]:
    base = os.environ.get("ASSISTANT_API", "").rstrip("/")
    if not base:
        raise ServiceError("unreachable", "I'm not connected to anything that I could control.")
    headers = {"Authorization": f"Bearer {os.environ.get('ASSISTANT_TOKEN', '')}"}
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
            session.request(method, base + path, json=body) as response,
        ):
            answer = await response.json(content_type=None)
    except (TimeoutError, aiohttp.ClientError, ValueError) as error:
        raise UNREACHABLE from error
    if not isinstance(answer, dict) or (response.status >= 400 and "error" not in answer):
        raise UNREACHABLE
    return answer
