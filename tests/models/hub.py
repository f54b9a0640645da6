"""A model hub on loopback: real HTTP with ranges, and every way to fail that a real one has."""

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Hub:
    """`files` are by `repo/path`. What is set below them makes the hub misbehave."""

    files: dict[str, bytes] = field(default_factory=dict)
    cut_after: list[int] = field(
        default_factory=list
    )  # one for each answer: break the line after so many bytes
    lie: dict[str, bytes] = field(default_factory=dict)  # what is sent instead of the file
    status: list[int] = field(default_factory=list)  # one for each answer, instead of a file
    ranges: bool = True
    stall: str = "none"  # the file that is begun but never finished
    stall_after: int = 1_000
    stalled: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[tuple[str, str]] = field(
        default_factory=list
    )  # path and Range header of each file request

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/", self._home)
        app.router.add_get("/api/models/{owner}/{repo}/tree/main{folder:.*}", self._tree)
        app.router.add_get("/{owner}/{repo}/resolve/main/{path:.+}", self._resolve)
        app.router.add_get("/storage/{path:.+}", self._storage)
        return app

    def server(self) -> TestServer:
        return TestServer(self.app())

    async def _home(self, request: web.Request) -> web.Response:
        return web.Response(text="hub")

    async def _tree(self, request: web.Request) -> web.Response:
        repo = f"{request.match_info['owner']}/{request.match_info['repo']}"
        prefix = f"{repo}{request.match_info['folder']}/"
        inside = {path: data for path, data in self.files.items() if path.startswith(prefix)}
        if not inside:
            return web.json_response({"error": "Repository not found"}, status=401)
        return web.json_response([self._entry(path[len(repo) + 1 :], data) for path, data in inside.items()])

    def _entry(self, path: str, data: bytes) -> dict[str, Any]:
        git = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        entry: dict[str, Any] = {"type": "file", "path": path, "size": len(data), "oid": git}
        if path.endswith((".bin", ".onnx")):
            entry["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
        return entry

    async def _resolve(self, request: web.Request) -> web.Response:
        """Big files are redirected to another place, as the real hub does."""
        path = f"{request.match_info['owner']}/{request.match_info['repo']}/{request.match_info['path']}"
        raise web.HTTPFound(f"/storage/{path}")

    async def _storage(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        asked = request.headers.get("Range", "")
        self.requests.append((path.rsplit("/", 1)[-1], asked))
        if self.status:
            return web.Response(status=self.status.pop(0))
        data = self.lie.get(path, self.files[path])
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.ranges else 0
        if start > len(data):
            return web.Response(status=416)
        response = web.StreamResponse(status=206 if start else 200)
        if start:
            response.headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        response.content_length = len(data) - start
        await response.prepare(request)
        cut = self.cut_after.pop(0) if self.cut_after else None
        if path.endswith(f"/{self.stall}"):
            cut = self.stall_after
        await response.write(data[start:] if cut is None else data[start : start + cut])
        if path.endswith(f"/{self.stall}"):
            self.stalled.set()
            await self.release.wait()
        if cut is not None:
            assert request.transport is not None
            request.transport.abort()
        return response
