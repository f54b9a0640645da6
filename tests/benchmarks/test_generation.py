"""The benchmark of generated answers: its server writes what it says, and its report tells reached from missed."""

import time

import aiohttp
import pytest

from benchmarks.generation.__main__ import Figures, report
from benchmarks.generation.server import ANSWERS, paced_server


async def test_the_server_notes_when_the_first_clause_was_written() -> None:
    with paced_server(0.0) as server:
        async with (
            aiohttp.ClientSession() as client,
            client.post(f"{server.url}/chat/completions", json={}) as response,
        ):
            lines = (await response.text()).splitlines()
    assert lines[-2:] == ["data: [DONE]", ""]
    assert sum("content" in line for line in lines) == len(ANSWERS[0].replace(".", " .").split())
    (clause_s,) = server.clause_s
    assert clause_s <= time.monotonic()
    assert server.waiting == 0


@pytest.mark.parametrize(("ms", "verdict"), [(100.0, "reached"), (200.0, "MISSED")])
def test_the_report_compares_with_the_aim(
    ms: float, verdict: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report(Figures(voice=[ms] * 20, alone=[50.0]))
    shown = capsys.readouterr().out
    assert shown.endswith(f"95th percentile {ms:.0f} ms, aimed at 150: {verdict}\n")
