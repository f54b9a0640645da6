"""What the custom actions expect of the assistant, as a real HTTP server that remembers what it was asked."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from assistant.dialogue.supervisor import ServiceAccess

TOKEN = "token-of-the-test"
KNOWLEDGE = ("weather", "calculate", "convert", "day")
READING = frozenset(
    [
        "knowledge.weather",
        "knowledge.day",
        "knowledge.calculate",
        "knowledge.convert",
        "clock.time",
        "clock.date",
        "timers.list",
        "timers.remaining",
        "lists.read",
        "lists.all",
        "home.find",
        "home.query",
    ]
)
"""All that a preview may call."""


@dataclass(frozen=True)
class Call:
    service: str
    arguments: dict[str, Any]
    session: str
    turn: int | None
    confirmed: bool


@dataclass
class AssistantApi:
    """Answers by the contract. `refuse` maps a service to the (code, message) it fails with; `hold` keeps every
    service waiting until it is set."""

    calls: list[Call] = field(default_factory=list)
    refuse: dict[str, tuple[str, str]] = field(default_factory=dict)
    hold: asyncio.Event | None = None
    generated: dict[str, Any] = field(default_factory=dict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _runner: web.AppRunner | None = None

    async def start(self) -> ServiceAccess:
        app = web.Application()
        app.router.add_post("/api/services/{domain}/{name}", self._service)
        app.router.add_post("/api/confirmations/{domain}/{name}", self._question)
        app.router.add_post("/api/generate", self._generate)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return ServiceAccess(f"http://127.0.0.1:{self._runner.addresses[0][1]}", TOKEN)

    async def close(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def forget(self) -> None:
        self.calls.clear()
        self.refuse.clear()
        self.generated.clear()
        self.hold = None
        self.arrived.clear()

    def of(self, session: str) -> list[Call]:
        return [call for call in self.calls if call.session == session]

    async def _service(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"ok": False}, status=401)
        body = await request.json()
        service = f"{request.match_info['domain']}.{request.match_info['name']}"
        arguments = body["arguments"]
        if service == "plans.understand":  # nothing is for later here, and nobody counts the question
            now = {"timed": False, "what": arguments["said"], "services": []}
            return web.json_response({"ok": True, "result": now})
        call = Call(service, arguments, body["session"], body["turn"], "confirmation" in body)
        if body.get("preview") and service not in READING:
            return web.json_response({"ok": False, "error": {"code": "preview", "message": "Not yet."}})
        self.calls.append(call)
        self.arrived.set()
        if self.hold is not None:
            await self.hold.wait()
        if service in self.refuse and not call.confirmed:
            code, message = self.refuse[service]
            error = {"code": code, "message": message, "confirmation": "nonce"}
            return web.json_response({"ok": False, "error": error}, status=409)
        return web.json_response({"ok": True, "result": _result(service, arguments)})

    async def _question(self, request: web.Request) -> web.Response:
        """Whatever the dialogue asks about first needs a yes, unless it is refused."""
        service = f"{request.match_info['domain']}.{request.match_info['name']}"
        arguments = (await request.json())["arguments"]
        question = f"Shall I really do {service} with {arguments}?"
        code, message = self.refuse.get(service, ("needs_confirmation", question))
        error = {"code": code, "message": message, "confirmation": "nonce"}
        return web.json_response({"ok": False, "error": error}, status=409)

    async def _generate(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.calls.append(Call("generate", {"text": body["text"]}, body["session"], body["turn"], False))
        return web.json_response(self.generated)


def _result(service: str, arguments: dict[str, Any]) -> dict[str, Any]:
    items = arguments.get("items", [])
    name = arguments.get("list") or "shopping"
    song = {"player": "cmus", "spoken": "Paper Boats by The Herons"}
    results: dict[str, dict[str, Any]] = {
        "media.play": song,
        "media.pause": {"players": ["cmus"]},
        "media.stop": {"players": ["cmus"]},
        "media.skip": song,
        "media.seek": {"player": "cmus", "position_s": 30.0},
        "media.playing": song,
        "media.shuffle": {"player": "cmus", "on": arguments.get("on")},
        "media.volume": {"player": "cmus", "spoken": "forty percent"},
        "volume.show": {"level": 40, "muted": False, "spoken": "forty percent"},
        "volume.change": {"level": 40, "muted": False, "spoken": "forty percent"},
        "desktop.open": {"kind": "application", "name": str(arguments.get("what", "")).title()},
        "clipboard.read": {"text": "see you at nine", "characters": 15, "cut": False},
        "clipboard.copy": {"characters": len(str(arguments.get("text", "")))},
        "screen.shot": {"path": "/home/ann/Pictures/a.png", "folder": "Pictures"},
        "screen.lock": {"by": "org.gnome.ScreenSaver", "sure": True},
        "dictation.type": {"characters": len(str(arguments.get("text", ""))), "window": "editor"},
        "clock.time": {"spoken": "ten past nine", "iso": "2024-05-05T09:10:00"},
        **{f"knowledge.{what}": {"spoken": f"The answer of {what}."} for what in KNOWLEDGE},
        "clock.date": {"spoken": "Sunday, May fifth", "iso": "2024-05-05"},
        "timers.start": {"name": arguments.get("name"), "spoken_duration": str(arguments.get("duration"))},
        "timers.cancel": {"cancelled": [{"name": "pasta", "spoken": "the pasta timer"}]},
        "timers.list": {"timers": []},
        "timers.remaining": {"timers": [{"spoken_name": "pasta", "spoken_remaining": "four minutes"}]},
        "lists.add": {"list": name, "added": items},
        "lists.remove": {"list": name, "removed": items, "missing": []},
        "lists.read": {"list": name, "items": ["milk", "eggs"]},
        "lists.clear": {"list": name, "count": 2},
        "lists.all": {"lists": ["shopping", "to do"]},
        "home.set": {"changed": [], "spoken_target": "the lamp"},
        "voice.change": {"voice": "flite rms", "speed": 1.0},
        "home.find": {"matching": [{"name": "hall light"}], "spoken": "Only the hall light is on."},
        "home.query": {"devices": [{"name": "hall light", "state": "on"}], "spoken": "The lamp is on."},
    }
    return results[service]
