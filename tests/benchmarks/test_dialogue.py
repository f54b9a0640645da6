"""The dialogue's benchmark tells slow from quick, and whether turns get slower."""

import pytest

from benchmarks.dialogue import KINDS, ORDER, report


def turns(first_ms: float, last_ms: float) -> list[dict[str, object]]:
    step = (last_ms - first_ms) / 299
    return [
        {
            "kind": ORDER[number % len(ORDER)],
            "ms": first_ms + step * number,
            "parse_ms": 5.0,
            "cpu_s": 0.01 * number + (0.02 * (number - 199) if number > 199 else 0.0),
        }
        for number in range(300)
    ]


def line(shown: str, begins: str) -> list[str]:
    return next(each for each in shown.splitlines() if each.strip().startswith(begins)).split()


def test_growing_turns_are_seen(capsys: pytest.CaptureFixture[str]) -> None:
    report(turns(10.0, 309.0))
    shown = capsys.readouterr().out
    assert line(shown, "the first 100")[-3:] == ["60", "104", "109"]
    assert line(shown, "the last 100")[-3:] == ["260", "304", "309"]
    assert "CPU a turn: the first 100 10 ms, the last 100 30 ms" in shown
    assert "MISSED" in shown


def test_quick_turns_reach_the_aim(capsys: pytest.CaptureFixture[str]) -> None:
    report(turns(20.0, 20.0))
    shown = capsys.readouterr().out
    assert "median 20 ms, aimed at 40: reached" in shown
    assert sum(int(line(shown, kind)[-4]) for kind in KINDS) == 300  # each turn is in one kind
