"""Stopping parts of the assistant and going on with them, and what people say about its answers.

These services are called whatever is switched off, for they are how it is switched on again.
"""

from typing import Any, Protocol

from pydantic import Field

from assistant.errors import UserError
from assistant.oversight.switches import Switch, Switches
from assistant.services.service import (
    Assessment,
    Call,
    Done,
    Input,
    NoInput,
    Origin,
    Risk,
    ServiceError,
    Spec,
    service,
)

_STOPPED = {
    Switch.NO_MODEL: "All right, I'll answer without the language model until you say otherwise.",
    Switch.NO_ACTIONS: "All right, I won't do anything from now on. I can still answer questions, and stop things.",
    Switch.MUTE: "I'm mute now. Alarms and timers make no sound either.",
}
_RESUMED = {
    Switch.NO_MODEL: "All right, I may ask the language model again.",
    Switch.NO_ACTIONS: "All right, I can do things again.",
    Switch.MUTE: "Here I am again.",
}
_QUESTIONS = {
    Switch.NO_MODEL: "Shall I really use the language model again?",
    Switch.NO_ACTIONS: "Shall I really do things again?",
}
_STATUS = {
    Switch.NO_MODEL: "I don't use the language model",
    Switch.NO_ACTIONS: "I don't do anything",
    Switch.MUTE: "I'm mute",
}
SWITCHED_OFF = "I'm told not to do anything. Say, you can do things again, if you want that."
_ALWAYS = frozenset({"oversight.resume", "oversight.status", "oversight.feedback", "oversight.remember"})
"""Beside what only reads or stops something: they change nothing but the assistant's own records."""


def refusal(switches: Switches, spec: Spec, risk: Risk) -> str:
    """The sentence with which a call is refused; empty where it may be made."""
    free = risk is Risk.READ or spec.stops or (spec.name in _ALWAYS and not spec.plugin)
    return SWITCHED_OFF if switches.no_actions and not free else ""


class SwitchInput(Input):
    switch: Switch = Field(
        description="What: no-model (no language model), no-actions (nothing is done) or mute."
    )


class FeedbackInput(Input):
    good: bool = Field(description="Whether the answer was right.")
    turn: int = Field(0, ge=0, description="Number of the turn in its session; 0: the one before.")


class RememberInput(Input):
    turn: int = Field(0, ge=0, description="Number of the turn in its session; 0: the one before.")


class Records(Protocol):
    """Keeps what people say of turns, and the turns with it. `at_turn`: the turn that this is said in, `turn` the one
    that is meant, 0 for the one before. False where there is no such turn. Raises `UserError` where it cannot be
    kept."""

    async def opinion(self, session: str, at_turn: int, *, good: bool, turn: int, way: str) -> bool: ...

    async def remember(self, session: str, at_turn: int, *, turn: int) -> bool: ...


class OversightServices:
    """Loop thread."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._records: Records | None = None

    def attach(self, records: Records) -> None:
        """From now on what is said of answers is kept there."""
        self._records = records

    @service("oversight.stop", "Stop a part of the assistant.", Risk.REVERSIBLE, stops=True, least="member")
    async def stop(self, asked: SwitchInput, origin: Origin) -> Done:
        was = self._switches.is_on(asked.switch)
        try:
            await self._switches.set(asked.switch, True)
        except UserError as error:
            raise ServiceError(
                "not_kept", "That is so now, but I can't write it down: it ends when I am started again."
            ) from error
        undo = () if was else (Call("oversight.resume", {"switch": asked.switch.value}),)
        return Done({"switch": asked.switch, "was": was, "spoken": _STOPPED[asked.switch]}, undo)

    @service(
        "oversight.resume",
        "Let a part of the assistant that was stopped go on.",
        Risk.RISKY,
        assess="_assess",
        least="owner",
    )
    async def resume(self, asked: SwitchInput, origin: Origin) -> dict[str, Any]:
        was = self._switches.is_on(asked.switch)
        await self._switches.set(asked.switch, False)
        return {"switch": asked.switch, "was": was, "spoken": _RESUMED[asked.switch]}

    async def _assess(self, asked: SwitchInput, origin: Origin) -> Assessment:
        """Being heard again harms nobody, and a question could not be heard; nor does what is so already."""
        risky = asked.switch in _QUESTIONS and self._switches.is_on(asked.switch)
        return Assessment(Risk.RISKY if risky else Risk.REVERSIBLE, _QUESTIONS.get(asked.switch, ""))

    @service("oversight.status", "Tell which parts of the assistant are stopped.", Risk.READ)
    async def status(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        on = self._switches.on
        spoken = " and ".join(_STATUS[switch] for switch in on) if on else "Nothing is switched off"
        return {"on": [switch.value for switch in on], "spoken": f"{spoken}."}

    @service("oversight.feedback", "Keep whether an answer was right.", Risk.REVERSIBLE)
    async def feedback(self, asked: FeedbackInput, origin: Origin) -> dict[str, Any]:
        kept = await self._kept_by().opinion(
            origin.session, _turn(origin), good=asked.good, turn=asked.turn, way=origin.channel
        )
        if not kept:
            raise _no_turn()
        return {"good": asked.good}

    @service("oversight.remember", "Keep a turn for somebody to look at.", Risk.REVERSIBLE)
    async def remember(self, asked: RememberInput, origin: Origin) -> dict[str, Any]:
        if not await self._kept_by().remember(origin.session, _turn(origin), turn=asked.turn):
            raise _no_turn()
        return {}

    def _kept_by(self) -> Records:
        if self._records is None:
            raise ServiceError("not_kept", "I'm told not to keep anything for review.")
        return self._records


def _turn(origin: Origin) -> int:
    return int(origin.turn) if str(origin.turn).isdecimal() else 0


def _no_turn() -> ServiceError:
    return ServiceError("no_turn", "I haven't said anything yet that you could mean.")
