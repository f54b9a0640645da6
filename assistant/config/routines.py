"""Routines of the owner: several things with one sentence, or at a time of day."""

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from assistant.config.commands import Name, ServiceCall
from assistant.config.placeholders import placeholders
from assistant.config.section import Section

_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Routine(Section):
    """Several things that belong together: services that are called, then sentences that are carried out as if they
    were said. See docs/routines.md."""

    name: Name
    say: tuple[str, ...] = Field((), description="Sentences that mean it.")
    description: str = Field("", description="What it does, for the list of services.")
    steps: tuple[ServiceCall, ...] = ()
    ask: tuple[str, ...] = Field((), description="Sentences that are carried out as if they were said.")
    at: str = Field("", description="Time of day, such as 07:00; empty: only when it is said.")
    days: tuple[Day, ...] = Field((), description="Days on which `at` counts; empty: every day.")
    answer: str = Field("", description="What is said when all went well; empty: what the steps say.")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if not (self.steps or self.ask):
            raise ValueError(f"the routine {self.name} has neither `steps` nor `ask`")
        if any(placeholders(phrase) for phrase in self.say):
            raise ValueError(
                f"the routine {self.name} has a placeholder in `say`; only commands have parameters"
            )
        if self.at and not _TIME.fullmatch(self.at):
            raise ValueError(f"the routine {self.name} has `at` = {self.at!r}; write it as 07:00")
        if self.days and not self.at:
            raise ValueError(f"the routine {self.name} has `days` without `at`")
        return self
