"""Who may have what done: the settings of `assistant.services.policy`."""

from typing import Literal

from pydantic import Field

from assistant.config.section import Section


class KnownPlace(Section):
    """Who speaks from a place: a session or a room, `*` stands for anything."""

    name: str
    role: Literal["owner", "member", "guest"] = "guest"


class KnownPerson(Section):
    """What a person may do who was recognised. It takes rights away and gives none: a voice is no proof."""

    name: str
    role: Literal["owner", "member", "guest"] = "guest"


class PolicyRule(Section):
    """What is decided for services, places and roles that fit; `*` stands for anything. The first rule that fits
    counts. `ask`: a yes is needed; what is risky needs one with `allow`, too."""

    services: tuple[str, ...] = ("*",)
    role: Literal["any", "owner", "member", "guest"] = "any"
    places: tuple[str, ...] = ("*",)
    channels: tuple[str, ...] = ("*",)
    decision: Literal["allow", "ask", "deny"] = "deny"


class Policy(Section):
    """Who may have what done, and how often. See docs/services.md."""

    calls_per_minute: int = Field(
        60,
        ge=0,
        le=6_000,
        description="Of one service from one place; what stops something always may. 0: any.",
    )
    calls_per_place: int = Field(
        300,
        ge=0,
        le=60_000,
        description="The same of all services together, from one place and, all places together, by one person. "
        "0: any.",
    )
    places: tuple[KnownPlace, ...] = ()
    people: tuple[KnownPerson, ...] = ()
    rules: tuple[PolicyRule, ...] = ()
