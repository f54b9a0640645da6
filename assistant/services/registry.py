"""The one way to every service: look it up, check arguments and risk, run it, and write down the outcome."""

import asyncio
import enum
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from assistant.config.policy import Policy as PolicySettings
from assistant.errors import UserError
from assistant.events import ServiceCalled
from assistant.services import bookkeeping
from assistant.services.bookkeeping import Audit
from assistant.services.confirmations import Confirmations
from assistant.services.fault import sentence_of
from assistant.services.policy import Decision, Policy
from assistant.services.rate import CallLimits
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
_CLOSE_TIMEOUT_S = 5.0
_FAILED = "Something went wrong while I did that."
_NO_RECORD = "I didn't do that, because I cannot write down that I do it. Look at the disk and the database."
_NOT_CONFIRMED = "I didn't do that, because that yes doesn't count any more. Please ask again."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call. `error_message` is a sentence to be spoken, a question for
    `needs_confirmation`, and then `confirmation` is the nonce that a yes has to come with."""

    ok: bool
    result: dict[str, Any] = field(default_factory=dict)
    error_code: str = ""
    error_message: str = ""
    took_s: float = 0.0
    confirmation: str = field(default="", repr=False)
    undo: tuple[Call, ...] = field(default=(), repr=False)
    """What takes it back, in the order to do it."""
    record: int = 0
    """Of the call, where it can be taken back: what `undo.last` may be told to take back; 0: none."""

    def as_answer(self) -> dict[str, Any]:
        """For programs: `{"ok": true, "result", "record"?}`, or `{"ok": false, "error": {"code", "message",
        "confirmation"?}}`."""
        if self.ok:
            return {"ok": True, "result": self.result} | ({"record": self.record} if self.record else {})
        error = {"code": self.error_code, "message": self.error_message}
        if self.confirmation:
            error["confirmation"] = self.confirmation
        return {"ok": False, "error": error}


Refusal = Callable[[Spec, Risk], str]
"""The sentence with which a call of this risk is refused; empty where it may be made."""


@dataclass(frozen=True, slots=True)
class _Decided:
    outcome: Outcome
    decision: str
    why: str
    undo: tuple[Call, ...] = ()


@dataclass(slots=True)
class _Attempt:
    """One call. `begun`: the number of the record that was made before it was done."""

    name: str
    arguments: object
    origin: Origin
    how: "_How"
    begun: int = 0


class _How(enum.Enum):
    DO = enum.auto()
    ASK = enum.auto()  # only find out whether a yes is needed
    CONFIRMED = enum.auto()  # on behalf of another service, to which the yes was given


class Registry:
    """All services. Used on the event loop only.

    A call that has begun is carried out even when its caller goes away: what a person asked for is not left
    half done because they interrupted the answer.
    """

    def __init__(
        self,
        clock: Clock,
        audit: Audit,
        emit: Callable[[ServiceCalled], None],
        policy: PolicySettings | None = None,
    ) -> None:
        settings = policy or PolicySettings()
        self._clock = clock
        self._audit = audit
        self._emit = emit
        self._policy = Policy(settings)
        self._limits = CallLimits(settings.calls_per_minute, settings.calls_per_place, clock.monotonic)
        self._confirmations = Confirmations(clock.monotonic)
        self._specs: dict[str, Spec] = {}
        self._running: set[asyncio.Task[Outcome]] = set()
        self._closed = False
        self.refusal: Refusal = lambda spec, risk: ""
        """Asked before each call, whatever its channel and the policy; set it before there are any."""

    def add(self, provider: object) -> None:
        """Offer all services of an object; see `assistant.services.service`."""
        self.add_all([provider])

    def add_all(self, providers: Iterable[object], *, plugin: str = "") -> None:
        """Offer the services of several objects, all of them or none. Raises ValueError for a name that is taken or
        is none, and TypeError for a method that can be no service."""
        new: dict[str, Spec] = {}
        for spec in (spec for provider in providers for spec in specs_of(provider)):
            if not _NAME.fullmatch(spec.name):
                raise ValueError(f"{spec.name!r} is no name of the form domain.action")
            if spec.name in self._specs or spec.name in new:
                raise ValueError(f"there are two services named {spec.name}")
            new[spec.name] = replace(spec, plugin=plugin)
        self._specs.update(new)

    def specs(self) -> tuple[Spec, ...]:
        """Every service, by name."""
        return tuple(spec for _, spec in sorted(self._specs.items()))

    async def call(self, name: str, arguments: object, origin: Origin) -> Outcome:
        """Do it, or say why not. Bounded by the service's time limit; raises nothing but CancelledError."""
        return await self._begin(name, arguments, origin, _How.DO)

    async def ask(self, name: str, arguments: object, origin: Origin) -> Outcome:
        """Do nothing, but ask for the yes that `call` would need: `needs_confirmation` with the question, success
        where none is needed, or why it cannot be done."""
        return await self._begin(name, arguments, origin, _How.ASK)

    async def call_confirmed(self, name: str, arguments: object, origin: Origin) -> Outcome:
        """`call` for a service that has the person's yes to exactly this already. Not for what comes from
        outside."""
        return await self._begin(name, arguments, origin, _How.CONFIRMED)

    async def assess(self, name: str, arguments: object, origin: Origin) -> Assessment:
        """How risky a call would be. Raises `ServiceError` for one that cannot be made."""
        spec = self._specs.get(name)
        if spec is None:
            return Assessment(Risk.FORBIDDEN)
        try:
            asked = spec.input.model_validate(arguments)
        except ValidationError as error:
            raise ServiceError("bad_arguments", sentence_of(error)) from error
        assessed = await _assess(spec, asked, origin)
        match self._policy.decide(name, assessed.risk, origin, spec.least).decision:
            case Decision.DENY:
                return replace(assessed, risk=Risk.FORBIDDEN)
            case Decision.ASK:
                return replace(assessed, risk=Risk.RISKY)
        return assessed

    def may(self, spec: Spec, origin: Origin) -> Decision:
        """What is decided of a service as such; its arguments can make a call riskier, and never less so."""
        return self._policy.decide(spec.name, spec.risk, origin, spec.least).decision

    async def refuse(self, name: str, arguments: object, origin: Origin, why: str) -> Outcome:
        """A call that was proposed and is not made, because of what the proposer may not do: it is written down with
        `why`, and that is all."""
        decided = _refused("forbidden", "I am not allowed to do that.", why)
        attempt = _Attempt(name, arguments, origin, _How.DO)
        await bookkeeping.append(self._audit, self._record(attempt, decided, 0.0))
        return decided.outcome

    async def _begin(self, name: str, arguments: object, origin: Origin, how: _How) -> Outcome:
        if self._closed:
            return Outcome(False, error_code="closed", error_message="I am shutting down.")
        task = asyncio.create_task(self._call(name, arguments, origin, how), name=f"service {name}")
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

    async def _call(self, name: str, arguments: object, origin: Origin, how: _How) -> Outcome:
        began = self._clock.monotonic()
        attempt = _Attempt(name, arguments, origin, how)
        decided = await self._decide(attempt)
        if origin.preview:
            return decided.outcome
        outcome = replace(decided.outcome, took_s=self._clock.monotonic() - began)
        if how is _How.ASK and outcome.ok:
            return outcome  # nothing was done, and nothing was asked
        if how is not _How.ASK:
            self._announce(name, arguments, origin, outcome)
        record = await bookkeeping.append(self._audit, self._record(attempt, decided, outcome.took_s))
        return (
            replace(outcome, record=record) if outcome.ok and decided.undo and not origin.undoing else outcome
        )

    async def _decide(self, attempt: _Attempt) -> _Decided:
        name, origin, how = attempt.name, attempt.origin, attempt.how
        spec = self._specs.get(name)
        if spec is None:
            return _refused("unknown_service", "I cannot do that.", "there is no such service")
        if origin.preview and spec.risk is not Risk.READ and how is not _How.ASK:
            return _refused("preview", "That can only be done once it is sure that it was asked for.")
        verdict = self._policy.decide(name, spec.risk, origin, spec.least)
        if verdict.decision is Decision.DENY:
            return _refused("forbidden", "I am not allowed to do that.", verdict.why)
        free = origin.preview or spec.stops or how is _How.CONFIRMED
        if not free and (limit := self._limits.exceeded(origin, name)):
            return _refused("too_often", "That was asked too often. Please wait a moment.", limit)
        if sentence := self.refusal(spec, spec.risk):
            return _refused("switched_off", sentence, "it is switched off")
        try:
            asked = spec.input.model_validate(attempt.arguments)
        except ValidationError as error:
            return _refused("bad_arguments", sentence_of(error), "arguments do not fit")
        try:
            async with asyncio.timeout(spec.timeout_s):
                return await self._run(spec, asked, attempt)
        except TimeoutError:
            return _failed("timeout", "That took too long, so I gave up.")
        except ServiceError as error:
            return _failed(error.code, str(error))
        except UserError as error:
            return _failed("storage", str(error))
        except Exception:
            _log.exception("service %s failed", name)
            return _failed("failed", _FAILED)

    async def _run(self, spec: Spec, asked: Input, attempt: _Attempt) -> _Decided:
        origin, how = attempt.origin, attempt.how
        assessment = await _assess(spec, asked, origin)
        verdict = self._policy.decide(spec.name, assessment.risk, origin, spec.least)
        if verdict.decision is Decision.DENY:
            return _refused("forbidden", "I am not allowed to do that.", verdict.why)
        if sentence := self.refusal(spec, assessment.risk):
            return _refused("switched_off", sentence, "it is switched off")
        decision, why = "allowed", verdict.why
        if verdict.decision is Decision.ASK:
            question, key = assessment.question, asked.model_dump(mode="json")
            decision, why = "confirmed", f"{why}; the person said yes"
            asks = how is _How.ASK or origin.preview or not origin.confirmation
            if how is not _How.CONFIRMED and asks:
                nonce = "" if origin.preview else self._confirmations.issue(spec.name, key, question, origin)
                outcome = Outcome(
                    False, error_code="needs_confirmation", error_message=question, confirmation=nonce
                )
                return _Decided(outcome, "needs_confirmation", verdict.why)
            if how is _How.DO:
                refusal = self._confirmations.redeem(spec.name, key, question, origin)
                if refusal is not None:
                    return _refused("not_confirmed", _NOT_CONFIRMED, refusal.value)
        if how is _How.ASK:
            return _Decided(Outcome(True), decision, why)
        if assessment.risk is not Risk.READ:
            about = self._record(attempt, _Decided(Outcome(True), decision, why), 0.0)
            begun = await bookkeeping.begin(self._audit, about)
            if begun is None and assessment.risk is Risk.RISKY:
                return _failed("no_record", _NO_RECORD)
            attempt.begun = begun or 0
        done = await spec.run(asked, origin)
        if not isinstance(done, Done):
            done = Done(done)
        return _Decided(Outcome(True, done.result, undo=done.undo), decision, why, done.undo)

    def _announce(self, name: str, arguments: object, origin: Origin, outcome: Outcome) -> None:
        arguments, result = self._told(name, arguments, outcome.result)
        event = ServiceCalled(
            at_s=self._clock.monotonic(),
            session=origin.session,
            turn=int(origin.turn) if str(origin.turn).isdecimal() else 0,
            service=name,
            arguments=arguments if isinstance(arguments, dict) else {},
            ok=outcome.ok,
            result=result or None,
            error=outcome.error_message,
            took_s=outcome.took_s,
        )
        try:
            self._emit(event)
        except Exception:
            _log.exception("an observer of service calls failed")

    def _told(self, name: str, arguments: object, result: dict[str, Any]) -> tuple[object, dict[str, Any]]:
        """What others than the caller may know of a call."""
        spec = self._specs.get(name)
        return ({}, {}) if spec is not None and spec.private else (arguments, result)

    def _record(self, attempt: _Attempt, decided: _Decided, took_s: float) -> Record:
        origin, outcome = attempt.origin, decided.outcome
        arguments, result = self._told(attempt.name, attempt.arguments, outcome.result)
        return Record(
            at=self._clock.now(),
            session=origin.session,
            turn=str(origin.turn),
            channel=origin.channel,
            service=attempt.name,
            arguments=arguments,
            decision=decided.decision,
            ok=outcome.ok,
            result=result,
            error=f"{outcome.error_code}: {outcome.error_message}" if outcome.error_code else "",
            took_s=took_s,
            undo=() if origin.undoing else tuple(asdict(call) for call in decided.undo),
            room=origin.room,
            person=origin.person,
            reason=decided.why,
            begun=attempt.begun,
        )


async def _assess(spec: Spec, asked: Input, origin: Origin) -> Assessment:
    assessed = await spec.assess(asked, origin) if spec.assess else Assessment(spec.risk)
    what = f"{spec.description[:1].lower()}{spec.description[1:].rstrip('.')}"
    return assessed if assessed.question else replace(assessed, question=f"Shall I really {what}?")


def _refused(code: str, message: str, why: str = "") -> _Decided:
    return _Decided(Outcome(False, error_code=code, error_message=message), "refused", why or code)


def _failed(code: str, message: str) -> _Decided:
    return _Decided(Outcome(False, error_code=code, error_message=message), "allowed", f"it failed: {code}")
