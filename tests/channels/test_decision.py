"""Where a person can look up whose words were taken, and why."""

import io
from typing import Any

from assistant import events
from assistant.channels.console import Console
from assistant.channels.record import Recorder, TurnRecord
from assistant.recognition.decision import Decision, Meaning, Opinion

DECISION = Decision(
    reason="not sure of the words (0.20)",
    embedded=Opinion("turn on the list", 0.2, "", 0.04, Meaning(0.61, "turn_on")),
    whisper=Opinion("my brother bought a car", 0.8, "", 0.31, Meaning(0.0, "out_of_scope")),
    asked_whisper=True,
    took_s=0.38,
)


def heard(decision: Decision, **facts: Any) -> events.Heard:
    given: dict[str, Any] = {
        "text": "my brother bought a car",
        "engine": "whisper",
        "confidence": 0.8,
        "reason": decision.reason,
        "decision": decision.facts(),
    }
    return events.Heard(at_s=1.0, session="here", turn=3, **(given | facts))


def shown(event: events.Heard) -> list[str]:
    out = io.StringIO()
    Console(out)(event)
    return out.getvalue().splitlines()


def test_the_record_of_a_turn_holds_the_whole_decision() -> None:
    recorder = Recorder("here")
    recorder(heard(DECISION))
    record = TurnRecord.from_dict(recorder.turns[3].as_dict())
    assert record.recognition == {
        "reason": "not sure of the words (0.20)",
        "embedded": {
            "text": "turn on the list",
            "confidence": 0.2,
            "took_s": 0.04,
            "intent": "turn_on",
            "intent_confidence": 0.61,
        },
        "whisper": {
            "text": "my brother bought a car",
            "confidence": 0.8,
            "took_s": 0.31,
            "intent": "out_of_scope",
            "intent_confidence": 0.0,
        },
        "asked_whisper": True,
        "ahead": False,
        "took_s": 0.38,
    }


def test_people_are_told_why_the_second_recogniser_was_asked() -> None:
    assert shown(heard(DECISION)) == [
        "heard      “my brother bought a car”  (whisper, 0.80)",
        "because    not sure of the words (0.20); the other heard “turn on the list” (0.20)",
    ]


def test_a_sure_command_is_one_line() -> None:
    sure = Decision("a command, and sure of it", embedded=Opinion("stop", 0.9))
    assert shown(heard(sure, text="stop", engine="sphinx")) == ["heard      “stop”  (sphinx, 0.80)"]
