"""Requests of the owner's, to a real server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from assistant.services.commands.request import pointed_at
from tests.services.commands.conftest import Sit


@dataclass
class Peer:
    """What it was asked: (method, path with query, headers, JSON body)."""

    url: str = ""
    asked: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    there = Peer()

    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        there.asked.append((request.method, request.raw_path, dict(request.headers), body))
        match request.path.split("/")[1]:
            case "slow":
                await asyncio.sleep(30)
            case "broken":
                return web.Response(text="{")
            case "refused":
                return web.Response(status=403, text="no")
            case "elsewhere":
                raise web.HTTPFound(f"{there.url}/json")
            case "big":
                return web.Response(body=b"a" * 5_000_000)
        return web.json_response({"now": {"level": 42, "text": "All is well."}, "days": [{"a/b": 1}]})

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    there.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield there
    await runner.cleanup()


async def test_the_answer_is_what_the_pointer_leads_to(sit: Sit, peer: Peer) -> None:
    desk = await sit(
        {
            "name": "level",
            "http": {"url": f"{peer.url}/json", "answer_at": "/now/level"},
            "answer": "It is at {output}",
        },
        {"name": "text", "http": {"url": f"{peer.url}/json", "answer_at": "/now/text"}},
        {"name": "lost", "http": {"url": f"{peer.url}/json", "answer_at": "/now/colour"}},
        {"name": "broken", "http": {"url": f"{peer.url}/broken", "answer_at": "/now"}},
        {"name": "refused", "http": {"url": f"{peer.url}/refused"}},
        {"name": "elsewhere", "http": {"url": f"{peer.url}/elsewhere"}},
        {"name": "nobody", "http": {"url": "http://127.0.0.1:9/json"}},
        {"name": "slow", "http": {"url": f"{peer.url}/slow"}, "timeout_s": 0.3},
        {"name": "big", "http": {"url": f"{peer.url}/big"}},
    )
    assert await desk.says("level") == "It is at 42."
    assert await desk.says("text") == "All is well."
    assert await desk.says("lost") == "The answer of 127.0.0.1 does not say that."
    assert await desk.says("broken") == "127.0.0.1 answered something that I cannot read."
    assert await desk.says("refused") == "127.0.0.1 refused that, with status 403."
    assert await desk.says("elsewhere") == "127.0.0.1 refused that, with status 302."
    assert await desk.says("nobody") == "I cannot reach 127.0.0.1."
    assert await desk.says("slow") == "127.0.0.1 did not answer in time."
    assert len((await desk.call("big")).result["output"]) == 2**20


async def test_values_stay_within_their_place(sit: Sit, peer: Peer) -> None:
    desk = await sit(
        {
            "name": "set",
            "http": {
                "url": f"{peer.url}/set/{{room}}?by={{by}}",
                "method": "POST",
                "body": {"room": "{room}", "by": "{by}", "said": "{room} by {by}", "n": [1, None, "{by}"]},
            },
            "parameters": [{"name": "room", "pattern": ".*", "dash": True}, {"name": "by", "kind": "number"}],
        }
    )
    assert (await desk.call("set", room="a/../b?c=1&d#e {by}", by="twenty one")).ok
    method, path, _, body = peer.asked[-1]
    assert (method, path) == ("POST", "/set/a%2F..%2Fb%3Fc%3D1%26d%23e%20%7Bby%7D?by=21")
    assert body == {
        "room": "a/../b?c=1&d#e {by}",
        "by": 21,
        "said": "a/../b?c=1&d#e {by} by 21",
        "n": [1, None, 21],
    }


async def test_secrets_come_from_elsewhere_and_are_told_nobody(
    sit: Sit, peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key"
    headers = {"Authorization": "Bearer {env:HOUSE_TOKEN}", "X-Key": f"{{file:{key}}}"}
    desk = await sit({"name": "ask", "http": {"url": f"{peer.url}/json", "headers": headers}})
    assert await desk.says("ask") == "I have no key for that: set HOUSE_TOKEN."
    monkeypatch.setenv("HOUSE_TOKEN", "t0ken")
    assert await desk.says("ask") == f"I have no key for that: write {key}."
    key.write_text("k3y\n")
    assert (await desk.call("ask")).ok
    sent = peer.asked[-1][2]
    assert (sent["Authorization"], sent["X-Key"]) == ("Bearer t0ken", "k3y")
    assert len(peer.asked) == 1


async def test_an_unencrypted_request_stays_near(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await sit({"name": "far", "http": {"url": "http://far.example/x", "lan": True}})

    async def resolved(self: Any, host: str, port: int = 0, family: Any = None) -> list[dict[str, Any]]:
        return [
            {"hostname": host, "host": "93.184.216.34", "port": port, "family": 2, "proto": 0, "flags": 0}
        ]

    monkeypatch.setattr("aiohttp.resolver.ThreadedResolver.resolve", resolved)
    assert await desk.says("far") == "I cannot reach far.example."


@pytest.mark.parametrize(
    ("pointer", "found"), [("", {"a": [1, {"b/c~d": 2}]}), ("/a/0", 1), ("/a/1/b~1c~0d", 2)]
)
def test_pointers(pointer: str, found: Any) -> None:
    assert pointed_at({"a": [1, {"b/c~d": 2}]}, pointer) == found


@pytest.mark.parametrize("pointer", ["/b", "/a/2", "/a/01", "/a/-1", "/a/x", "/a/0/0"])
def test_pointers_to_nothing(pointer: str) -> None:
    with pytest.raises(LookupError):
        pointed_at({"a": [1, {"b/c~d": 2}]}, pointer)
