"""Real programs: what they say is read out; one that hangs, floods, forks, dies or is not there harms nothing."""

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

from assistant.services.commands.process import run
from tests.services.commands.conftest import Sit

PYTHON = sys.executable


def script(folder: Path, text: str) -> str:
    """A program of the owner's."""
    path = folder / f"program{len(list(folder.iterdir()))}"
    path.write_text(f"#!{PYTHON}\n{text}\n")
    path.chmod(0o755)
    return str(path)


def alive(pid: int) -> bool:
    """Whether it runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until(condition: Any, timeout_s: float = 10.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.01)


async def test_what_it_prints_is_read_out(sit: Sit) -> None:
    desk = await sit(
        {"name": "host", "run": ["printf", r"\033[1mIt is up.\033[0m Load is low. And more.\n"]},
        {"name": "lines", "run": ["printf", "first\\nsecond\\nthird"]},
        {"name": "quiet", "run": ["true"]},
        {"name": "framed", "run": ["echo", "7"], "answer": "There are {output}"},
        {"name": "silent", "run": ["echo", "secret"], "answer": "It is done"},
    )
    assert await desk.says("host") == "It is up. Load is low."
    assert await desk.says("lines") == "first. second."
    assert await desk.says("quiet") == "Done."
    assert await desk.says("framed") == "There are 7."
    silent = await desk.call("silent")
    assert (silent.result["spoken"], silent.result["output"]) == ("It is done", "")


async def test_values_are_arguments_and_nothing_else(sit: Sit, tmp_path: Path) -> None:
    show = script(tmp_path, "import sys; print(sys.argv[1:])")
    text = {"name": "words", "pattern": ".*", "dash": True}
    desk = await sit({"name": "show", "run": [show, "{words}", "--to={words}"], "parameters": [text]})
    for words in ("$(touch x)", "a; rm -rf b", "`id`", "a | b > c", "'\"", "{words}", "--help", "*", "a\\nb"):
        outcome = await desk.call("show", words=words)
        assert outcome.result["output"].strip() == repr([words, f"--to={words}"]), words


async def test_what_is_not_allowed_for_a_value_never_starts_it(sit: Sit, tmp_path: Path) -> None:
    left = tmp_path / "started"
    desk = await sit(
        {
            "name": "mark",
            "run": ["touch", str(left), "{where}", "{count}", "{words}"],
            "parameters": [
                {"name": "where", "kind": "choice", "choices": {"the attic": "/x"}},
                {"name": "count", "kind": "number", "minimum": 1, "maximum": 5},
                {"name": "words", "max_length": 10},
            ],
        }
    )
    good = {"where": "attic", "count": "two", "words": "tea"}
    for bad, why in (
        ({"where": "/etc"}, "The where can be the attic."),
        ({"count": "nine"}, "The count has to be at least one and at most five."),
        ({"count": "two and a half"}, "The count has to be a whole number."),
        ({"count": "many"}, "I did not understand many as a count."),
        ({"words": "--delete"}, "I cannot use that as the words."),
        ({"words": "../../etc"}, "I cannot use that as the words."),
        ({"words": "a\0b"}, "I cannot use that as the words."),
        ({"words": "x" * 11}, "The words can have 10 characters at most."),
        ({"words": ""}, "I cannot use that as the words."),
    ):
        assert await desk.says("mark", **{**good, **bad}) == why
    assert not left.exists()
    outcome = await desk.call("mark", **good)
    assert left.exists() or not outcome.ok


async def test_a_minus_sign_is_for_those_who_allow_it(sit: Sit) -> None:
    number = {"name": "by", "kind": "number"}
    desk = await sit(
        {"name": "no", "run": ["echo", "{by}"], "parameters": [number]},
        {"name": "yes", "run": ["echo", "{by}"], "parameters": [{**number, "dash": True}]},
    )
    assert await desk.says("no", by=-3) == "The by cannot begin with a minus sign."
    assert await desk.says("yes", by="minus three") == "-3."


async def test_one_that_hangs_is_ended_with_its_children(sit: Sit, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    hang = script(
        tmp_path,
        "import os, signal, subprocess, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen(['sleep', '100'])\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "time.sleep(100)",
    )
    desk = await sit({"name": "hang", "run": [hang], "timeout_s": 1.0})
    assert await desk.says("hang") == f"{Path(hang).name} took too long, so I stopped it."
    processes = [int(pid) for pid in pids.read_text().split()]
    assert len(processes) == 2
    await until(lambda: not any(map(alive, processes)))


async def test_one_that_floods_is_stopped(sit: Sit) -> None:
    desk = await sit(
        {"name": "flood", "run": ["yes", "x" * 1000], "output_kb": 1},
        {"name": "unread", "run": ["head", "-c", "50000000", "/dev/zero"], "answer": "Written."},
    )
    assert await desk.says("flood") == "yes wrote without end, so I stopped it."
    assert await desk.says("unread") == "Written."  # its output goes nowhere


async def test_so_much_of_the_output_is_kept_as_is_allowed(sit: Sit) -> None:
    desk = await sit({"name": "long", "run": ["head", "-c", "100000", "/dev/zero"], "output_kb": 1})
    outcome = await desk.call("long")
    assert len(outcome.result["output"]) == 1024


async def test_what_it_leaves_behind_is_ended_and_not_waited_for(sit: Sit, tmp_path: Path) -> None:
    fork = script(
        tmp_path,
        "import subprocess\nchild = subprocess.Popen(['sleep', '100'])\nprint(child.pid, flush=True)",
    )
    desk = await sit({"name": "fork", "run": [fork]})
    began = time.monotonic()
    outcome = await desk.call("fork")
    assert outcome.ok, outcome
    assert "output" in outcome.result
    assert time.monotonic() - began < 4
    await until(lambda: not alive(int(outcome.result["output"])))


async def test_one_that_fails_says_why(sit: Sit, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.write_text("")
    desk = await sit(
        {"name": "fail_so", "run": ["ls", "/nowhere"], "environment": ["LC_ALL"]},
        {"name": "quietly", "run": ["false"]},
        {"name": "killed", "run": [script(tmp_path, "import os; os.kill(os.getpid(), 9)")]},
        {"name": "absent", "run": ["no-such-program-here"]},
        {"name": "closed", "run": [str(closed)]},
        {"name": "lost", "run": ["true"], "folder": "/nowhere/at/all"},
    )
    said = await desk.says("fail_so")
    assert said.startswith("The command fail so failed: ")
    assert "/nowhere" in said
    assert await desk.says("quietly") == "The command quietly failed: It did not say why."
    assert await desk.says("killed") == "The command killed was ended by signal 9: It did not say why."
    assert await desk.says("absent") == "There is no program no-such-program-here here."
    assert await desk.says("closed") == "I am not allowed to run closed."
    assert await desk.says("lost") == "There is no folder /nowhere/at/all for true to run in."


async def test_it_gets_a_small_environment_and_the_folder_it_was_given(sit: Sit, tmp_path: Path) -> None:
    os.environ["H_SECRET"] = "x"
    os.environ["H_WANTED"] = "wanted"
    try:
        show = script(
            tmp_path, "import os; print(sorted(k for k in os.environ if k[:2] == 'H_'), os.getcwd())"
        )
        desk = await sit({"name": "env", "run": [show], "environment": ["H_WANTED"], "folder": str(tmp_path)})
        assert (await desk.call("env")).result["output"].strip() == f"['H_WANTED'] {tmp_path}"
    finally:
        del os.environ["H_SECRET"], os.environ["H_WANTED"]


async def test_what_takes_long_is_told_when_it_is_done(sit: Sit, tmp_path: Path) -> None:
    go = tmp_path / "go"
    wait = script(
        tmp_path, f"import os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.01)\nprint('ready')"
    )
    desk = await sit({"name": "slow", "run": [wait]}, patience_s=0.05)
    assert await desk.says("slow") == "That takes a while. I'll tell you when it is done."
    assert await desk.says("slow") == "I am still at that."
    go.touch()
    assert await desk.tells() == ("desk", "ready.")
    failing = await sit({"name": "slow", "run": ["ls", "/nowhere"], "timeout_s": 9}, patience_s=0.0)
    assert "takes a while" in await failing.says("slow")
    assert "failed" in (await failing.tells())[1]


async def test_closing_ends_what_runs(sit: Sit, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    hang = script(
        tmp_path, f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(100)"
    )
    desk = await sit({"name": "hang", "run": [hang], "timeout_s": 90}, patience_s=0.05)
    await desk.call("hang")
    await until(lambda: pid.exists() and pid.read_text())
    await desk.commands.close()
    assert not alive(int(pid.read_text()))
    assert desk.told == []


async def test_cancelling_ends_it(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    hang = script(
        tmp_path, f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(100)"
    )
    work = asyncio.create_task(
        run([hang], folder=tmp_path, environment={"PATH": "/usr/bin:/bin"}, timeout_s=60, output_bytes=100)
    )
    await until(lambda: pid.exists() and pid.read_text())
    work.cancel()
    await asyncio.wait([work])
    assert work.cancelled()
    assert not alive(int(pid.read_text()))
