"""The language models: those that are named, else what runs on this machine, and the one in a file."""

import asyncio

import aiohttp

from assistant.config.generation import Generation
from assistant.doctor.check import Check, fail, ok, warn
from assistant.generation.base import GenerationUnavailable
from assistant.generation.discover import look
from assistant.generation.endpoint import Endpoint, configured
from assistant.generation.local_server import INSTALL, llama_installed
from assistant.generation.served import choice, served_models
from assistant.models.installed import find_language

NAME = "language model"
TIMEOUT_S = 8.0


async def language_models(settings: Generation) -> list[Check]:
    """Asks each server for its models, which costs nothing. A key goes to its own address only."""
    named = configured(settings)
    checks = list(await asyncio.gather(*(_named(endpoint) for endpoint in named)))
    if not named and settings.discover:
        checks += [ok(NAME, f"found: {found}") for found in (await look())[:1]]
    if settings.local.model != "none":
        checks += await asyncio.to_thread(_in_a_file, settings.local.model)
    return checks or [ok(NAME, "there is none; what the dialogue cannot answer is answered honestly")]


async def _named(endpoint: Endpoint) -> Check:
    try:
        key = await asyncio.to_thread(endpoint.key.read)
    except GenerationUnavailable as error:
        return fail(NAME, f"{endpoint.shown}: {error.detail}", "Put the key there, and nothing else.")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    try:
        async with aiohttp.ClientSession(timeout=timeout, trust_env=not endpoint.on_this_machine) as http:
            known = await served_models(http, endpoint.url, headers)
    except GenerationUnavailable as error:
        return _wrong_answer(endpoint, error.detail)
    except (aiohttp.ClientError, OSError, TimeoutError):
        return fail(NAME, f"no server answers at {endpoint.shown}", "Start it, or check generation.url.")
    if endpoint.model and known and endpoint.model not in known:
        listed = ", ".join(known[:5])
        return fail(
            NAME, f"the server has no model {endpoint.model}", f"Set generation.model to one of: {listed}"
        )
    return ok(NAME, f"{endpoint.model or choice(known) or 'a model'} at {endpoint.shown}")


def _wrong_answer(endpoint: Endpoint, detail: str) -> Check:
    if detail in ("HTTP 401", "HTTP 403"):
        mend = "Set ASSISTANT__GENERATION__API_KEY, or the api_key_file of that server."
        return fail(NAME, f"the server at {endpoint.shown} refuses the key", mend)
    if detail.startswith("HTTP "):
        status = detail.removeprefix("HTTP ")
        return warn(NAME, f"the server answers, but not with a list of models (status {status})")
    return fail(NAME, "what answers is no OpenAI-compatible server", "Check generation.url; it ends in /v1.")


def _in_a_file(name: str) -> list[Check]:
    path = find_language(name)
    if path is None:
        return [fail(NAME, f"there is no model {name}", f"assistant models get {name}")] if name else []
    if not llama_installed():
        return [warn(NAME, f"{path} needs llama.cpp, which is not installed", INSTALL)]
    return [ok(NAME, f"{path}, run by llama.cpp when it is asked")]
