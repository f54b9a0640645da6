"""JSON of a provider on the network that the owner has named: bounded in time and size, and each way to fail told
apart."""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from assistant.services.service import ServiceError

_LARGEST = 1 << 20  # bytes of an answer
_REDIRECTS = 3


async def fetch_json(
    url: str, params: Mapping[str, str], *, timeout_s: float, who: str, setting: str
) -> dict[str, Any]:
    """The JSON object at `url`. `who` is the provider in a sentence ("the weather service"), `setting` where its
    address is set. Raises `ServiceError`: unreachable, timeout, refused, bad_answer."""
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
            session.get(url, params=dict(params), max_redirects=_REDIRECTS) as response,
        ):
            body = await _read(response)
            status = response.status
    except TimeoutError as error:
        raise ServiceError("timeout", f"{_upper(who)} takes too long to answer.") from error
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
        raise ServiceError(
            "bad_url", f"The address of {who} is not right; please check {setting}."
        ) from error
    except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError) as error:
        raise ServiceError("bad_answer", f"{_upper(who)} broke off its answer.") from error
    except aiohttp.TooManyRedirects as error:
        raise ServiceError(
            "bad_url", f"{_upper(who)} sends me in circles; please check {setting}."
        ) from error
    except aiohttp.ClientError as error:
        raise ServiceError("unreachable", f"I can't reach {who} right now.") from error
    if status >= 400:
        raise _refused(status, who, setting)
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise bad_answer(who) from error
    if not isinstance(answer, dict):
        raise bad_answer(who)
    return answer


def bad_answer(who: str) -> ServiceError:
    """For an answer that is not of the shape that it should have."""
    return ServiceError("bad_answer", f"{_upper(who)} gave an answer that I don't understand.")


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > _LARGEST:
            raise aiohttp.ClientPayloadError
    return bytes(body)


def _refused(status: int, who: str, setting: str) -> ServiceError:
    if status == 429:
        return ServiceError("refused", f"{_upper(who)} has been asked too often; please try again later.")
    if status >= 500:
        return ServiceError("refused", f"{_upper(who)} has a problem right now.")
    return ServiceError("refused", f"{_upper(who)} refuses to answer; please check {setting}.")


def _upper(who: str) -> str:
    return who[:1].upper() + who[1:]
