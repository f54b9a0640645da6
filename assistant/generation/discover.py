"""Looks on this machine for a model server that somebody started: Ollama and its like, at their usual ports.

Only loopback is asked, only for `GET /v1/models`, and only a program of this user or of the system is taken for one:
another user of the machine could listen there, and would be told everything that is asked.
"""

import asyncio
import contextlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from assistant.generation.endpoint import Endpoint
from assistant.generation.served import is_model_server

PORTS: tuple[tuple[str, int], ...] = (
    ("Ollama", 11434),
    ("llama.cpp", 8080),
    ("LM Studio", 1234),
    ("vLLM", 8000),
)
"""In the order of choice. Each as its documentation has it."""

TIMEOUT_S = 2.0
_FIRST_USER = 1000  # users below are the system's: a server may be installed as one
_LISTEN = "0A"  # TCP_LISTEN in include/net/tcp_states.h of Linux


@dataclass(frozen=True, slots=True)
class Found:
    """`program` is the one whose port it is; another may stand there as well."""

    program: str
    endpoint: Endpoint

    def __str__(self) -> str:
        return f"{self.endpoint.model} at {self.endpoint.url} ({self.program})"


async def look(ports: Sequence[tuple[str, int]] = PORTS, timeout_s: float = TIMEOUT_S) -> list[Found]:
    """The model servers that answer now. All ports at once, within `timeout_s`; never raises for what answers there."""
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    async with (
        aiohttp.ClientSession(timeout=timeout, trust_env=False) as http,
        asyncio.TaskGroup() as group,
    ):
        tasks = [group.create_task(_at(http, program, port, timeout_s)) for program, port in ports]
    return [found for task in tasks if (found := task.result()) is not None]


async def _at(http: aiohttp.ClientSession, program: str, port: int, timeout_s: float) -> Found | None:
    if not await asyncio.to_thread(is_trusted, port):
        return None
    url = f"http://127.0.0.1:{port}/v1"
    model = await is_model_server(http, url, timeout_s)
    return Found(program, Endpoint(url, model)) if model else None


def is_trusted(port: int) -> bool:
    """Whether all who listen at `port` are this user or the system's. Where the kernel does not tell (no Linux): yes.
    Blocking."""
    try:
        tables = [Path("/proc/net/tcp").read_text("ascii")]
    except OSError:
        return True
    with contextlib.suppress(OSError):  # no IPv6 here
        tables.append(Path("/proc/net/tcp6").read_text("ascii"))
    return all(
        user == os.getuid() or user < _FIRST_USER
        for table in tables
        for user in listeners(table.splitlines(), port)
    )


def listeners(table: Iterable[str], port: int) -> set[int]:
    """The users who listen at `port`, from the lines of /proc/net/tcp: its columns are `sl local_address rem_address st
    tx:rx tr:tm retrnsmt uid …` (Linux, Documentation/networking/proc_net_tcp.rst)."""
    found = set()
    for line in table:
        columns = line.split()
        if len(columns) > 7 and columns[3] == _LISTEN and columns[1].endswith(f":{port:04X}"):
            found.add(int(columns[7]))
    return found
