"""Which names are learned from what was done."""

from typing import Any

import pytest

from assistant.events import ServiceCalled
from assistant.vocabulary.learned import names_of


def called(service: str, result: dict[str, Any], *, ok: bool = True) -> ServiceCalled:
    return ServiceCalled(
        at_s=0.0,
        session="",
        turn=0,
        service=service,
        arguments={},
        ok=ok,
        result=result,
        error="",
        took_s=0.0,
    )


@pytest.mark.parametrize(
    ("service", "result", "names"),
    [
        ("lists.add", {"added": ["Oat Milk", "x"]}, [("items", "oat milk")]),
        ("timers.start", {"name": "lasagna"}, [("timers", "lasagna")]),
        ("lists.make", {"list": "camping"}, [("lists", "camping")]),
        ("calendar.add", {"title": "Orthodontist"}, [("events", "orthodontist")]),
        ("calendar.add", {"title": "a talk about the history of the canals of venice"}, []),
        ("notes.take", {"note": "the car"}, []),
    ],
)
def test_names_of_what_was_done(service: str, result: dict[str, Any], names: list[tuple[str, str]]) -> None:
    assert list(names_of(called(service, result))) == names
    assert list(names_of(called(service, result, ok=False))) == []
