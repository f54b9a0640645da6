"""The findings, for a person and for a program."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from assistant.doctor.check import Check

_MARKS = {"ok": "ok  ", "warn": "WARN", "fail": "FAIL"}


def render(checks: Sequence[Check]) -> str:
    """One line for each check, what to do below it, and a sum at the end. Plain text."""
    width = max((len(check.name) for check in checks), default=0)
    lines: list[str] = []
    for check in checks:
        lines.append(f"{_MARKS[check.status]}  {check.name:{width}}  {check.detail}")
        if check.mend:
            lines.append(f"{'':{width + 8}}-> {check.mend}")
    failed = sum(check.status == "fail" for check in checks)
    warned = sum(check.status == "warn" for check in checks)
    lines += ["", _sum(len(checks), failed, warned)]
    return "\n".join(lines)


def _sum(total: int, failed: int, warned: int) -> str:
    if not failed and not warned:
        return f"All {total} checks are fine."
    return f"{total} checks: {total - failed - warned} fine, {warned} to know about, {failed} to mend."


def as_json(checks: Sequence[Check]) -> str:
    return json.dumps([asdict(check) for check in checks], ensure_ascii=False, indent=2)


def exit_status(checks: Sequence[Check]) -> int:
    """1 if anything failed."""
    return int(any(check.status == "fail" for check in checks))
