"""What interrupts an answer, by the settings and by whether the echo is cancelled."""

import pytest

from assistant.app import barge_in


@pytest.mark.parametrize(
    ("wanted", "cancelled", "interrupts"),
    [
        ("auto", True, "speech"),
        ("auto", False, "wake-word"),
        ("speech", False, "speech"),
        ("wake-word", True, "wake-word"),
        ("off", True, "off"),
    ],
)
def test_what_interrupts_follows_the_echo(wanted: str, cancelled: bool, interrupts: str) -> None:
    assert barge_in(wanted, echo_cancelled=cancelled) == interrupts
