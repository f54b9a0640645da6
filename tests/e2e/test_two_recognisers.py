"""A whole assistant with both recognisers: whose words are taken, and where it says so."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Person
from tests.whisper_fixture import FOLDER

pytestmark = [pytest.mark.rasa, pytest.mark.usefixtures("rasa_is_there")]

Speech = Callable[..., Path]

ANY_WORDS = "We went to the beach with my sister yesterday."


def test_commands_open_speech_and_free_text(person: Person, speech: Speech) -> None:
    said = [
        speech("turn on the kitchen light"),
        speech("We went to the beach with our neighbour last week."),
        speech("add something to the party list"),
        speech(ANY_WORDS, "slt"),
    ]
    settings = ("--set", f"recognition.whisper.model={FOLDER}", "--set", "dialogue.start_timeout_s=250")
    result = person.run(*settings, "run", "--json", "--input", *said, timeout_s=280)
    assert result.status == 0, result.err
    command, open_speech, question, answer = result.json["turns"]

    assert (command["engine"], command["intent"]) == ("sphinx", "turn_on")
    assert not command["recognition"]["asked_whisper"]

    assert (open_speech["engine"], open_speech["intent"]) == ("whisper", "out_of_scope")
    assert open_speech["transcript"] == "we went to the beach with our neighbour last week"
    assert (
        open_speech["recognition"]["whisper"]["text"] == "We went to the beach with our neighbour last week."
    )
    assert open_speech["recognition"]["embedded"]["text"] != open_speech["transcript"]
    assert open_speech["services"] == []

    assert question["services"] == []
    assert answer["engine"] == "whisper"
    assert answer["recognition"]["reason"] == "the dialogue waits for free text"
    (added,) = answer["services"]
    assert (added["service"], added["input"]["list"]) == ("lists.add", "party")
    assert "beach" in " ".join(added["input"]["items"])
