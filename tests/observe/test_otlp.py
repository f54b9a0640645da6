"""What is exported is OTLP: read by OpenTelemetry's own definitions, and received over HTTP."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from assistant.bus import Bus
from assistant.config.model import Observe
from assistant.errors import UserError
from assistant.events import TurnEnded
from assistant.observe.keeper import Keeper
from assistant.observe.otlp import request
from assistant.observe.otlp_http import Exporter, endpoint
from tests.observe.some import trace


def parsed(document: dict[str, Any]) -> list[Span]:
    """Raises ParseError for a field that OTLP does not have."""
    message = ParseDict(document, ExportTraceServiceRequest())
    return list(message.resource_spans[0].scope_spans[0].spans)


def test_a_turn_is_a_root_span_with_its_parts_as_children() -> None:
    root, *children = parsed(request([trace(7)]))
    assert root.name == "turn"
    assert not root.parent_span_id
    assert (root.start_time_unix_nano, root.end_time_unix_nano) == (6_000_000_000, 8_500_000_000)
    assert root.status.code == Status.STATUS_CODE_OK
    names = ["silence", "recognition", "dialogue", "voice", "device", "speaking", "execute_tool clock.time"]
    assert [child.name for child in children if child.name != "understanding"] == names
    assert {child.parent_span_id for child in children} == {root.span_id}
    assert len({span.span_id for span in (root, *children)}) == len(children) + 1
    assert all(span.kind == Span.SPAN_KIND_INTERNAL for span in (root, *children))
    dialogue = next(child for child in children if child.name == "dialogue")
    assert dialogue.end_time_unix_nano - dialogue.start_time_unix_nano == 50_000_000
    values = {each.key: each.value for each in root.attributes}
    assert values["gen_ai.conversation.id"].string_value == "here"
    assert values["assistant.turn"].int_value == 7
    assert values["assistant.overhead_s"].double_value == pytest.approx(0.03)


def test_what_failed_is_an_error() -> None:
    refused = [{"at_s": 0.35, "service": "home.set", "ok": False, "took_s": 0.02}]
    root, *children = parsed(request([trace(1, outcome="failed", services=refused)]))
    assert root.status.code == Status.STATUS_CODE_ERROR
    assert children[-1].status.code == Status.STATUS_CODE_ERROR


class Receiver:
    """A collector on loopback that answers with `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.got: asyncio.Queue[list[Span]] = asyncio.Queue(16)
        self.url = ""

    async def __aenter__(self) -> "Receiver":
        app = web.Application()
        app.router.add_post("/v1/traces", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, call: web.Request) -> web.Response:
        assert call.content_type == "application/json"
        if self.status == 200:
            self.got.put_nowait(parsed(json.loads(await call.text())))
        return web.json_response({}, status=self.status)


async def test_a_collector_gets_each_turn_as_it_ends() -> None:
    async with Receiver() as receiver:
        bus = Bus()
        async with Keeper(Observe(traces=False, otlp_url=receiver.url), bus), asyncio.timeout(10):
            for turn in (1, 2):
                bus.publish(
                    TurnEnded(at_s=2.0, session="here", turn=turn, outcome="answered", stages_s={"done": 1.0})
                )
                spans = await receiver.got.get()
                turns = [each.value.int_value for each in spans[0].attributes if each.key == "assistant.turn"]
                assert turns == [turn]


async def test_a_collector_that_refuses_or_is_not_there_is_said_so() -> None:
    async with Receiver() as receiver:
        receiver.status = 503
        with pytest.raises(UserError, match="answered with status 503"):
            await asyncio.to_thread(Exporter(receiver.url).send, [trace(1)])
    with pytest.raises(UserError, match="cannot be reached"):
        await asyncio.to_thread(Exporter(receiver.url).send, [trace(1)])


@pytest.mark.parametrize("url", ["", "collector", "ftp://a", "http://", "http://a:b/", "http://a:99999"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(UserError, match="no address of a collector"):
        endpoint(url)


def test_where_traces_go() -> None:
    assert endpoint("http://127.0.0.1:4318") == "http://127.0.0.1:4318/v1/traces"
    assert endpoint("https://a/otlp/v1/traces") == "https://a/otlp/v1/traces"
