"""However a command ends, there is an exit status, a line where one is needed, and never a traceback."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).with_name("assistant"))

COMMAND = """
import asyncio, sys

from assistant.cli import commands, common
from assistant.cli.program import main

{body}

@commands.group.command("probe")
@commands.with_settings
def probe(settings):
    settings.load()
    {call}

sys.argv = ["assistant", *sys.argv[1:], "probe"]
main()
"""

CLOSES = """
async def work():
    print("up", flush=True)
    try:
        await asyncio.sleep(60)
    finally:
        await asyncio.sleep(0.5)
        print("closed", flush=True)
"""

PRINTS = """
async def work():
    out = common.printer()
    try:
        while True:
            print("line", file=out, flush=True)
            await asyncio.sleep(0.01)
    finally:
        common.notice("closed")
"""


def script(body: str, call: str = "common.run(work())") -> list[str]:
    return [sys.executable, "-c", COMMAND.format(body=body, call=call)]


def env(folder: Path, **more: str) -> dict[str, str]:
    mine = {"ASSISTANT_CONFIG": str(folder / "config.toml"), "ASSISTANT_STATE_DIR": str(folder / "state")}
    return {**os.environ, **mine, **more}


def done(
    command: Sequence[str], folder: Path, *, shell: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run to the end; `shell` is a line for bash in which "$@" is the command."""
    line = ["bash", "-c", shell, "bash", *command] if shell else list(command)
    return subprocess.run(
        line, env=env(folder, **more), capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    ("numbers", "call", "status"),
    [
        ([signal.SIGINT], "common.run(work())", 130),
        ([signal.SIGTERM], "common.run(work())", 143),
        ([signal.SIGHUP], "common.run(work())", 129),
        ([signal.SIGTERM], "common.run(work(), endless=True)", 0),  # how a service is told to end
        (
            [signal.SIGINT, signal.SIGINT, signal.SIGTERM],
            "common.run(work())",
            130,
        ),  # patience is not asked for
    ],
)
def test_signals_let_everything_close(
    tmp_path: Path, numbers: list[signal.Signals], call: str, status: int
) -> None:
    with subprocess.Popen(
        script(CLOSES, call),
        env=env(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Under nohup, which a child inherits, a hang-up would be ignored.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        for number in numbers:
            process.send_signal(number)
            time.sleep(0.1)  # two at once are one
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (status, "closed\n", "")


def test_what_runs_in_the_background_does_not_hear_ctrl_c(tmp_path: Path) -> None:
    body = CLOSES.replace("asyncio.sleep(60)", "asyncio.sleep(0.5)").replace(
        'print("up", flush=True)', "me()"
    )
    body = "import os, signal\ndef me(): os.kill(os.getpid(), signal.SIGINT)\n" + body
    result = done(script(body), tmp_path, shell='trap "" INT; "$@"')
    assert (result.returncode, result.stdout, result.stderr) == (0, "closed\n", "")


def test_ctrl_c_while_it_loads_is_quiet(tmp_path: Path) -> None:
    code = "import os, signal; from assistant import cli; import builtins; load = builtins.__import__\n" + (
        "def stop(name, *rest, **more):\n"
        "    if name == 'assistant.cli.program': os.kill(os.getpid(), signal.SIGINT)\n"
        "    return load(name, *rest, **more)\n"
        "builtins.__import__ = stop\n"
        "cli.main()"
    )
    result = done([sys.executable, "-c", code], tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (-signal.SIGINT, "", "")


def test_a_reader_who_has_seen_enough(tmp_path: Path) -> None:
    result = done(script(PRINTS), tmp_path, shell='"$@" | head -1; exit ${PIPESTATUS[0]}')
    assert (result.returncode, result.stdout, result.stderr) == (141, "line\n", "closed\n")
    echo = "async def work():\n    while True: common.echo('line')"
    result = done(script(echo), tmp_path, shell='"$@" | head -1; exit ${PIPESTATUS[0]}')
    assert (result.returncode, result.stdout, result.stderr) == (141, "line\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("body", [PRINTS, "async def work():\n    common.echo('line')"])
def test_output_that_takes_no_more(tmp_path: Path, body: str) -> None:
    result = done(script(body), tmp_path, shell='"$@" >/dev/full')
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == (
        "assistant: The output cannot be written: No space left on device."
    )
    assert "Traceback" not in result.stderr


def test_standard_streams_that_are_closed(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    body = f"async def work():\n    with open({str(kept)!r}, 'w') as f: common.echo('lost'); f.write('kept')"
    assert done(script(body), tmp_path, shell='"$@" <&- >&- 2>&-').returncode == 0
    assert kept.read_text() == "kept"  # and not what was printed


def test_a_terminal_without_typographic_quotes(tmp_path: Path) -> None:
    result = done(
        script("async def work():\n    common.echo('“what”')"), tmp_path, PYTHONIOENCODING="latin-1"
    )
    assert (result.returncode, result.stdout) == (0, "\\u201cwhat\\u201d\n")


def test_a_fault_of_ours_is_a_line_and_a_file_for_the_report(tmp_path: Path) -> None:
    result = done(script("async def work():\n    {}['nobody\\nforesaw this']"), tmp_path)
    assert result.returncode == 70
    [line] = result.stderr.splitlines()
    assert "a fault of ours (KeyError: 'nobody\\nforesaw this')" in line
    log = tmp_path / "state" / "log" / "faults.log"
    assert str(log) in line
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("OSError(28, 'No space left on device')", "No space left on device."),
        ("PermissionError(13, 'Permission denied', '/etc/x')", "/etc/x: Permission denied."),
        ("MemoryError()", "There is not enough memory."),
        ("ExceptionGroup('', [common.UserError('Mend it.')])", "Mend it."),
        (
            "__import__('audio.errors').errors.CannotWrite('x.wav cannot be written.')",
            "x.wav cannot be written.",
        ),
    ],
)
def test_what_the_machine_refuses_is_a_line(tmp_path: Path, error: str, line: str) -> None:
    result = done(script(f"async def work():\n    raise {error}"), tmp_path)
    assert (result.returncode, result.stderr) == (1, f"assistant: {line}\n")


def test_a_status_of_the_command_is_the_status_of_the_process(tmp_path: Path) -> None:
    assert done(script("async def work():\n    return 3"), tmp_path).returncode == 3
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9"}
    assert done([PROGRAM, "models", "reachable"], tmp_path, **nowhere).returncode == 1


@pytest.mark.parametrize("where", [["--set", "log.level=debug"], ["-v"]])
def test_the_log_goes_where_it_is_told(tmp_path: Path, where: list[str]) -> None:
    body = "import logging\nasync def work():\n    logging.getLogger('x').debug('inside')"
    result = done(
        [*script(body), *where, "--set", "log.file=~/deep/a.log"], tmp_path, HOME=str(tmp_path / "home")
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "DEBUG x: inside" in (tmp_path / "home" / "deep" / "a.log").read_text()


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "a.log"
    result = done([*script(CLOSES), "--set", f"log.file={path}"], tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith(f"assistant: The log {path} cannot be written: ")


def test_what_c_libraries_print_goes_into_the_log(tmp_path: Path) -> None:
    body = (
        "import os, time\nasync def work():\n    os.write(2, b'ALSA lib pcm.c: no card\\n'); time.sleep(0.3)"
    )
    assert done(script(body), tmp_path).stderr == ""
    logged = done([*script(body), "--set", "log.level=debug"], tmp_path).stderr
    assert "DEBUG native: ALSA lib pcm.c: no card" in logged
    assert done([*script(body), "-v"], tmp_path).stderr == "ALSA lib pcm.c: no card\n"


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["run", "--nonsense"], ["run", "--output", "x.wav"], ["transcribe"], []]
)
def test_wrong_arguments(tmp_path: Path, arguments: list[str]) -> None:
    result = done([PROGRAM, *arguments], tmp_path)
    assert result.returncode == 2
    assert "Usage: assistant" in result.stderr + result.stdout
    assert "Traceback" not in result.stderr
