"""The chain that the record of calls forms: each record's hash covers the one before, so that none can be changed,
taken out, moved or put in unnoticed.

    hash(n) = SHA-256( canonical JSON of {former: hash(n-1), id: n, plain fields…, personal: digest(n)} )
    digest(n) = SHA-256( salt(n) ‖ canonical JSON of the personal fields )

What is personal is only in the chain as that digest: it can be erased, together with its salt, without which nobody can
try out what it may have been, and the chain holds all the same. What was erased is named by a record of its own.
Records that have been kept long enough are taken away from the front; what the chain then begins with is on record,
too. Canonical JSON: RFC 8785 as far as these values need it (sorted keys, no spaces, ASCII).

It shows that somebody has meddled, to whoever notes down the newest hash; who may write to the database and knows
this file can make a whole new chain, but none that leads to that hash.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

PLAIN = ("stage", "of_id", "at", "turn", "channel", "service", "decision", "ok", "took_s", "reason", "detail")
PERSONAL = ("session", "room", "person", "arguments", "result", "error", "undo")
KEPT_WITH = ("salt", "personal", "erased", "hash")
COLUMNS = ("id", *PLAIN, *PERSONAL, *KEPT_WITH)

BEGUN = "begun"  # it is about to be done
DONE = "done"  # what came of it, or why it was not done; `of_id`: the record of its beginning
UNDONE = "undone"  # `of_id` was taken back
ERASED = "erased"  # `detail`: the numbers of records whose personal part is gone
PRUNED = "pruned"  # `detail`: the first record that was kept, and the hash before it

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain begins and ends: the number and hash of its `last` record (0 and "" for none), the number of
    the first that is `kept_from`, and the hash before that."""

    last: int = 0
    hash: str = ""
    kept_from: int = 1
    kept_after: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, at which record. `str()` is a sentence."""

    record: int
    what: str

    def __str__(self) -> str:
        return f"Record {self.record} {self.what}."


def digest(row: Row, salt: str) -> str:
    """Of the personal fields."""
    return _sha256(salt + _canonical({name: row[name] for name in PERSONAL}))


def chained(row: Row, former: str) -> str:
    """The hash of a record that follows the one with the hash `former`."""
    plain = {name: row[name] for name in PLAIN}
    return _sha256(_canonical({"former": former, "id": row["id"], "personal": row["personal"], **plain}))


def sealed(fields: Row, number: int, former: str) -> dict[str, Any]:
    """A whole row, ready to be stored, of the plain and personal `fields`."""
    row = {**fields, "id": number, "salt": secrets.token_hex(16), "erased": 0.0}
    row["personal"] = digest(row, row["salt"])
    return row | {"hash": chained(row, former)}


def emptied(at: float) -> dict[str, Any]:
    """What stands in place of the personal part of a record that was erased at this time."""
    return {**dict.fromkeys(PERSONAL, ""), "salt": "", "erased": at}


@dataclass(slots=True)
class Verifier:
    """Is shown the records in their order, from the first that is kept; `end` afterwards. Each returns the first fault
    that it finds."""

    head: Head
    count: int = 0
    seen: set[str] = field(default_factory=set)
    """Hashes that were asked about and are in the chain."""
    wanted: frozenset[str] = frozenset()
    _former: str = ""
    _next: int = 0
    _gone: set[int] = field(default_factory=set)
    _named: set[int] = field(default_factory=set)
    _kept: tuple[int, str] | None = None

    def __post_init__(self) -> None:
        self._former, self._next = self.head.kept_after, self.head.kept_from

    def look(self, rows: Iterable[Row]) -> Fault | None:
        for row in rows:
            if (fault := self._one(row)) is not None:
                return fault
        return None

    def end(self) -> Fault | None:
        """After the last."""
        if self._next <= self.head.last:
            return Fault(self._next, "is missing")
        if self.head.last and self._former != self.head.hash:
            return Fault(self.head.last, "is not the one that was written last")
        if unnamed := self._gone - self._named:
            return Fault(min(unnamed), "was emptied, and no record says that it was erased")
        begins = (self.head.kept_from, self.head.kept_after)
        if begins != (self._kept or (1, "")):
            return Fault(self.head.kept_from, "is not the one that the records were kept from")
        return None

    def _one(self, row: Row) -> Fault | None:
        number = int(row["id"])
        if number != self._next:
            return Fault(self._next, "is missing") if number > self._next else Fault(number, "was put in")
        if number > self.head.last:
            return Fault(number, "was put in")
        if chained(row, self._former) != row["hash"]:
            return Fault(number, "was changed, or is not what followed the record before it")
        if row["erased"]:
            self._gone.add(number)
            if any(row[name] for name in (*PERSONAL, "salt")):
                return Fault(number, "was erased, and holds something again")
        elif digest(row, row["salt"]) != row["personal"]:
            return Fault(number, "was changed")
        self._note(row)
        self._former, self._next = row["hash"], number + 1
        self.count += 1
        self.seen |= {row["hash"]} & self.wanted
        return None

    def _note(self, row: Row) -> None:
        if row["stage"] == ERASED:
            self._named.update(numbers_of(row["detail"]))
        elif row["stage"] == PRUNED:
            told = json.loads(row["detail"])
            self._kept = int(told["from"]), str(told["after"])


def ranges_of(numbers: Iterable[int]) -> str:
    """Numbers in few characters, as JSON: [[first, last], …]."""
    ranges: list[list[int]] = []
    for number in sorted(set(numbers)):
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return json.dumps(ranges, separators=(",", ":"))


def numbers_of(detail: str) -> Iterator[int]:
    """The numbers that `ranges_of` was told."""
    for first, last in json.loads(detail):
        yield from range(int(first), int(last) + 1)


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
