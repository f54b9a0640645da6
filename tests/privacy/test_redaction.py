"""What must not be written down is not, wherever a line is written."""

import io
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import events
from assistant.cli.common import set_up_log
from assistant.config.model import Config
from assistant.dialogue.child_log import LONGEST_LINE, ChildLog
from assistant.observe.collector import Collector
from assistant.observe.record import TurnTrace
from assistant.safety.redaction import redact
from assistant.safety.redaction.checks import is_card, is_iban
from benchmarks.redaction.__main__ import cases, ordinary

CARD = "4111 1111 1111 1111"
SPOKEN = "my pin is four eight two one"


@pytest.mark.parametrize(("name", "least"), [("written", 0.95), ("spoken", 0.90)])
def test_recall_on_what_was_written_before_the_rules(name: str, least: float) -> None:
    those = cases(name)
    missed = [case.text for case in those if case.kept]
    assert 1 - len(missed) / len(those) >= least, missed


def test_ordinary_sentences_stay_as_they_are() -> None:
    sentences = ordinary()
    touched = [redact(each) for each in sentences if redact(each) != each]
    assert len(touched) / len(sentences) <= 0.02, touched


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail john at example dot com now", "mail [email] now"),
        ("call five five five one two three four please", "call [number] please"),
        (f"card {CARD} it is", "card [card] it is"),
        ("card 4111 1111 1111 1112 it is", "card 4111 1111 1111 1112 it is"),  # its check digit is wrong
        (SPOKEN, "my pin is [pin]"),
        ("set a timer for two for one", "set a timer for two for one"),
        ("count one two three four five six seven eight", "count one two three four five six seven eight"),
        ("two one three four five six seven eight", "[number]"),
        ("look at example dot com", "look at example dot com"),
        ("postgresql://me:s3cret@db/x", "postgresql://me:[secret]@db/x"),
        ("i was born in may", "i was born in may"),
    ],
)
def test_what_is_left_of_a_sentence(text: str, left: str) -> None:
    assert redact(text) == left


@given(st.text(alphabet="0123456789 -@.:=/+ab", max_size=300))
def test_nothing_is_found_in_what_is_left(text: str) -> None:
    """Whoever redacts a line again finds it redacted; and it never raises."""
    assert redact(redact(text)) == redact(text)


@given(st.lists(st.integers(0, 9), min_size=12, max_size=18))
def test_a_number_proves_itself_by_exactly_one_check_digit(digits: list[int]) -> None:
    start = "".join(map(str, digits))
    valid = [last for last in range(10) if is_card(f"{start}{last}")]
    assert len(valid) == (1 if any(digits) else 0)


def test_an_account_with_two_digits_swapped_is_none() -> None:
    assert is_iban("DE89 3704 0044 0532 0130 00")
    assert not is_iban("DE89 3704 0044 0532 0103 00")


def test_the_log_has_neither_in_message_arguments_nor_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.Logger("root of its own")
    monkeypatch.setattr(logging, "root", root)
    monkeypatch.setattr(logging.Logger, "root", root)
    path = tmp_path / "a.log"
    set_up_log(Config.model_validate({"log": {"file": str(path), "level": "info"}}), verbose=False)
    try:
        raise ValueError(f"no such card {CARD}")
    except ValueError:
        root.exception("it was %s", SPOKEN)
    root.info("seen by %s", {"mail": "anna@example.com"}, stack_info=True)
    for handler in root.handlers:
        handler.close()
    text = path.read_text()
    assert "my pin is [pin]" in text
    assert "[card]" in text
    assert "[email]" in text
    assert "Traceback" in text
    assert all(each not in text for each in (CARD, "four eight two one", "anna@"))


def test_what_a_child_prints_is_copied_without_it(tmp_path: Path) -> None:
    path = tmp_path / "child.log"
    log = ChildLog(path, "--- started ---\n")
    os.write(log.writer, f"first {SPOKEN}\nsecond {CARD}\nno end of line john@example.com".encode())
    log.begun()
    log.begun()
    log.join(30)
    assert path.read_text() == (
        "--- started ---\nfirst my pin is [pin]\nsecond [card]\nno end of line [email]\n"
    )
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_without_an_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    log = ChildLog(tmp_path / "child.log")
    piece = b"x" * 10_000
    for _ in range(20):
        os.write(log.writer, piece)
    log.begun()
    log.join(30)
    lines = (tmp_path / "child.log").read_bytes().split(b"\n")
    assert len(lines) > 2
    assert all(len(line) <= LONGEST_LINE + 65_536 for line in lines)


def test_words_in_a_trace_are_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[TurnTrace] = []
    collector = Collector(kept.append, keep_words=True)
    here: dict[str, Any] = {"at_s": 1.0, "session": "sound", "turn": 1}
    text = "write to anna at example dot com"
    collector(events.Heard(**here, text=text, engine="e", confidence=1.0, reason=f"heard “{text}”"))
    entity = {"entity": "item", "value": CARD}
    collector(events.Understood(**here, text=text, intent="i", confidence=1.0, entities=(entity,)))
    collector(events.Replied(**here, text=f"I have noted {CARD}", source="template"))
    collector(events.ServiceCalled(**here, service="notes.add", arguments={"note": SPOKEN}, ok=True))
    collector(events.TurnEnded(**here, outcome="answered"))
    line = json.dumps(kept[0].as_dict())
    assert "write to [email]" in line
    assert all(each not in line for each in ("anna at example", CARD, "four eight two one"))


def test_a_fault_of_ours_is_kept_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.cli import program

    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    error = RuntimeError(f"could not read {CARD}")
    assert program._explain(error) == program.FAULT_OF_OURS
    text = (tmp_path / "log" / "faults.log").read_text()
    assert "[card]" in text
    assert CARD not in text
