"""`assistant call`: one service, of the assistant that is running or, without one, here; Rasa is not needed."""

import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import click

from assistant import instances
from assistant.cli.arguments import arguments_of, keys_of
from assistant.cli.common import echo, notice, print_json
from assistant.config import Config
from assistant.errors import UserError
from assistant.instances import Instance, NotThere, in_daemon_thread

TIMEOUT_S = 45.0  # longer than any service may take
SESSION = "console"

Answer = dict[str, Any]
Request = Callable[[str, str, Answer | None], Awaitable[Answer]]
"""(method, path, body) → the JSON answer, as the HTTP API gives it."""


async def call(config: Config, name: str, pairs: tuple[str, ...], as_json: bool, yes: bool) -> int:
    """The exit status: 0 when it was done."""
    async with _services(config) as request:
        found = [each for each in await _listed(request) if each["name"] == name]
        if not found:
            raise UserError(
                f"There is no service {name!r}; `assistant call --list` shows them.", exit_status=2
            )
        arguments = arguments_of(pairs, found[0]["schema"])
        path = f"/api/services/{name.replace('.', '/', 1)}"
        body = {"arguments": arguments, "session": SESSION}
        answer = await request("POST", path, body)
        error = answer.get("error") or {}
        if error.get("code") == "needs_confirmation" and (yes or await _yes(error["message"])):
            answer = await request("POST", path, body | {"confirmation": error["confirmation"]})
    if as_json:
        print_json(answer)
    elif answer.get("ok") is True:
        result = answer.get("result") or {}
        echo(str(result["spoken"])) if set(result) == {"spoken"} else print_json(result)
    else:
        notice(f"assistant: {answer['error']['message']}")
    return 0 if answer.get("ok") is True else 1


async def show(config: Config, as_json: bool) -> None:
    """Every service with its risk and arguments."""
    async with _services(config) as request:
        listed = await _listed(request)
    if as_json:
        print_json(listed)
        return
    width = max(len(each["name"]) for each in listed)
    for each in listed:
        echo(f"{each['name']:{width}}  {each['risk']:10}  {each['description']}")
        if keys := keys_of(each["schema"]):
            echo(f"{'':{width}}  {' '.join(f'{key}=…' for key in keys)}")


async def _listed(request: Request) -> list[Answer]:
    listed: list[Answer] = (await request("GET", "/api/services", None))["services"]
    return listed


async def _yes(question: str) -> bool:
    """Whether a person at the terminal says yes. Raises `UserError` where there is none."""
    if not sys.stdin.isatty():
        raise UserError(f"{question} That needs a yes: call it in a terminal, or with --yes.")
    said = await in_daemon_thread(lambda: click.prompt(question, prompt_suffix=" [yes/no] ", err=True))
    if str(said).strip().lower() in ("y", "yes"):
        return True
    raise UserError("Nothing was done.")


@asynccontextmanager
async def _services(config: Config) -> AsyncIterator[Request]:
    instance = await in_daemon_thread(instances.find)
    if instance is not None:
        yield _of_running(instance)
        return
    async with _alone(config) as request:
        yield request


def _of_running(instance: Instance) -> Request:
    async def request(method: str, path: str, body: Answer | None) -> Answer:
        try:
            return await in_daemon_thread(
                lambda: instance.request(method, path, body, timeout_s=TIMEOUT_S, refusals=instances.REFUSALS)
            )
        except NotThere as error:
            # What was asked may have been done: asking another assistant would do it twice.
            raise UserError(f"The assistant that is running did not answer ({error}).") from error

    return request


@asynccontextmanager
async def _alone(config: Config) -> AsyncIterator[Request]:
    """The services here, behind the same HTTP API in this process; timers ring when an assistant runs."""
    from assistant.api.server import ApiServer
    from assistant.plugins import add_plugins
    from assistant.services.build import create_services
    from assistant.services.time import SystemClock
    from assistant.storage.due import Kind

    async def silent(text: str, kind: Kind) -> None:
        """Timers are not started here, so nothing is told."""

    services = await create_services(config, SystemClock(), silent, lambda event: None, notice=notice)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(services.close)
        await add_plugins(services.registry, SystemClock(), notice)
        api = ApiServer(services.registry)
        await api.start()
        stack.push_async_callback(api.close)
        yield _of_running(Instance(0, api.port, api.token, 0.0, ""))
