"""The one way to every service: look it up, check arguments and risk, run it, and write down the outcome."""

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from pydantic import ValidationError

from assistant.errors import UserError
from assistant.events import ServiceCalled
from assistant.services.service import (
    Assessment,
    Call,
    Done,
    Input,
    Origin,
    Risk,
    ServiceError,
    Spec,
    specs_of,
)
from assistant.services.time import Clock
from assistant.storage.audit import Record

_log = logging.getLogger(__name__)
_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_AUDIT_TIMEOUT_S = 5.0
_CLOSE_TIMEOUT_S = 5.0
_FAILED = "Something went wrong while I did that."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call. `error_message` is a sentence to be spoken, a question for
    `needs_confirmation`."""

    ok: bool
    result: dict[str, Any] = field(default_factory=dict)
    error_code: str = ""
    error_message: str = ""
    took_s: float = 0.0


class Audit(Protocol):
    async def append(self, record: Record) -> None: ...


@dataclass(frozen=True, slots=True)
class _Decided:
    outcome: Outcome
    decision: str
    undo: tuple[Call, ...] = ()


class Registry:
    """All services. Used on the event loop only.

    A call that has begun is carried out even when its caller goes away: what a person asked for is not left
    half done because they interrupted the answer.
    """

    def __init__(self, clock: Clock, audit: Audit, emit: Callable[[ServiceCalled], None]) -> None:
        self._clock = clock
        self._audit = audit
        self._emit = emit
        self._specs: dict[str, Spec] = {}
        self._running: set[asyncio.Task[Outcome]] = set()
        self._closed = False

    def add(self, provider: object) -> None:
        """Offer all services of an object; see `assistant.services.service`."""
        for spec in specs_of(provider):
            if not _NAME.fullmatch(spec.name):
                raise ValueError(f"{spec.name!r} is no name of the form domain.action")
            if spec.name in self._specs:
                raise ValueError(f"there are two services named {spec.name}")
            self._specs[spec.name] = spec

    def specs(self) -> tuple[Spec, ...]:
        """Every service, by name."""
        return tuple(spec for _, spec in sorted(self._specs.items()))

    async def call(self, name: str, arguments: object, origin: Origin) -> Outcome:
        """Do it, or say why not. Bounded by the service's time limit; raises nothing but CancelledError."""
        if self._closed:
            return Outcome(False, error_code="closed", error_message="I am shutting down.")
        task = asyncio.create_task(self._call(name, arguments, origin), name=f"service {name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Let running calls finish (bounded), then end them. Idempotent."""
        self._closed = True
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=_CLOSE_TIMEOUT_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _call(self, name: str, arguments: object, origin: Origin) -> Outcome:
        began = self._clock.monotonic()
        decided = await self._decide(name, arguments, origin)
        outcome = decided.outcome
        took_s = self._clock.monotonic() - began
        outcome = Outcome(
            outcome.ok, outcome.result, outcome.error_code, outcome.error_message, took_s=took_s
        )
        self._announce(name, arguments, origin, outcome)
        await self._write_down(name, arguments, origin, decided, took_s)
        return outcome

    async def _decide(self, name: str, arguments: object, origin: Origin) -> _Decided:
        spec = self._specs.get(name)
        if spec is None:
            return _refused("unknown_service", "I cannot do that.")
        if spec.risk is Risk.FORBIDDEN:
            return _refused("forbidden", "I am not allowed to do that.")
        try:
            asked = spec.input.model_validate(arguments)
        except ValidationError as error:
            return _refused("bad_arguments", _sentence(error))
        try:
            async with asyncio.timeout(spec.timeout_s):
                return await _run(spec, asked, origin)
        except TimeoutError:
            return _failed("timeout", "That took too long, so I gave up.")
        except ServiceError as error:
            return _failed(error.code, str(error))
        except UserError as error:
            return _failed("storage", str(error))
        except Exception:
            _log.exception("service %s failed", name)
            return _failed("failed", _FAILED)

    def _announce(self, name: str, arguments: object, origin: Origin, outcome: Outcome) -> None:
        event = ServiceCalled(
            at_s=self._clock.monotonic(),
            session=origin.session,
            turn=int(origin.turn) if str(origin.turn).isdecimal() else 0,
            service=name,
            arguments=arguments if isinstance(arguments, dict) else {},
            ok=outcome.ok,
            result=outcome.result or None,
            error=outcome.error_message,
            took_s=outcome.took_s,
        )
        try:
            self._emit(event)
        except Exception:
            _log.exception("an observer of service calls failed")

    async def _write_down(
        self, name: str, arguments: object, origin: Origin, decided: _Decided, took_s: float
    ) -> None:
        outcome = decided.outcome
        record = Record(
            at=self._clock.now(),
            session=origin.session,
            turn=str(origin.turn),
            channel=origin.channel,
            service=name,
            arguments=arguments,
            decision=decided.decision,
            ok=outcome.ok,
            result=outcome.result,
            error=f"{outcome.error_code}: {outcome.error_message}" if outcome.error_code else "",
            took_s=took_s,
            undo=() if origin.undoing else tuple(asdict(call) for call in decided.undo),
        )
        try:
            async with asyncio.timeout(_AUDIT_TIMEOUT_S):
                await self._audit.append(record)
        except (UserError, TimeoutError) as error:
            # The deed is done; that it could not be written down must not make it look undone.
            _log.error("no record of %s could be written: %s", name, error)


async def _run(spec: Spec, asked: Input, origin: Origin) -> _Decided:
    assessment = await spec.assess(asked) if spec.assess else Assessment(spec.risk)
    if assessment.risk is Risk.FORBIDDEN:
        return _refused("forbidden", "I am not allowed to do that.")
    risky = assessment.risk is Risk.RISKY
    if risky and not origin.confirmed:
        outcome = Outcome(False, error_code="needs_confirmation", error_message=assessment.question)
        return _Decided(outcome, "needs_confirmation")
    done = await spec.run(asked, origin)
    if not isinstance(done, Done):
        done = Done(done)
    return _Decided(Outcome(True, done.result), "confirmed" if risky else "allowed", done.undo)


def _refused(code: str, message: str) -> _Decided:
    return _Decided(Outcome(False, error_code=code, error_message=message), "refused")


def _failed(code: str, message: str) -> _Decided:
    return _Decided(Outcome(False, error_code=code, error_message=message), "allowed")


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong with the arguments, as a sentence to be spoken."""
    first = error.errors(include_url=False, include_context=False)[0]
    names = [str(part).replace("_", " ") for part in first["loc"] if isinstance(part, str)]
    what = names[-1] if names else "request"
    match first["type"]:
        case "missing":
            return f"I need to know the {what}."
        case "extra_forbidden":
            return f"I don't know what to do with the {what}."
        case "value_error":
            return first["msg"].removeprefix("Value error, ")
        case "model_type" | "dict_type" if not names:
            return "The arguments have to be an object with names and values."
    with contextlib.suppress(IndexError):
        return f"The {what} is not right: {first['msg'][0].lower()}{first['msg'][1:]}."
    return f"The {what} is not right."
