"""Traces as OpenTelemetry spans: OTLP's JSON encoding of `ExportTraceServiceRequest`.

The shape is that of the OTLP specification 1.x (opentelemetry-proto, trace/v1/trace.proto; JSON protobuf
encoding: identifiers in hexadecimal, 64-bit integers as strings, enumerations as numbers). Names of attributes
follow the semantic conventions where those have one (`gen_ai.*`, `error.type`, `service.*`); the others are
below `assistant.`. No SDK is needed for a document of this size, and none is loaded.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import assistant
from assistant.observe.record import TurnTrace

KIND_INTERNAL = 1
STATUS_OK = 1
STATUS_ERROR = 2


def request(traces: Sequence[TurnTrace]) -> dict[str, Any]:
    """One export request: a turn is a root span, its parts and the services that were called are children."""
    return {
        "resourceSpans": [
            {
                "resource": {
                    "attributes": _attributes(
                        {"service.name": "assistant", "service.version": assistant.__version__}
                    )
                },
                "scopeSpans": [
                    {
                        "scope": {"name": "assistant.observe", "version": assistant.__version__},
                        "spans": [span for trace in traces for span in spans(trace)],
                    }
                ],
            }
        ]
    }


def spans(trace: TurnTrace) -> list[dict[str, Any]]:
    """The turn first, from its beginning to its last stage."""
    root_id = _span_id(trace, "turn")
    end_s = max([0.0, *trace.stages_s.values()])
    failed = trace.outcome == "failed"
    root = _span(trace, "turn", trace.began_s, end_s, _of_turn(trace)) | {
        "spanId": root_id,
        "events": [_event(trace, stage, at_s) for stage, at_s in trace.stages_s.items()],
        "status": {"code": STATUS_ERROR if failed else STATUS_OK},
    }
    children = [_span(trace, part.name, part.begin_s, part.end_s, {}) for part in trace.parts]
    for number, call in enumerate(trace.services):
        children.append(_service(trace, call, number))
    return [root, *(child | {"parentSpanId": root_id} for child in children)]


def _of_turn(trace: TurnTrace) -> dict[str, Any]:
    recognition = {f"assistant.recognition.{name}": value for name, value in trace.recognition.items()}
    return {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "assistant",
        "gen_ai.conversation.id": trace.session,
        "error.type": "failed" if trace.outcome == "failed" else None,
        "assistant.turn": trace.turn,
        "assistant.outcome": trace.outcome,
        "assistant.interrupted": trace.interrupted,
        "assistant.revisions": trace.revisions,
        "assistant.recognition.engine": trace.engine or None,
        **recognition,
        "assistant.intent.name": trace.intent or None,
        "assistant.intent.confidence": trace.confidence if trace.intent else None,
        "assistant.overhead_s": trace.overhead_s,
        **{f"assistant.lost.{name}": count for name, count in trace.counts.items()},
        **{f"assistant.loop_lag.{name}_s": value for name, value in trace.lag_s.items()},
        "assistant.transcript": trace.words.get("transcript"),
    }


def _service(trace: TurnTrace, call: Mapping[str, Any], number: int) -> dict[str, Any]:
    name, end_s = str(call.get("service", "")), float(call.get("at_s", 0.0))
    ok = bool(call.get("ok"))
    attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": name,
        "error.type": None if ok else "refused",
    }
    begin_s = end_s - float(call.get("took_s", 0.0))
    span = _span(trace, f"execute_tool {name}", begin_s, end_s, attributes, f"service {number}")
    return span | {"status": {"code": STATUS_OK if ok else STATUS_ERROR}}


def _span(
    trace: TurnTrace, name: str, begin_s: float, end_s: float, attributes: Mapping[str, Any], key: str = ""
) -> dict[str, Any]:
    return {
        "traceId": trace.id,
        "spanId": _span_id(trace, key or name),
        "name": name,
        "kind": KIND_INTERNAL,
        "startTimeUnixNano": _nanoseconds(trace.at + begin_s),
        "endTimeUnixNano": _nanoseconds(trace.at + max(begin_s, end_s)),
        "attributes": _attributes(attributes),
    }


def _event(trace: TurnTrace, name: str, at_s: float) -> dict[str, Any]:
    return {"name": name, "timeUnixNano": _nanoseconds(trace.at + at_s)}


def _span_id(trace: TurnTrace, key: str) -> str:
    """The same whenever a trace is exported, so that a collector sees it once."""
    return hashlib.sha256(f"{trace.id} {key}".encode()).hexdigest()[:16]


def _nanoseconds(at_s: float) -> str:
    return str(max(round(at_s * 1e6), 0) * 1000)  # a double holds microseconds of the epoch, not less


def _attributes(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Without those that are None."""
    return [{"key": key, "value": _value(value)} for key, value in values.items() if value is not None]


def _value(value: object) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case _:
            return {"stringValue": str(value)}
