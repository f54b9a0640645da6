"""Talks to Rasa: what a sentence means, and what the dialogue answers to it."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from assistant.dialogue.supervisor import Endpoint

PARSE_TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 2.0
MAX_LINE_BYTES = 1 << 20
MAX_WAITING = 8  # turns of one sender in the queue; a person does not speak faster than that

_COMMAND = re.compile(r"^[\s/]+")
"""What would make Rasa take a text for a command of its own, past the understanding: /unlock{"device": …}"""

NOT_READY = "I'm still waking up. Please try again in a moment."
LOST = "I lost my train of thought. Please say that again."
TOO_LATE = "That is taking too long. Please try again."
BUSY = "One thing after the other, please."


class DialogueUnavailable(Exception):
    """Rasa cannot answer. `str()` is a sentence to be spoken, `detail` is for the log."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.detail = detail or sentence


@dataclass(frozen=True, slots=True)
class Parse:
    """What a sentence means. `ranking` holds (intent, confidence), best first; `raw` is Rasa's own answer,
    to be handed back with the turn so that the understanding does not run twice.

    `parts`: of several turns said in one breath each one, as the dialogue will have it. Intent and ranking are then
    those of the first, the confidence that of the least sure, the entities those of all, in places of `text`."""

    text: str
    intent: str
    confidence: float
    entities: tuple[dict[str, Any], ...]
    ranking: tuple[tuple[str, float], ...]
    raw: dict[str, Any] = field(repr=False, compare=False, default_factory=dict)
    parts: tuple["Parse", ...] = ()

    @property
    def last(self) -> "Parse":
        """What was said last, where several things were."""
        return self.parts[-1] if self.parts else self


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to say. `source`: template, service:<name>, generated, repeat, error:<code>. `spoken`: it
    has been said already, while it was being written."""

    text: str
    source: str
    spoken: bool = False
    custom: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TurnDone:
    """The last thing of a turn. With `requested_slot` the dialogue waits for an answer to its question;
    `error` is "" or says how the turn failed, which has been said in a message."""

    active_loop: str | None = None
    requested_slot: str | None = None
    error: str = ""


class RasaClient:
    """Sends one turn after the other for each sender, turns of different senders beside each other.

    `endpoint` tells where Rasa is now, or None while it is not there. Event-loop thread only.
    """

    def __init__(self, endpoint: Callable[[], Endpoint | None], turn_timeout_s: float) -> None:
        self._endpoint = endpoint
        self._turn_timeout_s = turn_timeout_s
        self._queues: dict[str, _Queue] = {}
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Give up the connections. Idempotent; turns that Rasa has received go on there."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def parse(self, text: str) -> Parse:
        """Understand a sentence, with no effect on any conversation. Raises `DialogueUnavailable`."""
        endpoint = self._reachable()
        body = {"text": _COMMAND.sub("", text).strip()}
        asked: dict[str, Any]
        if endpoint.channel_token:
            route, asked = "/webhooks/assistant/understand", {"headers": _authorization(endpoint)}
        else:  # a Rasa that understands and nothing else
            route, asked = "/model/parse", {"params": {"token": endpoint.api_token}}
        try:
            async with (
                asyncio.timeout(PARSE_TIMEOUT_S),
                self._http().post(f"{endpoint.url}{route}", json=body, **asked) as response,
            ):
                if response.status != 200:
                    raise DialogueUnavailable(LOST, f"Rasa answered {route} with {response.status}.")
                return _parse(await response.json())
        except TimeoutError as error:
            raise DialogueUnavailable(TOO_LATE, "Rasa did not parse in time.") from error
        except aiohttp.ClientError as error:
            raise DialogueUnavailable(LOST, f"Rasa went away while parsing: {error}") from error

    async def turn(
        self, sender: str, text: str, turn: int, parse: Parse | None = None
    ) -> AsyncGenerator[Message | TurnDone, None]:
        """The answer to one turn, message by message, and a `TurnDone` at its end.

        Once sent the turn runs to its end, also when the caller stops listening. Raises
        `DialogueUnavailable` when Rasa is not there, goes away, or shows no sign of life for the configured
        time."""
        async with self._queued(sender):
            endpoint = self._reachable()
            count = 0
            async for line in self._lines(endpoint, _body(sender, text, turn, parse)):
                if line.get("done"):
                    if not count:
                        raise DialogueUnavailable(LOST, "Rasa ended a turn without a message.")
                    yield _done(line)
                    return
                count += 1
                yield _message(line)
            raise DialogueUnavailable(LOST, "Rasa went away in the middle of a turn.")

    async def preview(self, sender: str, text: str, turn: int, parse: Parse) -> list[Message]:
        """What the turn would answer, with no effect on the conversation or anything else; none where that cannot be
        told without one. Raises `DialogueUnavailable`."""
        if (queue := self._queues.get(sender)) is not None and queue.waiting:
            return []  # a turn is under way: what it will change is not known yet
        body = _body(sender, text, turn, parse)
        async for answer in self._lines(self._reachable(), body, "preview"):
            return [_message(line) for line in answer.get("messages") or ()]
        return []

    async def heard(self, sender: str, text: str) -> None:
        """Record what a person heard of an answer that was cut short. Raises `DialogueUnavailable`."""
        async with self._queued(sender):
            async for _ in self._lines(self._reachable(), {"sender": sender, "text": text}, "heard"):
                pass

    async def _lines(
        self, endpoint: Endpoint, body: dict[str, Any], route: str = "turns"
    ) -> AsyncIterator[dict[str, Any]]:
        headers = _authorization(endpoint)
        try:
            async with self._http().post(
                f"{endpoint.url}/webhooks/assistant/{route}", json=body, headers=headers
            ) as response:
                if response.status != 200:
                    raise DialogueUnavailable(LOST, f"Rasa refused a turn with {response.status}.")
                async for line in response.content:
                    yield json.loads(line)
        except TimeoutError as error:
            raise DialogueUnavailable(TOO_LATE, "Rasa gave no sign of life.") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise DialogueUnavailable(LOST, f"Rasa went away in the middle of a turn: {error}") from error

    @asynccontextmanager
    async def _queued(self, sender: str) -> AsyncIterator[None]:
        """Waits for the sender's earlier turns. Rasa's own lock is polled once a second: meeting it there
        would
        cost a second."""
        queue = self._queues.setdefault(sender, _Queue())
        if queue.waiting >= MAX_WAITING:
            raise DialogueUnavailable(BUSY, f"{sender} has {MAX_WAITING} turns waiting.")
        queue.waiting += 1
        try:
            async with queue.lock:
                yield
        finally:
            queue.waiting -= 1
            if not queue.waiting:
                self._queues.pop(sender, None)

    def _reachable(self) -> Endpoint:
        endpoint = self._endpoint()
        if endpoint is None:
            raise DialogueUnavailable(NOT_READY, "Rasa is not running.")
        return endpoint

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            # `sock_read` is the time without news, not the length of a turn: a long answer may take its time.
            timeout = aiohttp.ClientTimeout(
                total=None, sock_connect=CONNECT_TIMEOUT_S, sock_read=self._turn_timeout_s
            )
            self._session = aiohttp.ClientSession(timeout=timeout, read_bufsize=MAX_LINE_BYTES)
        return self._session


@dataclass
class _Queue:
    """asyncio's lock is fair: whoever came first is served first."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


def _body(sender: str, text: str, turn: int, parse: Parse | None) -> dict[str, Any]:
    body: dict[str, Any] = {"sender": sender, "text": text, "turn": turn}
    if parse is not None and parse.raw:
        body["parse"] = parse.raw
    return body


def _authorization(endpoint: Endpoint) -> dict[str, str]:
    return {"Authorization": f"Bearer {endpoint.channel_token}"}


def _parse(raw: dict[str, Any]) -> Parse:
    intent = raw.get("intent") or {}
    whole = Parse(
        text=str(raw.get("text") or ""),
        intent=str(intent.get("name") or ""),
        confidence=float(intent.get("confidence") or 0.0),
        entities=tuple(raw.get("entities") or ()),
        ranking=tuple((str(r["name"]), float(r["confidence"])) for r in raw.get("intent_ranking") or ()),
        raw=raw,
    )
    if not raw.get("parts"):
        return whole
    parts = tuple(_parse(part["parse"]) for part in raw["parts"])
    return replace(
        whole,
        intent=parts[0].intent,
        confidence=min(part.confidence for part in parts),
        ranking=parts[0].ranking,
        entities=tuple(entity for part in raw["parts"] for entity in _in_place(part)),
        parts=parts,
    )


def _in_place(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The entities of a part where they stand in the whole; words that were put before it are in no place."""
    shift, lead = int(part["start"]) - int(part["lead"]), int(part["lead"])
    for entity in part["parse"].get("entities") or ():
        if entity["start"] >= lead:
            yield {**entity, "start": entity["start"] + shift, "end": entity["end"] + shift}


def _message(line: dict[str, Any]) -> Message:
    return Message(
        text=str(line.get("text") or ""),
        source=str(line.get("source") or "template"),
        spoken=bool(line.get("spoken")),
        custom=dict(line.get("custom") or {}),
    )


def _done(line: dict[str, Any]) -> TurnDone:
    return TurnDone(line.get("active_loop"), line.get("requested_slot"), str(line.get("error") or ""))
