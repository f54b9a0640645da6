"""What somebody in danger is told: fixed sentences, with the numbers of their country.

No model, no network, nothing that has to be loaded: it is all in the package.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

_TABLE = Path(__file__).parent / "referrals.toml"
_DIRECTORY = "findahelpline.com"
_EMERGENCY = "your local emergency number"


@dataclass(frozen=True, slots=True)
class Referral:
    """Numbers as they are written; empty where none is known."""

    emergency: str = ""
    lifeline: str = ""
    name: str = ""

    def said_to(self, kind: str) -> str:
        """For "self-harm", "others" (somebody else may harm themselves) and "emergency"."""
        call = spelled(self.emergency) if self.emergency else _EMERGENCY
        if kind == "emergency":
            return (
                f"This sounds like an emergency. Please call {call} now. "
                "I can't make that call for you. If you are in danger where you are, get to a safe place first."
            )
        somebody = (
            f"{self.name}, at {spelled(self.lifeline)}"
            if self.lifeline
            else f"a helpline near you, which you find at {_DIRECTORY}"
        )
        if kind == "others":
            return (
                f"This sounds serious. If their life is in danger now, please call {call} at once, and stay with them. "
                f"For advice, you can reach {somebody}."
            )
        return (
            "I'm sorry that it hurts so much. I'm a machine, and you deserve a person to talk to. "
            f"Please reach out to {somebody}. If you may act on it now, or have already, call {call}."
        )


def spelled(number: str) -> str:
    """Digit by digit, to be read and heard: "116 123" is "1 1 6, 1 2 3"."""
    return ", ".join(" ".join(group) for group in number.split())


def referral_of(country: str, zone: str = "") -> Referral:
    """For an ISO country; where that is empty, for the country of a time zone of the IANA database."""
    return _table().get(country or _country_of(zone), Referral())


@cache
def _table() -> dict[str, Referral]:
    return {country: Referral(**entry) for country, entry in tomllib.loads(_TABLE.read_text("utf-8")).items()}


@cache
def _country_of(zone: str) -> str:
    rows = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines()
    columns = (row.split("\t") for row in rows if row and not row.startswith("#"))
    return next((code for code, _, name, *_ in columns if name == zone), "")
