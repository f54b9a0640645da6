"""The assistant's service registry, over loopback HTTP.

ASSISTANT_API (such as http://127.0.0.1:4711) and ASSISTANT_TOKEN come from whoever starts the action server.
"""

import os
from typing import Any

import aiohttp
from rasa_sdk import Tracker

SERVICE_TIMEOUT_S = 8.0
# A generated answer is watched for progress by the assistant itself, which knows when the model has stalled.
GENERATE_TIMEOUT_S = 120.0


class ServiceError(Exception):
    """A service refused or failed. `str()` is a sentence that can be spoken; `code` says what kind it is."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


PREVIEW = ServiceError("preview", "That can only be done once it is sure that it was asked for.")
UNREACHABLE = ServiceError("unreachable", "I can't reach that part of me right now.")


async def call_service(
    tracker: Tracker, service: str, arguments: dict[str, Any], *, confirmed: bool = False
) -> dict[str, Any]:
    """The result of `service` ("timers.start"). Raises `ServiceError`.

    `confirmed` tells the registry that the person said yes to exactly this.
    """
    domain, name = service.split(".")
    body = {"arguments": arguments, "session": tracker.sender_id, "turn": turn_of(tracker)}
    if confirmed:
        body["confirmed"] = True
    if is_preview(tracker):
        body["preview"] = True
    answer = await _post(f"/api/services/{domain}/{name}", body, SERVICE_TIMEOUT_S)
    if answer.get("ok"):
        return answer.get("result") or {}
    error = answer.get("error") or {}
    raise ServiceError(error.get("code", "failed"), error.get("message") or "That didn't work.")


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
    base = os.environ.get("ASSISTANT_API", "").rstrip("/")
    if not base:
        raise ServiceError("unreachable", "I'm not connected to anything that I could control.")
    headers = {"Authorization": f"Bearer {os.environ.get('ASSISTANT_TOKEN', '')}"}
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
            session.post(base + path, json=body) as response,
        ):
            answer = await response.json(content_type=None)
    except (TimeoutError, aiohttp.ClientError, ValueError) as error:
        raise UNREACHABLE from error
    if not isinstance(answer, dict) or (response.status >= 400 and "error" not in answer):
        raise UNREACHABLE
    return answer
