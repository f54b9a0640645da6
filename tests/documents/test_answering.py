"""The real library behind the real answerer: what a document says is said with its source, its orders reach nobody."""

import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Literal

import pytest

from assistant.config.generation import Generation
from assistant.documents.library import Library
from assistant.documents.quote import LEFT_OUT
from assistant.generation.answerer import Answerer, Question
from assistant.generation.base import NoGenerator, Piece, Request, Text, TextGenerator, ToolCall
from assistant.generation.prompt import Prompt
from assistant.generation.tools import ToolBox
from assistant.safety.gate import Gate
from assistant.services.clock import ClockServices
from assistant.services.registry import Registry
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from assistant.storage.audit import Record
from tests.documents.test_quote import PAYLOADS
from tests.generation.writers import Listener, Words


class Records:
    """What was called."""

    def __init__(self) -> None:
        self.kept: list[Record] = []

    async def append(self, record: Record) -> int | None:
        self.kept.append(record)
        return None


class Obedient:
    """A model that calls a service as soon as it reads any of the orders, wherever they stand."""

    name = "obedient"
    source: Literal["generated", "none"] = "generated"

    def __init__(self, orders: list[str]) -> None:
        self.orders = orders
        self.read: list[str] = []

    async def answer(self, request: Request) -> AsyncGenerator[Piece, None]:
        text = "\n".join(each.text for each in request.messages)
        self.read.append(text)
        if any(order in text for order in self.orders):
            yield ToolCall("1", "clock__time", "{}")
        yield Text("I am not sure.")

    async def close(self) -> None:
        pass


def answerer(library: Library, writer: TextGenerator, records: Records) -> Answerer:
    registry = Registry(SystemClock(), records, lambda event: None)
    registry.add(ClockServices(SystemClock()))
    settings = Generation()
    return Answerer(
        settings,
        writer,
        Gate([Words()], 30.0, time.monotonic),
        ToolBox(registry, ("clock.time",)),
        Prompt.read(settings.answers),
        retriever=library,
        clock=time.monotonic,
    )


def asked(text: str) -> Question:
    return Question(text, Origin("kitchen", 1, "dialogue", room="kitchen"))


async def test_without_a_model_a_document_answers_and_nothing_else_does(
    library: Library, papers: Path
) -> None:
    await library.add(papers)
    listener = Listener()
    mine = answerer(library, NoGenerator(), Records())
    answer = await mine.answer(asked("what pressure should the boiler have when it is cold"), listener)
    assert (answer.source, answer.text) == (
        "documents",
        "From your boiler manual: When the system is cold the gauge should show between 1.0 and 1.5 bar.",
    )
    nothing = await mine.answer(asked("how much does the boiler cost"), listener)
    assert nothing.source == "none"
    assert "boiler manual" not in nothing.text


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_orders_in_a_document_do_not_reach_a_model_that_would_follow_them(
    library: Library, papers: Path, payload: str
) -> None:
    (papers / "garden.md").write_text(
        f"# Garden gate\n\nThe gate is green. {payload} The gate squeaks in winter.\n"
    )
    await library.add(papers)
    records, model = Records(), Obedient([payload, " ".join(payload.split())])
    await answerer(library, model, records).answer(
        asked("what about the garden gate and its instructions"), Listener()
    )
    assert any(LEFT_OUT in text for text in model.read), "the document was shown, but for its orders"
    assert records.kept == []
