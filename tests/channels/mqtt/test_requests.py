"""What counts as a request, where it comes from, and where its answer goes."""

import json
from typing import Any

import pytest

from assistant import events
from assistant.channels.mqtt.requests import Refused, Request, place_in, reply_topic, request_of
from assistant.channels.mqtt.telling import STATES, state_of, told
from assistant.conversation.machine.state import Phase
from assistant.mqtt.messages import Received


def received(topic: str, payload: Any = "", **more: Any) -> Received:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return Received(topic, text.encode(), **more)


@pytest.mark.parametrize(
    ("topic", "payload", "request_"),
    [
        ("a/call/clock/time", "", Request("call", "default", "clock.time")),
        ("a/call/home/set/kitchen", {"arguments": {"x": 1}, "id": 7, "confirmation": "n"},
         Request("call", "kitchen", "home.set", {"x": 1}, confirmation="n", id=7)),
        ("a/ask", "what  time\nis it", Request("ask", "default", text="what time is it")),
        ("a/ask/hall", {"text": "hello", "room": "hall", "person": "Ann"},
         Request("ask", "hall", text="hello", room="hall", person="Ann")),
        ("a/say", "dinner is ready", Request("say", "default", text="dinner is ready")),
        ("a/ask/strange\u0001place", "hello", Request("ask", "default", text="hello")),
        ("a/ask", '"quoted', Request("ask", "default", text='"quoted')),
    ],
)  # fmt: skip
def test_requests(topic: str, payload: Any, request_: Request) -> None:
    assert request_of("a", received(topic, payload)) == request_


def test_a_place_is_that_of_the_topic_whatever_the_body_says() -> None:
    request = request_of("a", received("a/call/home/set/hall", {"session": "mqtt:office", "place": "office"}))
    assert request.session == "mqtt:hall"


@pytest.mark.parametrize(
    ("topic", "payload", "id"),
    [
        ("a/call/home/set", "on", None),
        ("a/call/home/set", "[]", None),
        ("a/call/home/set", "[" * 50_000, None),
        ("a/call/home/set", {"room": 5, "id": "x"}, "x"),
        ("a/call/home/set", {"id": {}}, None),
        ("a/ask", "", None),
        ("a/ask", {"id": 1}, 1),
        ("a/ask", {"text": 7, "id": 1}, 1),
        ("a/say", "x" * 2001, None),
        ("a/ask", "{broken", None),
    ],
)
def test_what_is_none(topic: str, payload: Any, id: object) -> None:
    with pytest.raises(Refused) as error:
        request_of("a", received(topic, payload))
    assert error.value.id == id


@pytest.mark.parametrize(
    ("topic", "wanted", "goes_to"),
    [
        ("a/ask", "", "a/reply"),
        ("a/ask/hall", "", "a/reply/hall"),
        ("a/call/x/y/hall", "", "a/reply/hall"),
        ("a/ask", "their/answers", "their/answers"),
        ("a/ask", "a/reply/mine", "a/reply/mine"),
        ("a/ask", "a/ask", "a/reply"),  # it would be asked again, for ever
        ("a/ask", "a/call/home/set", "a/reply"),
        ("a/ask", "a/say", "a/reply"),
        ("a/ask", "zigbee/lamp/set", "a/reply"),
        ("a/ask", "x/#", "a/reply"),
        ("a/ask", "$SYS/x", "a/reply"),
        ("a/ask", "x" * 600, "a/reply"),
    ],
)
def test_where_the_answer_goes(topic: str, wanted: str, goes_to: str) -> None:
    assert reply_topic("a", received(topic, response_topic=wanted), {"zigbee/lamp/set"}) == goes_to


def test_prefixes_of_several_levels() -> None:
    assert place_in("home/voice", "home/voice/ask/hall") == "hall"


HERE: dict[str, Any] = {"at_s": 1.0, "session": "sound", "turn": 3}
SECRET = "my secret"
EVENTS: list[events.Event] = [
    events.Heard(**HERE, text=SECRET, engine="sphinx", confidence=0.9),
    events.Understood(**HERE, text=SECRET, intent="note", confidence=0.9, entities=({"value": SECRET},)),
    events.ServiceCalled(
        **HERE, service="notes.add", arguments={"text": SECRET}, ok=True, result={"x": SECRET}
    ),
    events.ServiceCalled(**HERE, service="notes.add", arguments={}, ok=False, error=SECRET),
    events.Replied(**HERE, text=SECRET, source="template"),
    events.TurnEnded(**HERE, outcome="answered"),
    events.Trouble(**HERE, part="voice", text=SECRET),
    events.WakeWordJudged(**HERE, word="hey_jarvis", probability=0.99, accepted=True),
    events.HeardSoFar(**HERE, text=SECRET, stable=SECRET),
    events.Spoken(**HERE, text=SECRET, heard=SECRET, interrupted=False),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_no_word_is_told_unless_the_owner_wants_it(event: events.Event) -> None:
    assert SECRET not in json.dumps(told(event, words=False))


def test_what_is_told() -> None:
    kinds = [news[0] for event in EVENTS if (news := told(event, words=True))]
    assert kinds == ["heard", "understood", "did", "did", "said", "ended", "trouble", "wake"]
    assert told(EVENTS[1], words=False) == (
        "understood",
        {"session": "sound", "turn": 3, "intent": "note", "confidence": 0.9},
    )
    assert told(EVENTS[2], words=True) == (
        "did",
        {"session": "sound", "turn": 3, "service": "notes.add", "ok": True, "arguments": {"text": SECRET},
         "result": {"x": SECRET}, "error": ""},
    )  # fmt: skip
    near = events.WakeWordJudged(**HERE, word="x", probability=0.2, accepted=False, reason="near miss")
    assert told(near, words=True) is None


def test_every_state_has_a_word_and_visitors_have_none() -> None:
    assert set(STATES) == {str(phase) for phase in Phase}
    assert state_of(events.StateChanged(**HERE, state="user speaking")) == ("sound", "listening")
    assert state_of(events.StateChanged(at_s=0, session="api:x:1", turn=1, state="idle")) is None
