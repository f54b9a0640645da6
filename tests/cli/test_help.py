"""Help is there at once, for every command, and says what a person needs."""

import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from assistant.cli.commands import group

COMMANDS = (
    "run",
    "listen",
    "serve",
    "tokens",
    "ask",
    "call",
    "plugins",
    "parse",
    "transcribe",
    "say",
    "voice",
    "train",
    "devices",
    "doctor",
    "traces",
    "names",
    "models",
    "audit",
    "governance",
    "knowledge",
    "privacy",
    "review",
    "switch",
)

SLOW = ("numpy", "pydantic", "aiohttp", "rich", "sounddevice", "soundfile", "pocketsphinx", "onnxruntime")
"""What takes the time when a command starts."""


def test_help_loads_nothing_that_takes_time() -> None:
    script = f"""
import sys
from assistant.cli.commands import group
for command in ([], *([name] for name in {COMMANDS!r}), ["models", "get"], ["models", "list"]):
    group.main([*command, "--help"], standalone_mode=False)
print("LOADED", [name for name in {SLOW!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "LOADED []"


def test_a_hotkey_need_not_wait_for_them_either() -> None:
    script = f"import sys, assistant.cli.listen\nprint([name for name in {SLOW!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"


def help_of(*command: str) -> str:
    result = CliRunner().invoke(group, [*command, "--help"])
    assert result.exit_code == 0
    return " ".join(result.output.split())


def test_the_commands_are_listed_in_the_order_of_use_with_whole_sentences() -> None:
    text = CliRunner().invoke(group, ["--help"]).output
    listed = re.findall(r"^  (\w+) {2,}(.+)$", text.partition("Commands:")[2], re.MULTILINE)
    assert tuple(name for name, _ in listed[: len(COMMANDS)]) == COMMANDS
    assert all(sentence.endswith(".") and "..." not in sentence for _, sentence in listed[: len(COMMANDS)])
    for status in ("0", "1", "2", "3", "70", "130"):
        assert re.search(rf"^ +{status} ", text.partition("Exit status")[2], re.MULTILINE)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("run", ["--input", "--output", "--json", "FILE", "FLAC", "without sound"]),
        ("listen", ["--hold", "--release", "hotkey", "wake word"]),
        ("ask", ["TEXT", "--json", "standard input"]),
        ("parse", ["TEXT|FILE", "--project", "Nothing is done"]),
        ("transcribe", ["FILE", "--engine [auto|whisper|sphinx]", "--json", "any length"]),
        ("say", ["TEXT", "--output", "WAV", "speaker"]),
        ("train", ["--project"]),
        ("devices", ["--json"]),
        ("doctor", ["--json", "Exits with 1"]),
    ],
)
def test_help_says_what_there_is(command: str, words: list[str]) -> None:
    text = help_of(command)
    for word in [*words, "--set", "--config", "-h, --help"]:
        assert word in text


def test_models_help() -> None:
    text = help_of("models")
    for word in ("get", "list"):
        assert word in text
    assert "continued" in help_of("models", "get")
