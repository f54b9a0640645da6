"""Which words are the assistant's own."""

import pytest

from assistant.conversation.echo import AT_ONCE_S, ECHO_S, OwnVoice

SAID = "It's 7:05. Shall I turn off the lamp in the bedroom?"
DONE = "Okay, I've turned the bedroom lights on."


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
        ("turn on the lamp in the bedroom", False),
        ("turn off the lamp in the bathroom", False),
        ("shall i turn off", False),  # not the end of it
        ("turn off the lamp in the bedroom and in the kitchen", False),
        ("", False),
    ],
)
def test_at_once_it_is_the_end_of_what_was_said(transcript: str, echo: bool) -> None:
    assert own().is_echo(transcript, 10.1, question_open=False) is echo


@pytest.mark.parametrize(
    ("transcript", "echo"),
    [
        ("shall i turn off the lamp in the bedroom", True),
        ("it's seven oh five shall i turn off the lamp in the bedroom", True),
        ("turn off the lamp in the bedroom", False),
        ("it's seven oh five", False),  # something was said after it
    ],
)
def test_later_it_is_whole_sentences(transcript: str, echo: bool) -> None:
    assert own().is_echo(transcript, 11.5, question_open=False) is echo


@pytest.mark.parametrize("began_s", [9.0, 10.1, 11.0, 12.9])
@pytest.mark.parametrize(
    "transcript",
    [
        "is the bedroom light on",
        "turn the bedroom lights off",
        "turn the kitchen lights on",
        "are the bedroom lights on",
        "i've changed my mind",
    ],
)
def test_what_people_say_to_an_answer_is_no_echo(transcript: str, began_s: float) -> None:
    assert not own(DONE).is_echo(transcript, began_s, question_open=False)


def test_spoken_and_written_form_are_the_same() -> None:
    assert own("It's 7:05.").is_echo("it's seven oh five", 10.5, question_open=False)


def test_an_echo_comes_soon() -> None:
    sentence = "shall i turn off the lamp in the bedroom"
    assert own().is_echo(sentence, 9.99 + ECHO_S, question_open=False)
    assert not own().is_echo(sentence, 10.1 + ECHO_S, question_open=False)


def test_an_answer_may_repeat_the_question() -> None:
    sentence = "shall i turn off the lamp in the bedroom"
    assert own().is_echo(sentence, 9.99 + AT_ONCE_S, question_open=True)
    assert not own().is_echo(sentence, 10.1 + AT_ONCE_S, question_open=True)


def test_before_it_has_spoken_nothing_is_its_own() -> None:
    assert not OwnVoice().is_echo("turn off the lamp", 0.0, question_open=False)
