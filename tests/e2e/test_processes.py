"""Processes that die, and processes beside each other."""

import os
import signal
import time
from collections.abc import Callable

import psutil
import pytest

from tests.e2e.conftest import Person, Running

pytestmark = [pytest.mark.rasa, pytest.mark.usefixtures("rasa_is_there")]


def within(seconds: float, condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def answered(running: Running, text: str) -> str:
    running.type(text)
    return running.line("said")


def test_rasa_killed_in_mid_conversation(person: Person) -> None:
    """The person hears what is wrong, and what they asked is answered once Rasa is there again."""
    with person.start("ask") as running:
        assert "(template)" in answered(running, "hello")
        running.child("rasa", "run").send_signal(signal.SIGKILL)
        running.until(lambda line: "Rasa ended" in line, "word of Rasa's end")
        assert "waking up" in answered(running, "what time is it")  # and the turn is kept
        assert "(service:clock.time)" in running.line("said")


def test_killed_it_leaves_no_process_behind(person: Person) -> None:
    with person.start("ask") as running:
        answered(running, "hello")
        children = running.children()
        assert len(children) >= 2
        os.kill(running.pid, signal.SIGKILL)
        within(5.0, lambda: not any(alive(child) for child in children), f"{children} are still there")


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def test_two_assistants_do_not_disturb_each_other(tmp_path_factory: pytest.TempPathFactory) -> None:
    one, other = (Person(tmp_path_factory.mktemp(name)) for name in ("one", "other"))
    with one.start("ask") as first, other.start("ask") as second:
        answered(first, "add milk to the shopping list")
        answered(second, "add bread to the shopping list")
        for process in second.children():
            process.kill()  # whatever happens to one of them …
        assert "milk" in answered(first, "what is on the shopping list")  # … the other goes on
        assert "bread" not in "\n".join(first.lines)
