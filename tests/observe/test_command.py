"""`assistant traces` as a person types it."""

import json
import time
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from assistant.observe.record import TurnTrace
from assistant.observe.store import TraceStore
from tests.e2e.conftest import Person
from tests.observe.some import STAGES_S, trace


def keep(person: Person, *traces: TurnTrace) -> None:
    folder = person.folder / "state" / "traces"
    TraceStore(folder, max_bytes=10_000_000, max_days=10, wall=time.time).append(traces)


@pytest.fixture
def person(tmp_path: Path) -> Person:
    """Who has had ten turns, the first of which was the slowest."""
    someone = Person(tmp_path)
    slow = STAGES_S | {"first_sound": 1.4}
    keep(someone, trace(1, stages_s=slow), *(trace(n, at=time.time() - 60 * (11 - n)) for n in range(2, 11)))
    return someone


def test_percentiles_of_many_turns(person: Person) -> None:
    result = person.run("traces")
    assert result.status == 0, result.err
    assert "10 turns: 10 answered" in result.out
    (row,) = [line.split() for line in result.out.splitlines() if line.startswith("  first sound")]
    assert row == ["first", "sound", "10", "450.0", "545.0", "972.5", "1314.5"]
    (own,) = [line.split() for line in result.out.splitlines() if line.startswith("  overhead")]
    assert own[1:3] == ["10", "30.0"]
    assert all(len(line) <= 80 for line in result.out.splitlines())


def test_which_turns_are_meant(person: Person) -> None:
    def turns(*options: str) -> list[int]:
        result = person.run("traces", "--json", *options)
        assert result.status == 0, result.err
        found = result.json if isinstance(result.json, list) else result.json["turns"]
        return [each["turn"] for each in found]

    assert turns("--last", "3") == [8, 9, 10]
    assert turns("--since", "150s") == [9, 10]
    assert turns("--slowest", "1") == [1]
    assert turns("--turn", f"{5:032x}") == [5]
    assert turns("--session", "here") == list(range(1, 11))


def test_one_turn_is_drawn(person: Person) -> None:
    result = person.run("traces", "--turn", f"{1:032x}")
    assert "ask_time 0.90" in result.out
    assert [line.split()[0] for line in result.out.splitlines() if "█" in line][:2] == [
        "silence",
        "recognition",
    ]
    person.extra["PYTHONIOENCODING"] = "ascii"
    assert "###" in person.run("traces", "--waterfall", "2").out


def test_written_to_files(person: Person) -> None:
    lines, spans = person.folder / "turns.jsonl", person.folder / "spans.json"
    assert person.run("traces", "--export", lines).status == 0
    assert [TurnTrace.from_line(line).turn for line in lines.read_text().splitlines()] == list(range(1, 11))
    assert person.run("traces", "--otlp", spans).status == 0
    message = ParseDict(json.loads(spans.read_text()), ExportTraceServiceRequest())
    assert len({span.trace_id for span in message.resource_spans[0].scope_spans[0].spans}) == 10
    person.run("traces", "--export", person.folder / "no" / "such").assert_clear("cannot be written")
    person.run("traces", "--otlp", "http://127.0.0.1:9").assert_clear("cannot be reached")


def test_who_follows_sees_a_turn_as_it_ends(person: Person) -> None:
    with person.start("traces", "--follow", "--json") as running:
        deadline = time.monotonic() + 30
        while "Waiting" not in running.errors.read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        keep(person, trace(11))
        line = running.until(lambda line: line.startswith("{"), "turn")
        assert TurnTrace.from_line(line).turn == 11
        running.process.terminate()
        assert running.process.wait(20) == 0


def test_what_does_not_fit(person: Person, tmp_path: Path) -> None:
    nothing = person.run("traces", "--session", "nowhere")
    assert (nothing.status, nothing.out) == (3, "")
    assert "No turn is kept that fits" in nothing.err
    assert person.run("traces", "--json", "--session", "nowhere").json["turns"] == []
    person.run("traces", "--since", "yesterday").assert_clear("is no time")
    person.run("traces", "--follow", "--last", "3").assert_clear("--follow")
