"""Which words are the assistant's own."""

import pytest

from assistant.conversation.echo import ANSWER_S, ECHO_S, OwnVoice

SAID = "It's 7:05. Shall I turn off the lamp in the bedroom?"


def own(text: str = SAID) -> OwnVoice:
    voice = OwnVoice()
    voice.spoke(text, 10.0)
    return voice


@pytest.mark.parametrize(
    ("transcript", "echo"),
    [
        ("turn off the lamp in the bedroom", True),
        ("shall i turn off the lamp in the bedroom", True),
        ("Turn off the lamp in the bedroom.", True),  # as another recogniser writes it
        ("turn off the lamb in the bedroom", True),  # misheard
        ("the lamp in the bedroom", True),
        ("the lamp in the", True),  # its last word was cut off
        ("the bedroom", False),  # too short to tell
        ("turn on the lamp in the kitchen", False),
        ("shall i turn off", False),  # not the end of it
        ("turn off the lamp in the bedroom and in the kitchen", False),
        ("", False),
    ],
)
def test_the_end_of_what_was_said(transcript: str, echo: bool) -> None:
    assert own().is_echo(transcript, 10.5, question_open=False) is echo


def test_spoken_and_written_form_are_the_same() -> None:
    assert own("It's 7:05.").is_echo("it's seven oh five", 10.5, question_open=False)


def test_an_echo_comes_soon() -> None:
    late = 10.0 + ECHO_S
    assert own().is_echo("the lamp in the bedroom", late, question_open=False)
    assert not own().is_echo("the lamp in the bedroom", late + 0.1, question_open=False)


def test_an_answer_may_repeat_the_question() -> None:
    assert own().is_echo("the lamp in the bedroom", 10.0 + ANSWER_S, question_open=True)
    assert not own().is_echo("the lamp in the bedroom", 10.0 + ANSWER_S + 0.1, question_open=True)


def test_before_it_has_spoken_nothing_is_its_own() -> None:
    assert not OwnVoice().is_echo("turn off the lamp", 0.0, question_open=False)
