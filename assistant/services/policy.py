"""Who may do what, where. Pure: no clock, no I/O, the same answer to the same question.

A caller has a role. It is that of the place it speaks from, and a person who was recognised can only lower it: a
voice is no proof. The owner's rules are looked at in their order, the first that fits decides; then what the role
may do by default. Nothing takes the yes away that a risky call needs, and nothing allows what is forbidden.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from assistant.config.policy import Policy as Settings
from assistant.config.policy import PolicyRule
from assistant.services.service import Origin, Risk, Role, place_of


class Decision(enum.StrEnum):
    ALLOW = "allow"
    ASK = "ask"  # a yes is needed first
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`why`: for the record, never spoken."""

    decision: Decision
    why: str


RANK = {"guest": 0, "member": 1, "owner": 2}
OWN_CHANNELS = frozenset({"console", "dialogue", "http"})
"""Reached only by who sits at this machine, or holds the token that its owner alone can read."""

NO_PERSON = frozenset({"model", "assistant"})
"""Channels on which no person speaks: a language model, and what the assistant itself says."""

_BY_RISK = {Risk.READ: Decision.ALLOW, Risk.REVERSIBLE: Decision.ALLOW, Risk.RISKY: Decision.ASK}


class Policy:
    """The defaults with the owner's rules before them."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()

    def role(self, origin: Origin) -> str:
        """`owner`, `member` or `guest`; whoever is not known is a guest."""
        role = self._place_role(origin)
        if origin.person:
            known = {person.name.casefold(): person.role for person in self._settings.people}
            role = min(role, known.get(origin.person.casefold(), "guest"), key=RANK.__getitem__)
        return role

    def decide(self, service: str, risk: Risk, origin: Origin, least: Role = "guest") -> Verdict:
        """Whether `service`, which is for the role `least` and those above it, may be called, its risk being `risk`
        with these arguments."""
        if risk is Risk.FORBIDDEN:
            return Verdict(Decision.DENY, "forbidden to everybody")
        role = self.role(origin)
        for number, rule in enumerate(self._settings.rules, 1):
            if _fits(rule, service, role, origin, risk):
                decision = _with_yes(Decision(rule.decision), risk)
                return Verdict(decision, f"rule {number} for {role}")
        if RANK[role] < RANK[least]:
            return Verdict(Decision.DENY, f"not for a {role}")
        if risk is Risk.RISKY and role == "guest":
            return Verdict(Decision.DENY, "a guest may do nothing risky")
        return Verdict(_BY_RISK.get(risk, Decision.DENY), f"{risk} for {role}")

    def _place_role(self, origin: Origin) -> str:
        if origin.channel in NO_PERSON:
            return "guest"
        if _is_here(origin):
            return self._role_at(_places(origin)) or "owner"
        role = self._role_at([_session(origin)]) or "guest"
        in_room = self._role_at([origin.room.casefold()]) if origin.room else None
        return min(role, in_room or role, key=RANK.__getitem__)  # who calls from elsewhere may name any room

    def _role_at(self, names: Sequence[str]) -> str | None:
        """Of the first place that has one of these names."""
        for place in self._settings.places:
            if _any([place.name], names):
                return place.role
        return None


def _is_here(origin: Origin) -> bool:
    """A session such as `browser:ab12` comes from elsewhere; those of this machine have plain names."""
    return origin.channel in OWN_CHANNELS and ":" not in origin.session


def _fits(rule: PolicyRule, service: str, role: str, origin: Origin, risk: Risk) -> bool:
    takes_away = rule.decision == "deny" or (rule.decision == "ask" and risk is not Risk.RISKY)
    # A room that is claimed from elsewhere takes rights away, and gives none.
    places = _places(origin) if takes_away or _is_here(origin) else [_session(origin)]
    return (
        rule.role in ("any", role)
        and _any(rule.services, [service])
        and _any(rule.places, places)
        and _any(rule.channels, [origin.channel])
    )


def _any(patterns: Sequence[str], names: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern.casefold()) for pattern in patterns for name in names)


def _places(origin: Origin) -> list[str]:
    return [_session(origin), *([origin.room.casefold()] if origin.room else [])]


def _session(origin: Origin) -> str:
    return place_of(origin.session).casefold()


def _with_yes(decision: Decision, risk: Risk) -> Decision:
    return Decision.ASK if decision is Decision.ALLOW and risk is Risk.RISKY else decision
