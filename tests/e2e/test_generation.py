"""What no template answers: a language model's sentences, streamed through the whole assistant."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant import paths
from assistant.safety.disclosure import FIRST
from tests.e2e.conftest import Person
from training.gguf.pairs import ANSWERS

pytestmark = [pytest.mark.rasa, pytest.mark.usefixtures("rasa_is_there")]

ANSWER = ("Hamlet ", "was written by ", "William Shakespeare. ", "That was ", "around 1600.")
SKY = ANSWERS[0]
QUESTION = "who wrote the play about the prince of denmark"


class Model(BaseHTTPRequestHandler):
    """Streams `ANSWER` as an OpenAI-compatible server would, and remembers what it was asked."""

    asked: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).asked.append(body)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for piece in ANSWER:
            chunk = {"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]}
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.flush()
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *arguments: Any) -> None:
        """Not to the terminal."""


@contextmanager
def language_model() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    asked: list[dict[str, Any]] = []
    handler = type("Handler", (Model,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def generated(turn: dict[str, Any]) -> str:
    """What a model wrote of the first turn that one answers: whose it is was said before it, and nothing else."""
    told, *written = turn["replies"]
    assert (told["text"], told["source"]) == (FIRST, "notice")
    assert {reply["source"] for reply in written} == {"generated"}
    return " ".join(reply["text"] for reply in written)


def test_a_model_answers_once_and_knows_what_was_said_before(person: Person) -> None:
    with language_model() as (url, asked):
        settings = ("--set", f"generation.url={url}", "--set", "generation.model=tiny")
        result = person.run(*settings, "ask", "--json", QUESTION, "and which year was the tragedy finished")
    first, second = result.json
    assert generated(first) == "".join(ANSWER)
    assert FIRST not in [reply["text"] for reply in second["replies"]]
    assert first["outcome"] == "answered"
    assert second["outcome"] == "answered"
    assert QUESTION in json.dumps(asked[1]["messages"])
    assert "Shakespeare" in json.dumps(asked[1]["messages"])


def test_without_a_model_the_answer_is_an_honest_no(person: Person) -> None:
    result = person.run("ask", "--json", QUESTION)
    (turn,) = result.json
    assert turn["intent"] in ("out_of_scope", "nlu_fallback")
    assert turn["services"] == []
    assert [reply["source"] for reply in turn["replies"]] == ["none"]
    assert "know" in turn["replies"][0]["text"]


def test_a_model_that_is_not_there_is_said_aloud(person: Person) -> None:
    result = person.run("--set", "generation.url=http://127.0.0.1:9/v1", "ask", "--json", QUESTION)
    (turn,) = result.json
    assert turn["outcome"] == "answered"
    assert "language model" in turn["replies"][0]["text"]


def test_a_model_in_a_file_answers(person: Person) -> None:
    pytest.importorskip("xllamacpp", reason="llama.cpp is not installed (the extra local-llm)")
    file = paths.source_root() / "tests" / "fixtures" / "answers-fixture.gguf"
    settings = ("--set", f"generation.local.model={file}", "--set", "generation.local.temperature=0")
    (turn,) = person.run(*settings, "ask", "--json", SKY.questions[0]).json
    assert generated(turn) == SKY.answer
