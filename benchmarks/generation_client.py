"""What the language model's client costs: the real llama.cpp server, asked by it and, by turns, over a bare socket.

The time until the first text, both ways, and what is between them; processor time for each piece.
"""

import argparse
import asyncio
import json
import statistics
import time
from contextlib import aclosing

from assistant import paths
from assistant.config.generation import LocalModel
from assistant.generation.base import Message, Request
from assistant.generation.endpoint import Limits
from assistant.generation.local_server import LocalServer
from assistant.generation.openai import OpenAIClient

MODEL = paths.source_root() / "tests" / "fixtures" / "answers-fixture.gguf"
QUESTION = "why is the sky blue"
REQUEST = Request([Message("system", "Answer briefly."), Message("user", QUESTION)])


async def through_client(client: OpenAIClient) -> tuple[float, float, int]:
    """Seconds until the first text, processor seconds of this process in all, and the number of pieces."""
    cpu, began, first, count = time.process_time(), time.perf_counter(), 0.0, 0
    async with aclosing(client.answer(REQUEST)) as pieces:
        async for _ in pieces:
            first = first or time.perf_counter() - began
            count += 1
    return first, time.process_time() - cpu, count


async def over_socket(client: OpenAIClient) -> float:
    """Seconds until the first bytes with text are here, over a connection that was open before, as the client's is."""
    host, port = client.endpoint.url.removeprefix("http://").removesuffix("/v1").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=2**20)
    messages = [{"role": each.role, "content": each.text} for each in REQUEST.messages]
    body = json.dumps(
        {"messages": messages, "stream": True, "max_tokens": 200, "model": client.name}
    ).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {client.endpoint.key.read()}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    began = time.perf_counter()
    writer.write(head.encode() + body)
    while b'"content":"' not in await reader.readline():
        pass
    first = time.perf_counter() - began
    while b"[DONE]" not in await reader.readline():
        pass
    writer.close()
    return first


def quantiles(name: str, seconds: list[float]) -> str:
    ms = sorted(1000 * each for each in seconds)
    return f"{name:44} {statistics.median(ms):7.2f} {ms[int(0.95 * (len(ms) - 1))]:7.2f}"


async def measure(rounds: int) -> None:
    server = LocalServer(MODEL, LocalModel(threads=1, temperature=0), Limits(first_token_s=60))
    try:
        client = await server.ready()
        client_s, socket_s, cpu_s, pieces = [], [], [], 0
        for turn in range(rounds + 10):
            first, cpu, count = await through_client(client)
            bare = await over_socket(client)
            if turn >= 10:  # warm
                client_s.append(first)
                socket_s.append(bare)
                cpu_s.append(cpu)
                pieces += count
    finally:
        await server.close()
    print(f"{rounds} answers each way{'ms: median, p95':>44}")
    print(quantiles("first text, through the client", client_s))
    print(quantiles("first text, over a bare socket", socket_s))
    print(quantiles("the client's share", [a - b for a, b in zip(client_s, socket_s, strict=True)]))
    print(f"processor time of the client for each piece: {1e6 * sum(cpu_s) / pieces:.0f} µs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    asyncio.run(measure(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
