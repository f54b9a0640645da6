"""Hears when somebody may be in danger, before anything else has a say: no understanding, no dialogue, no model.

It is rules (`rules/crisis.toml`) and fixed sentences (`referral.py`), takes a fraction of a millisecond, and works with
everything else down.
"""

from dataclasses import dataclass

from assistant.safety.referral import referral_of
from assistant.safety.rules import rules

SOURCE = "crisis"
"""Of what is said then; it is no template whose sound is kept on disk."""


@dataclass(frozen=True, slots=True)
class Help:
    """`kind`: self-harm, others or emergency. `sentence` is what is said."""

    kind: str
    sentence: str


class CrisisPath:
    """`country` and `zone` as for `referral_of`. Any thread."""

    def __init__(self, country: str = "", zone: str = "") -> None:
        self._referral = referral_of(country, zone)

    def help_for(self, text: str) -> Help | None:
        """What to say to somebody who says this; None where they may not be in danger."""
        rule = rules("crisis").find(text)
        return Help(rule.category, self._referral.said_to(rule.category)) if rule is not None else None
