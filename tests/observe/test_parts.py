"""Whose time it was."""

import pytest

from assistant.observe.parts import overhead_s, parts
from tests.observe.some import STAGES_S


def test_overhead_is_what_no_engine_worked_for() -> None:
    # asked 10 ms after the decision, voice 10 ms after the text, sink 10 ms after the clause
    assert overhead_s(STAGES_S, 0.1) == pytest.approx(0.03)


def test_a_recogniser_that_is_late_is_no_overhead_but_waiting_for_the_loop_is() -> None:
    late = STAGES_S | {"end_of_turn": 0.1, "transcript": 0.3, "asked": 0.31}
    assert overhead_s(late, 0.2) == pytest.approx(0.03)
    assert overhead_s(late, 0.15) == pytest.approx(0.08)


def test_what_overlaps_is_taken_off_once() -> None:
    both = STAGES_S | {"voice": 0.32, "first_text": 0.39}
    assert overhead_s(both, 0.1) == pytest.approx(0.02)  # dialogue 310–390 and voice 320–400


def test_a_turn_without_sound_has_no_overhead() -> None:
    assert overhead_s({"end_of_turn": 0.3, "first_text": 0.4, "done": 0.4}) is None


def test_parts_that_were_not_reached_are_left_out() -> None:
    found = parts({"end_of_turn": 0.3, "transcript": 0.2, "asked": 0.3}, 0.1)
    assert [(part.name, part.begin_s, part.end_s) for part in found] == [
        ("silence", 0.0, 0.3),
        ("recognition", 0.1, 0.2),
    ]
