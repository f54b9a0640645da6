"""`assistant ask` beside an assistant that is running."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from assistant.cli.ask import OTHER_SETTINGS, WENT_AWAY
from tests.e2e.conftest import Person, Running

pytestmark = [pytest.mark.rasa, pytest.mark.usefixtures("rasa_is_there")]


@contextmanager
def running(person: Person) -> Iterator[Running]:
    """An assistant that listens to silence, for longer than any test takes."""
    silence = person.folder / "silence.wav"
    soundfile.write(silence, np.zeros(16_000 * 600, np.int16), 16_000)
    with person.start("run", "--input", silence) as process:
        process.line("file")
        yield process


def files(person: Person) -> list[Path]:
    return sorted((person.folder / "state" / "instances").iterdir())


def test_it_is_answered_by_the_one_that_runs(person: Person) -> None:
    with running(person) as there:
        assert [path.name for path in files(person)] == [f"{there.pid}.json"]
        asked = person.run("ask", "--json", "set a timer")
        assert asked.json[0]["services"] == []
        assert "said" in there.line("said")
        answered = person.run("ask", "five minutes")  # the answer to its question: one conversation
        assert "timers.start" in answered.out
        assert "timers.start" in there.line("did")
        there.line("said")
        assert (asked.err, answered.err) == ("", "")
        # other settings, and --alone: the one that runs hears nothing of it
        person.extra = {"ASSISTANT__UNITS": "imperial"}
        assert OTHER_SETTINGS in person.run("ask", "what time is it").err
        person.extra = {}
        alone = person.run("ask", "--alone", "hello")
        assert "said" in alone.out
        there.process.send_signal(signal.SIGTERM)
        assert not any(line.startswith("said") for line in there.process.stdout or ())
    assert files(person) == []


def test_it_dies_and_the_conversation_goes_on(person: Person) -> None:
    with running(person) as there, person.start("ask") as asking:
        asking.type("add milk to the shopping list")
        assert "milk" in asking.line("said")
        assert "lists.add" in there.line("did")
        assert psutil.Process(asking.pid).children() == []  # no Rasa of its own
        os.kill(there.pid, signal.SIGKILL)
        there.process.wait(10)
        assert len(files(person)) == 1  # it could not tidy up
        asking.type("what is on the shopping list")
        assert "milk" in asking.line("said")
        assert WENT_AWAY in asking.errors.read_text()
        assert len(psutil.Process(asking.pid).children()) >= 2
    again = person.run("ask", "what is on the shopping list")
    assert "milk" in again.out
    assert again.err == ""
    assert files(person) == []  # tidied up by who noticed
