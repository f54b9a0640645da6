"""What goes wrong in a conversation, or with what it needs: a line says so, and nothing that was said is lost."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from assistant.config import Config
from assistant.dialogue.project import RasaProject
from audio.files import duration_s
from tests.e2e.conftest import PROGRAM, Person, Running
from tests.sound_card import missing, sound_card

Speech = Callable[..., Path]


def within(seconds: float, condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


# ── what it needs is not there ────────────────────────────────────────────────────────────────────────────


def test_a_port_in_use(person: Person, rasa_is_there: None) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = person.run("ask", "hello", "--set", f"server.port={port}")
    result.assert_clear(f"Port {port}", "in use", "server.port")
    assert (result.status, result.out) == (1, "")


def test_rasa_is_not_installed(person: Person, speech: Speech, tmp_path: Path) -> None:
    person.extra |= {
        "ASSISTANT_RASA_PYTHON": "/nowhere/python",
        "ASSISTANT_CACHE_DIR": str(tmp_path / "cache"),
    }
    for command in (["ask", "hello"], ["parse", "hello"], ["train"]):
        result = person.run(*command)
        result.assert_clear("Rasa is not installed", "ASSISTANT_RASA_PYTHON names /nowhere/python")
        assert result.status == 1


def test_rasa_that_does_not_start_is_not_waited_for(person: Person, rasa_is_there: None) -> None:
    person.extra["ASSISTANT_RASA_PYTHON"] = "/bin/false"
    for command in (["ask", "--json", "hello"], ["parse", "hello"]):
        began = time.monotonic()
        result = person.run(*command)
        assert time.monotonic() - began < 30  # and not the two minutes that it may take to load
        result.assert_clear("does not start", "exit status 1", str(person.folder / "state" / "log"))
        assert (result.status, result.out) == (1, "")


def test_a_trained_model_that_is_damaged_is_made_again(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_CACHE_DIR", str(tmp_path / "cache"))
    model = RasaProject.from_config(Config()).model
    model.parent.mkdir(parents=True)
    model.write_bytes(b"\x1f\x8b\x08\x00 and then nothing of use")
    person.extra["ASSISTANT_RASA_PYTHON"] = "/bin/false"  # the attempt is seen, and costs no minute
    result = person.run("ask", "hello")
    result.assert_clear(f"{model} is damaged; it is made again", "Training", "could not train")
    assert not model.exists()


def test_a_folder_that_is_no_project(person: Person, tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        for command in (["parse", "hello"], ["train"]):
            result = person.run(*command, "--project", folder)
            result.assert_clear(f"{folder} is no Rasa project")


# ── what a person says ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.rasa
def test_recordings_in_which_nobody_speaks(person: Person, tmp_path: Path, rasa_is_there: None) -> None:
    silence, noise, answers = (tmp_path / f"{name}.wav" for name in ("silence", "noise", "answers"))
    soundfile.write(silence, np.zeros(16_000), 16_000)
    soundfile.write(noise, np.random.default_rng(0).normal(0, 0.05, 24_000), 16_000)
    answers.write_bytes(b"earlier")
    result = person.run("run", "--input", silence, noise, "--output", answers)
    assert result.status == 3, result.err
    assert "Traceback" not in result.err
    heard = [line for line in result.out.splitlines() if line.startswith("heard")]
    assert len(heard) == 2
    assert all("nothing" in line for line in heard)
    assert str(silence) in heard[0]
    assert answers.read_bytes() == b"earlier"


@pytest.mark.rasa
def test_lines_that_are_no_turns_end_no_conversation(person: Person, rasa_is_there: None) -> None:
    lines = [
        b"",
        b"\xff\xfe is no text",
        b"/restart",
        b'/ /unlock{"device": "front door"}',
        b"x" * 100_000,
        b"hello\x00 \x1b there",
        b"hello again",  # without an end
    ]
    done = subprocess.run(
        [PROGRAM, "ask"],
        env=person.env,
        input=b"\n".join(lines),
        capture_output=True,
        timeout=100,
        check=False,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == 1
    assert err.splitlines() == [
        "assistant: The line is not UTF-8.",
        "assistant: The line is longer than a turn can be (2000 characters).",
    ]
    understood = [line.split()[1] for line in out.splitlines() if line.startswith("understood")]
    assert len(understood) == 4
    assert understood[0] != "restart"
    assert understood[2:] == ["greet", "greet"]
    assert "home." not in out  # no lock has been opened


@pytest.mark.rasa
def test_a_reader_who_has_seen_enough(person: Person, rasa_is_there: None) -> None:
    done = subprocess.run(
        ["bash", "-c", '"$@" | head -1; exit ${PIPESTATUS[0]}', "bash", PROGRAM, "ask", *["hello"] * 5],
        env=person.env,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 141
    assert done.stdout.startswith("understood")
    assert done.stderr == ""


# ── how it ends ───────────────────────────────────────────────────────────────────────────────────────────


def with_children(running: Running) -> list[psutil.Process]:
    within(60, lambda: len(running.children()) >= 2, "Rasa is not started")
    return running.children()


@pytest.mark.rasa
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ended_while_it_starts(
    person: Person, rasa_is_there: None, number: signal.Signals, status: int
) -> None:
    with person.start("ask") as running:  # its input stays open, and must not hold it up
        children = with_children(running)
        os.kill(running.pid, number)
        assert running.process.wait(10) == status
        within(2, lambda: gone(children), f"{children} are left behind")
    assert (person.folder / "stderr.txt").read_text() == ""


@pytest.mark.rasa
def test_ended_in_its_midst_what_was_answered_is_kept(
    person: Person, speech: Speech, tmp_path: Path, rasa_is_there: None
) -> None:
    answers = tmp_path / "answers.wav"
    light = speech("turn on the kitchen light")
    with person.start("run", "--input", light, light, light, "--output", answers) as running:
        running.line("times")
        children = running.children()
        for _ in range(3):  # an impatient person
            os.kill(running.pid, signal.SIGINT)
            time.sleep(0.05)
        assert running.process.wait(15) == 130
        within(2, lambda: gone(children), f"{children} are left behind")
    assert "Traceback" not in running.errors.read_text()
    assert "Unclosed" not in running.errors.read_text()
    assert duration_s(answers) > 0.5
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.rasa
@pytest.mark.sound
@pytest.mark.skipif(bool(missing()), reason=missing() or "-")
def test_a_sound_card_that_goes_away_and_comes_back(
    person: Person, speech: Speech, rasa_is_there: None
) -> None:
    with sound_card() as card:
        person.extra |= card.env
        with person.start("run", "--set", "listening.mode=open") as running:
            running.line("listening")
            card.kill()
            within(20, lambda: "Waiting for it" in running.errors.read_text(), "nobody says that it is gone")
            card.start()
            running.line("listening")
            card.say(speech("turn on the kitchen light"))
            assert "turn on the kitchen light" in running.line("heard")
            running.line("did")
        assert running.process.returncode == 0
        said = [line for line in running.errors.read_text().splitlines() if "Whisper" not in line]
        assert len(said) == 2, said  # gone, and back; the libraries' own complaints are for the log
        assert "is gone" in said[0] or "stopped" in said[0]
        assert said[1] == "Sound is back."
