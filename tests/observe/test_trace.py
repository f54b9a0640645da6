"""The stopwatch of a turn."""

import pytest

from assistant.observe.trace import STAGES, Trace


def test_stages_are_seconds_since_the_end_of_speech_in_order() -> None:
    trace = Trace(1)
    trace.restart(10.0)
    for stage, at_s in [("done", 12.5), ("transcript", 10.25), ("end_of_turn", 10.6)]:
        trace.mark(stage, at_s)
    assert list(trace.stages_s().items()) == [("end_of_turn", 0.6), ("transcript", 0.25), ("done", 2.5)]


def test_the_first_time_counts() -> None:
    trace = Trace(1)
    trace.restart(10.0)
    trace.mark("first_sound", 10.7)
    trace.mark("first_sound", 12.0)
    assert trace.stages_s() == {"first_sound": 0.7}


def test_speech_that_goes_on_starts_it_again() -> None:
    trace = Trace(1)
    trace.restart(10.0)
    trace.mark("transcript", 10.2)
    trace.restart(11.0)
    assert trace.stages_s() == {}
    trace.mark("transcript", 11.3)
    assert trace.stages_s() == {"transcript": 0.3}


def test_a_turn_without_a_beginning_has_no_times() -> None:
    trace = Trace(1)
    trace.mark("done", 3.0)
    assert trace.stages_s() == {}


def test_a_stage_that_nobody_knows_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="breakfast"):
        Trace(1).mark("breakfast", 1.0)
    assert len(set(STAGES)) == len(STAGES)
