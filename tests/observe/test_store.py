"""Traces on disk, and what goes wrong there."""

import json
import threading
from pathlib import Path

import pytest

from assistant.observe.background import MOST_WAITING, Background
from assistant.observe.store import Tail, TraceStore, read_traces, trace_files
from tests.observe.some import trace

DAY_S = 86_400.0


def store(folder: Path, *, max_bytes: int = 1_000_000, day: int = 20_000) -> TraceStore:
    return TraceStore(folder, max_bytes=max_bytes, max_days=2, wall=lambda: day * DAY_S + 60)


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    kept = [trace(1), trace(2, words={"transcript": "“ä”"})]
    store(tmp_path / "new").append(kept)
    assert list(read_traces(tmp_path / "new")) == kept
    (file,) = trace_files(tmp_path / "new")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_line_that_broke_off_is_skipped_and_the_next_is_whole(tmp_path: Path) -> None:
    store(tmp_path).append([trace(1)])
    (file,) = trace_files(tmp_path)
    with open(file, "a", encoding="utf-8") as half:
        half.write(trace(2).line()[:50])
    store(tmp_path).append([trace(3)])
    assert [each.turn for each in read_traces(tmp_path)] == [1, 3]


@pytest.mark.parametrize(
    "line",
    [b"", b"\xff\xfe", b"[]", b"{}", b'{"id": 1}', b"null", json.dumps({"id": "0" * 32}).encode()]
    + [
        json.dumps(trace(1).as_dict() | wrong).encode()
        for wrong in ({"at": "now"}, {"stages_s": {"done": "x"}})
    ],
)
def test_what_is_no_trace_is_skipped(tmp_path: Path, line: bytes) -> None:
    store(tmp_path).append([trace(1)])
    (file,) = trace_files(tmp_path)
    file.write_bytes(line + b"\n" + file.read_bytes())
    assert [each.turn for each in read_traces(tmp_path)] == [1]


def test_size_is_bounded_and_the_oldest_go_first(tmp_path: Path) -> None:
    size = len(trace(1).line())
    small = store(tmp_path, max_bytes=16 * size)
    for number in range(1, 101):
        small.append([trace(number)])
    assert sum(file.stat().st_size for file in trace_files(tmp_path)) <= 16 * size
    kept = [each.turn for each in read_traces(tmp_path)]
    assert kept == list(range(kept[0], 101))
    assert len(kept) >= 10


def test_age_is_bounded(tmp_path: Path) -> None:
    for day in (20_000, 20_001, 20_002, 20_003):
        store(tmp_path, day=day).append([trace(day)])
    assert [each.turn for each in read_traces(tmp_path)] == [20_001, 20_002, 20_003]


def test_who_follows_sees_each_whole_line_once(tmp_path: Path) -> None:
    store(tmp_path).append([trace(1)])
    tail = Tail(tmp_path)
    assert tail.new() == []
    line = trace(2).line() + "\n"
    (file,) = trace_files(tmp_path)
    with open(file, "a", encoding="utf-8") as other:
        other.write(line[:40])
        other.flush()
        assert tail.new() == []
        other.write(line[40:])
    assert tail.new() == [trace(2)]
    store(tmp_path, day=20_001).append([trace(3)])
    assert tail.new() == [trace(3)]
    assert tail.new() == []


@pytest.mark.parametrize("where", ["a file", "/dev/full"])
async def test_a_disk_that_takes_nothing_is_logged_once(
    tmp_path: Path, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "traces"
    if where == "a file":
        folder.write_text("in the way")
    else:
        folder.mkdir()
        store(folder).append([trace(1)])
        (file,) = trace_files(folder)
        file.unlink()
        file.symlink_to(where)
    work = Background("traces cannot be kept", store(folder).append)
    work.start()
    for number in (1, 2):
        work.put(trace(number))
    await work.close()
    assert work.dropped == 2
    assert [record.message.split(":")[0] for record in caplog.records] == ["traces cannot be kept"]


async def test_what_waits_is_bounded_and_closing_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.observe.background.CLOSE_TIMEOUT_S", 0.1)
    going, done = threading.Event(), threading.Event()

    def hang(traces: object) -> None:
        going.set()
        done.wait(20)

    work = Background("hangs", hang)
    work.start()
    work.put(trace(0))
    assert going.wait(10)
    for number in range(MOST_WAITING + 3):
        work.put(trace(number))
    assert work.dropped == 3
    await work.close()
    done.set()
