"""A key in place of the wake word, on a sound card: in the terminal, and as a desktop's hotkey would call it."""

import fcntl
import os
import pty
import subprocess
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.conftest import ON_A_SOUND_CARD, PROGRAM, Person, Running
from tests.e2e.test_sound_card import joined
from tests.sound_card import sound_card

pytestmark = ON_A_SOUND_CARD


@contextmanager
def in_a_terminal(person: Person, *arguments: str) -> Iterator[tuple[Running, int]]:
    """A command in the foreground of a terminal of its own, and the keyboard of that."""
    keyboard, terminal = pty.openpty()
    errors = person.folder / "stderr.txt"
    with (
        open(errors, "ab") as sink,
        subprocess.Popen(
            [PROGRAM, *arguments],
            env=person.env,
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        ) as process,
    ):
        try:
            yield Running(process, errors), keyboard
            process.terminate()
            assert process.wait(20) == 0
            assert termios.tcgetattr(terminal)[3] & termios.ICANON  # as it was
        finally:
            process.kill()
            os.close(keyboard)
            os.close(terminal)


def test_a_key_of_the_terminal_and_a_hotkey(
    person: Person, speech: Callable[..., Path], tmp_path: Path
) -> None:
    person.run("listen").assert_clear("No assistant is running")
    with sound_card() as card:
        person.extra = card.env
        with in_a_terminal(person, "--set", "listening.mode=push-to-talk", "run") as (running, keyboard):
            assert "press space or Enter" in running.line("listening")
            card.say(joined(tmp_path, speech("hey jarvis"), 0.4, speech("turn on the kitchen light")))
            os.write(keyboard, b" ")
            card.say(speech("turn on the bedroom light"))
            assert "turn on the bedroom light" in running.line("heard")
            running.line("times")
            assert person.run("listen", "--hold").status == 0
            card.say(joined(tmp_path, speech("set a timer for"), 2.0, speech("ten minutes")))
            assert person.run("listen", "--release").status == 0
            assert "timer for ten minutes" in running.line("heard")  # one turn, whatever the pause
            running.line("times")
        assert not any("kitchen" in line for line in running.lines)
