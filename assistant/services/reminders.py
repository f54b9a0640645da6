"""Reminders: a few words of one's own, told at a time, once or again and again."""

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from pydantic import Field
from rapidfuzz import fuzz, process

from assistant.services.moments import spoken_moment, spoken_time_of_day
from assistant.services.numbers import joined, tokens_of, words
from assistant.services.repeats import Plan, spoken_rule, try_plan
from assistant.services.restore import undo_of
from assistant.services.said_when import plan_in, split_when
from assistant.services.service import (
    Assessment,
    Done,
    Input,
    NoInput,
    Origin,
    Risk,
    ServiceError,
    service,
)
from assistant.services.time import Clock
from assistant.storage.due import Due, DueTable, Kind, State

MAX_REMINDERS = 200
_ALIKE = 75.0
_LEAD = re.compile(r"^(?P<before>.*?)\b(?:remind me|reminder|forget|remember)\b(?: for me\b)?", re.IGNORECASE)
_LINK = re.compile(r"^(?:to|that|about|of|for)\s+", re.IGNORECASE)
_NOTHING = frozenset({"", "something", "a thing", "it"})  # "remind me of something at six"
_PLEASE = re.compile(r"(?:\s+(?:please|thanks|thank you))+$", re.IGNORECASE)
_ADDRESSED = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "i'm": "you're", "am": "are",
    "i've": "you've", "i'll": "you'll",
}  # fmt: skip


class AddInput(Input):
    text: str = Field("", description="What to be reminded of, as one says it oneself: `call my mother`.")
    when: str = Field("", description="When, such as `tomorrow at six` or `every monday`.")
    said: str = Field("", description="The whole sentence, in which both are looked for first.")


class CancelInput(Input):
    text: str = Field("", description="What it is about.")
    when: str = Field("", description="The time it is set for.")
    id: str = Field("", description="Its id.")
    all: bool = Field(False, description="Every reminder.")


class ReminderServices:
    """`changed` is called when a reminder came or went. `zone`: the owner's."""

    def __init__(self, table: DueTable, clock: Clock, zone: tzinfo, changed: Callable[[], None]) -> None:
        self._table = table
        self._clock = clock
        self._zone = zone
        self._changed = changed

    @service("reminders.add", "Remind of something at a time.", Risk.REVERSIBLE)
    async def add(self, asked: AddInput, origin: Origin) -> Done:
        text, plan = self._understood(asked)
        if not text:
            raise ServiceError("needs_text", "What shall I remind you of?")
        if plan is None:
            if asked.when:
                raise ServiceError("bad_moment", f"I did not understand when {asked.when} is.")
            raise ServiceError("needs_time", "When shall I remind you?")
        if plan.moment.at <= self._now():
            raise ServiceError("past", "That time has passed already.")
        if len(await self._table.all(Kind.REMINDER)) >= MAX_REMINDERS:
            count = words(MAX_REMINDERS)
            raise ServiceError("too_many", f"There are {count} reminders already; cancel some of them first.")
        wall = "" if plan.moment.elapsed else plan.moment.at.replace(tzinfo=None).isoformat()
        reminder = Due(
            secrets.token_hex(6),
            Kind.REMINDER,
            addressed(text),
            origin.session,
            plan.moment.at.timestamp(),
            wall=wall,
            rule=plan.rule,
        )
        await self._table.put([reminder])
        self._changed()
        return Done(self._described(reminder), undo_of(new=[reminder]))

    @service("reminders.list", "Tell which reminders there are.", Risk.READ)
    async def list(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        return {"reminders": [self._described(each) for each in await self._table.all(Kind.REMINDER)]}

    @service("reminders.cancel", "Cancel a reminder.", Risk.REVERSIBLE, assess="_assess_cancel", stops=True)
    async def cancel(self, asked: CancelInput, origin: Origin) -> Done:
        reminders = await self._table.all(Kind.REMINDER)
        if not reminders:
            raise ServiceError("no_reminders", "There is no reminder.")
        chosen: Sequence[Due] = reminders if asked.all else [self._the_one(reminders, asked)]
        await self._table.remove(each.id for each in chosen)
        self._changed()
        gone = [self._described(each) for each in chosen]
        what = f"the reminder: {gone[0]['text']}" if len(gone) == 1 else f"{words(len(gone))} reminders"
        return Done({"cancelled": gone, "spoken": f"I've cancelled {what}."}, undo_of(chosen))

    async def _assess_cancel(self, asked: CancelInput, origin: Origin) -> Assessment:
        count = len(await self._table.all(Kind.REMINDER)) if asked.all else 0
        if count < 2:
            return Assessment(Risk.REVERSIBLE)
        return Assessment(Risk.RISKY, f"Shall I really cancel all {words(count)} reminders?")

    def _understood(self, asked: AddInput) -> tuple[str, Plan | None]:
        """What and when. The sentence knows best; what is missing in it was said before or in answer to a question."""
        said = _PLEASE.sub("", asked.said)
        lead = _LEAD.match(said)
        text, plan = split_when(said[lead.end() :].strip(), self._now(), self._zone) if lead else ("", None)
        if plan is None:  # "tomorrow at nine remind me …", or the answer to a question
            plan = plan_in(asked.when, lead["before"] if lead else "", self._now(), self._zone)
        text = _LINK.sub("", text)
        if text.casefold() in _NOTHING:
            text = _LINK.sub("", asked.text)
        return ("" if text.casefold() in _NOTHING else text), plan

    def _the_one(self, reminders: Sequence[Due], asked: CancelInput) -> Due:
        chosen = [each for each in reminders if not asked.id or each.id == asked.id]
        if asked.text:
            found = process.extract(
                addressed(asked.text),
                [each.name for each in chosen],
                scorer=fuzz.token_set_ratio,
                score_cutoff=_ALIKE,
                limit=None,
            )
            best = max((score for _, score, _ in found), default=0.0)
            chosen = [chosen[at] for _, score, at in found if score == best]
        elif asked.when and (plan := try_plan(tokens_of(asked.when), self._now(), self._zone)) is not None:
            chosen = [each for each in chosen if self._fits(each, plan)]
        if not chosen:
            raise ServiceError("unknown_reminder", "There is no such reminder.")
        if len(chosen) > 1:
            names = joined([each.name for each in chosen[:5]], "or")
            raise ServiceError("ambiguous", f"Which one do you mean: {names}?")
        return chosen[0]

    def _fits(self, reminder: Due, plan: Plan) -> bool:
        at, moment = datetime.fromtimestamp(reminder.due_at, self._zone), plan.moment
        if moment.has_day and at.date() != moment.at.date():
            return False
        same = at.minute == moment.at.minute and at.hour % 12 == moment.at.hour % 12
        return not moment.has_time or (same and (not moment.sure or at.hour == moment.at.hour))

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)

    def _described(self, reminder: Due) -> dict[str, Any]:
        at = datetime.fromtimestamp(reminder.due_at, self._zone)
        rule = spoken_rule(reminder.rule, at) if reminder.rule else ""
        when = spoken_moment(at, self._now())
        return {
            "id": reminder.id,
            "text": reminder.name,
            "at": at.isoformat(timespec="seconds"),
            "repeats": rule,
            "ringing": reminder.state is State.RINGING,
            "spoken": f"{rule} at {spoken_time_of_day(at)}" if rule else when,
        }


def addressed(text: str) -> str:
    """`call my mother` becomes `call your mother`: the assistant says it to the person who said it."""
    return " ".join(_ADDRESSED.get(word.casefold(), word) for word in text.split()).rstrip(".!?")
