import asyncio
import logging
from typing import Any

import pytest
from pydantic import Field

from assistant.config.policy import Policy
from assistant.events import ServiceCalled
from assistant.services.registry import Registry
from assistant.services.service import Done, Input, NoInput, Origin, Risk, ServiceError, service
from assistant.storage.audit import Record
from assistant.storage.database import StorageError
from tests.services.conftest import House
from tests.services.fakes import FakeClock


class Say(Input):
    words: str = Field(description="What to say.", max_length=20)
    times: int = 1


class Peck(Input):
    what: str


class Parrot:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.gate = asyncio.Event()

    @service("parrot.say", "Say something.", Risk.REVERSIBLE)
    async def say(self, asked: Say, origin: Origin) -> Done:
        self.said += [asked.words] * asked.times
        return Done({"said": asked.words})

    @service("parrot.sleep", "Sleep.", Risk.READ, timeout_s=0.05)
    async def sleep(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    @service("parrot.wait", "Wait, then say that it did.", Risk.REVERSIBLE)
    async def wait(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        await self.gate.wait()
        self.said.append("waited")
        return {}

    @service("parrot.break", "Break.", Risk.READ)
    async def broken(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        raise ZeroDivisionError("secret detail")

    @service("parrot.refuse", "Refuse.", Risk.READ)
    async def refuse(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        raise ServiceError("no_mood", "I'd rather not.")

    @service("parrot.bite", "Bite.", Risk.RISKY)
    async def bite(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        self.said.append("bit")
        return {}

    @service("parrot.peck", "Peck.", Risk.RISKY)
    async def peck(self, asked: Peck, origin: Origin) -> dict[str, Any]:
        self.said.append(f"pecked {asked.what}")
        return {}

    @service("parrot.hush", "Be quiet.", Risk.REVERSIBLE, stops=True)
    async def hush(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        return {}

    @service("parrot.fly", "Fly away.", Risk.FORBIDDEN)
    async def fly(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        self.said.append("flew")
        return {}


class Notebook:
    def __init__(self) -> None:
        self.records: list[Record] = []
        self.full = False

    async def append(self, record: Record) -> None:
        if self.full:
            raise StorageError("The disk is full.")
        self.records.append(record)


class Cage:
    def __init__(self) -> None:
        self.parrot, self.notebook = Parrot(), Notebook()
        self.events: list[ServiceCalled] = []
        self.clock = FakeClock()
        self.furnish()

    def furnish(self, policy: Policy | None = None) -> None:
        """A new registry, which goes by `policy`."""
        self.registry = Registry(self.clock, self.notebook, self.events.append, policy)
        self.registry.add(self.parrot)


@pytest.fixture
def cage() -> Cage:
    return Cage()


HERE = Origin("kitchen", 3, "console")


async def test_a_call_is_done_told_and_written_down(cage: Cage) -> None:
    outcome = await cage.registry.call("parrot.say", {"words": "hello", "times": 2}, HERE)
    assert (outcome.ok, outcome.result) == (True, {"said": "hello"})
    assert cage.parrot.said == ["hello", "hello"]
    [event] = cage.events
    assert (event.service, event.session, event.turn, event.ok) == ("parrot.say", "kitchen", 3, True)
    [record] = cage.notebook.records
    assert (record.session, record.turn, record.channel, record.decision) == (
        "kitchen",
        "3",
        "console",
        "allowed",
    )
    assert (record.arguments, record.result) == ({"words": "hello", "times": 2}, {"said": "hello"})


@pytest.mark.parametrize(
    ("name", "arguments", "code", "sentence"),
    [
        ("parrot.swim", {}, "unknown_service", "I cannot do that."),
        ("__class__", {}, "unknown_service", "I cannot do that."),
        ("parrot.say", {}, "bad_arguments", "I need to know the words."),
        (
            "parrot.say",
            {"words": "a", "loud": True},
            "bad_arguments",
            "I don't know what to do with the loud.",
        ),
        ("parrot.say", {"words": 5}, "bad_arguments", "The words is not right"),
        ("parrot.say", {"words": "a" * 21}, "bad_arguments", "at most 20"),
        ("parrot.say", {"words": "a", "times": "many"}, "bad_arguments", "The times is not right"),
        ("parrot.say", ["words"], "bad_arguments", "object"),
        ("parrot.say", None, "bad_arguments", "object"),
        ("parrot.refuse", {}, "no_mood", "I'd rather not."),
        ("parrot.sleep", {}, "timeout", "took too long"),
        ("parrot.fly", {}, "forbidden", "not allowed"),
    ],
)
async def test_what_cannot_be_done_is_a_sentence(
    cage: Cage, name: str, arguments: object, code: str, sentence: str
) -> None:
    outcome = await cage.registry.call(name, arguments, HERE)
    assert (outcome.ok, outcome.error_code) == (False, code)
    assert sentence in outcome.error_message
    assert cage.parrot.said == []
    assert len(cage.events) == len(cage.notebook.records) == 1
    assert not cage.notebook.records[0].ok


async def test_a_service_that_breaks_tells_the_log_and_not_the_person(
    cage: Cage, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = await cage.registry.call("parrot.break", {}, HERE)
    assert outcome.error_code == "failed"
    assert "secret" not in outcome.error_message
    assert "secret detail" in caplog.text


async def test_a_risky_call_needs_a_yes(cage: Cage) -> None:
    outcome = await cage.registry.call("parrot.bite", {}, HERE)
    assert outcome.error_code == "needs_confirmation"
    assert outcome.error_message == "Shall I really bite?"
    assert cage.parrot.said == []
    yes = Origin("kitchen", 4, "console", outcome.confirmation)
    assert (await cage.registry.call("parrot.bite", {}, yes)).ok
    assert [record.decision for record in cage.notebook.records] == ["needs_confirmation", "confirmed"]


async def test_what_has_begun_is_carried_out_when_its_caller_goes_away(cage: Cage) -> None:
    call = asyncio.create_task(cage.registry.call("parrot.wait", {}, HERE))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    cage.parrot.gate.set()
    await cage.registry.close()
    assert cage.parrot.said == ["waited"]
    assert len(cage.notebook.records) == 1
    assert (await cage.registry.call("parrot.say", {"words": "a"}, HERE)).error_code == "closed"


async def test_neither_a_full_disk_nor_a_bad_observer_undoes_what_was_done(
    cage: Cage, caplog: pytest.LogCaptureFixture
) -> None:
    cage.notebook.full = True

    def observer(event: ServiceCalled) -> None:
        raise RuntimeError("observer")

    registry = Registry(FakeClock(), cage.notebook, observer)
    registry.add(cage.parrot)
    assert (await registry.call("parrot.say", {"words": "hello"}, HERE)).ok
    assert cage.parrot.said == ["hello"]
    assert "disk is full" in caplog.text
    assert caplog.records[-1].levelno == logging.ERROR


def test_a_service_without_a_typed_input_is_a_mistake_found_at_once(cage: Cage) -> None:
    class Untyped:
        @service("untyped.go", "Go.", Risk.READ)
        async def go(self, asked: dict[str, Any], origin: Origin) -> dict[str, Any]:
            return {}

    with pytest.raises(TypeError, match=r"untyped\.go"):
        cage.registry.add(Untyped())
    with pytest.raises(ValueError, match="two services"):
        cage.registry.add(Parrot())


async def test_every_service_has_a_schema_and_a_description(house: House) -> None:
    specs = house.services.registry.specs()
    expected = """clock.time clock.date timers.start timers.cancel timers.list timers.remaining lists.add
        lists.remove lists.read lists.clear lists.all home.set home.query undo.last"""
    assert {spec.name for spec in specs} >= set(expected.split())
    for spec in specs:
        assert spec.description.endswith(".")
        assert spec.schema()["type"] == "object"
