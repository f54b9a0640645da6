"""What one look at the machine found."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """`warn`: the assistant runs, with less; `fail`: something that was asked for does not work. `mend` is
    what to do, a command where there is one; empty where nothing needs doing."""

    name: str
    status: Status
    detail: str
    mend: str = ""


def ok(name: str, detail: str) -> Check:
    return Check(name, "ok", detail)


def warn(name: str, detail: str, mend: str = "") -> Check:
    return Check(name, "warn", detail, mend)


def fail(name: str, detail: str, mend: str = "") -> Check:
    return Check(name, "fail", detail, mend)
