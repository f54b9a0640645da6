"""What comes again, as people say it: `every weekday at seven`, `on mondays and thursdays`, `every month on the
first`. A repetition is an RFC 5545 recurrence rule, counted by dateutil on the clocks of the owner's zone: seven
o'clock stays seven o'clock when the clocks change.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from dateutil.rrule import rrulestr

from assistant.services.days import weekday
from assistant.services.moments import Moment, settled, try_moment
from assistant.services.numbers import joined, ordinal, take_number, tokens_of, words
from assistant.services.service import ServiceError

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_GROUPS = {
    "weekday": (0, 1, 2, 3, 4), "weekdays": (0, 1, 2, 3, 4), "workday": (0, 1, 2, 3, 4),
    "workdays": (0, 1, 2, 3, 4), "weekend": (5, 6), "weekends": (5, 6),
}  # fmt: skip
_UNITS = {"day": "DAILY", "days": "DAILY", "week": "WEEKLY", "weeks": "WEEKLY", "month": "MONTHLY",
          "months": "MONTHLY", "year": "YEARLY", "years": "YEARLY"}  # fmt: skip
_ADVERBS = {"daily": "DAILY", "weekly": "WEEKLY", "monthly": "MONTHLY", "yearly": "YEARLY"}
_PARTS = frozenset({"morning", "afternoon", "evening", "night"})
_EVERY = frozenset({"every", "each"})


@dataclass(frozen=True, slots=True)
class Plan:
    """When something is to happen first, and the rule by which it comes again (empty: it does not)."""

    moment: Moment
    rule: str = ""


def plan_of(spoken: str, now: datetime, zone: tzinfo, *, waking: bool = False) -> Plan:
    """The moment or repetition that is meant. `now` is aware. Raises `ServiceError` (`bad_moment`)."""
    found = try_plan(tokens_of(spoken), now, zone, waking=waking)
    if found is None:
        shown = " ".join(spoken.split())[:60] or "that"
        raise ServiceError("bad_moment", f"I did not understand when {shown} is.")
    return found


def try_plan(
    tokens: list[str], now: datetime, zone: tzinfo, *, waking: bool = False, strict: bool = False
) -> Plan | None:
    """As `plan_of`, of tokens that may be none; `strict` as in `moments.try_moment`."""
    for at in range(len(tokens)):
        found = _take_rule(tokens, at)
        if found is not None:
            rule, after = found
            rest = [*tokens[:at], *tokens[after:]]
            if rest[-1:] == ["on"]:
                rest = rest[:-1]
            return _first(rule, rest, now, zone, waking)
    moment = try_moment(tokens, now, zone, waking=waking, strict=strict)
    return Plan(moment) if moment is not None else None


def next_wall(rule: str, wall: datetime, after: datetime) -> datetime:
    """The next time after `after` by a rule that falls on `wall`; all as the clocks show it (naive)."""
    found = rrulestr(rule, dtstart=wall).after(max(wall, after))
    assert found is not None  # the rules that are made here have no end
    return found


def spoken_rule(rule: str, wall: datetime) -> str:
    """`every day`, `every weekday`, `every Monday and Thursday`, `every other day`, `every month on the first`."""
    parts = dict(part.split("=") for part in rule.split(";"))
    count = int(parts.get("INTERVAL", "1"))
    every = "every" if count == 1 else "every other" if count == 2 else f"every {words(count)}"
    many = "s" if count > 2 else ""
    match parts["FREQ"]:
        case "DAILY":
            return f"{every} day{many}"
        case "MONTHLY":
            return f"{every} month{many} on the {ordinal(wall.day)}"
        case "YEARLY":
            return f"{every} year{many} on {wall:%B} {ordinal(wall.day)}"
    days = tuple(_CODES.index(code) for code in parts.get("BYDAY", _CODES[wall.weekday()]).split(","))
    if count == 1:
        group = next((name for name in ("weekday", "weekend") if _GROUPS[name] == days), "")
        return f"every {group or joined([_NAMES[day] for day in days])}"
    return f"{every} week{many} on {joined([_NAMES[day] for day in days])}"


def _take_rule(tokens: list[str], at: int) -> tuple[str, int] | None:
    """The rule that starts at a token, without its time; the place after it."""
    word = tokens[at]
    if word in _ADVERBS:
        return f"FREQ={_ADVERBS[word]}", at + 1
    if word in _EVERY:
        return _take_every(tokens, at + 1)
    start = at + 1 if word in ("on", "at", "all") else at
    start += tokens[start : start + 1] == ["the"]
    plural = tokens[start] if start < len(tokens) else ""
    if not plural.endswith("s") or (plural not in _GROUPS and weekday(plural) is None):
        return None
    return _take_days(tokens, start)


def _take_every(tokens: list[str], at: int) -> tuple[str, int] | None:
    count, after = 1, at
    if tokens[at : at + 1] in (["other"], ["second"]):
        count, after = 2, at + 1
    elif (found := take_number(tokens, at)) is not None and found[0] in range(1, 100):
        count, after = int(found[0]), found[1]
    elif tokens[at : at + 1] == ["single"]:
        after = at + 1
    word = tokens[after] if after < len(tokens) else ""
    interval = f";INTERVAL={count}" if count > 1 else ""
    if word in _PARTS and count == 1:
        return "FREQ=DAILY", after  # which part it is, the moment says
    if word not in _UNITS:
        days = _take_days(tokens, after)
        return (f"{days[0]}{interval}", days[1]) if days is not None else None
    after += 1
    if _UNITS[word] == "WEEKLY":
        named = _take_days(tokens, after + (tokens[after : after + 1] == ["on"]))
        if named is not None:
            return f"{named[0]}{interval}", named[1]
    return f"FREQ={_UNITS[word]}{interval}", after


def _take_days(tokens: list[str], at: int) -> tuple[str, int] | None:
    """`monday wednesday and friday`, `weekdays`."""
    days: set[int] = set()
    after = at
    while at < len(tokens):
        word = tokens[at]
        if word in _GROUPS:
            days |= set(_GROUPS[word])
        elif (day := weekday(word)) is not None:
            days.add(day)
        elif word not in ("and", ",", "on", "every") or not days:
            break
        at += 1
        after = at if word not in ("and", ",", "on", "every") else after
    if not days:
        return None
    return f"FREQ=WEEKLY;BYDAY={','.join(_CODES[day] for day in sorted(days))}", after


def _first(rule: str, rest: list[str], now: datetime, zone: tzinfo, waking: bool) -> Plan | None:
    """The first time by a rule; `rest`: at which time of the day, and of which day a month or year."""
    here = now.astimezone(zone)
    dated = try_moment(rest, now, zone, waking=waking) if rest else None
    if dated is not None and dated.has_day:
        if "BYDAY" not in rule:
            return Plan(dated, rule)  # "every month on the first at nine"
        rest = rest[1:]
    # "tomorrow": a time of a day that is named, of which it is clear whether morning or evening is meant.
    timed = try_moment(["tomorrow", *rest], now, zone, waking=waking)
    if timed is None:
        return None
    wall = timed.at.replace(tzinfo=None)
    start = datetime.combine(here.date(), wall.time())
    if settled(start, zone) <= here:
        start += timedelta(days=1)
    first = rrulestr(rule, dtstart=start).after(start, inc=True)
    if first is None:
        return None
    return Plan(replace(timed, at=settled(first, zone)), rule)
