"""Notes in free words: taken, read back, found by a word, deleted."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from pydantic import ConfigDict, Field
from rapidfuzz import fuzz

from assistant.services.clock import spoken_date
from assistant.services.numbers import words
from assistant.services.service import Assessment, Call, Done, Input, Origin, Risk, ServiceError, service
from assistant.services.time import Clock
from assistant.storage.notes import Note, NoteTable

_MOST = 1_000
_LONGEST = 2_000  # characters
_WORD_SCORE = 86.0
_READ_AT_ONCE = 5
_EMPTY_WORDS = frozenset(
    {
        *("a", "an", "the", "my", "our", "your", "i", "me", "we", "it", "its", "this", "that"),
        *("is", "are", "was", "were", "be", "do", "did", "and", "or", "what", "where", "when"),
        *("to", "of", "in", "on", "at", "for", "about", "with", "from", "note", "notes"),
    }
)


class TakeInput(Input):
    model_config = ConfigDict(str_max_length=_LONGEST)

    note: str = Field(description="What to note, in the words it was said.", max_length=_LONGEST)


class WhichInput(Input):
    about: str = Field("", description="Words that are in it; empty: the latest one.", max_length=200)


class ReadInput(WhichInput):
    all: bool = Field(False, description="Not the latest one alone.")


class RestoreInput(TakeInput):
    at: float = Field(description="When it was taken, in seconds since the epoch.")


class NoteServices:
    """Notes are personal: who is a guest neither reads nor takes any."""

    def __init__(self, table: NoteTable, clock: Clock, zone: tzinfo) -> None:
        self._table = table
        self._clock = clock
        self._zone = zone

    @service("notes.take", "Take a note.", Risk.REVERSIBLE, least="member")
    async def take(self, asked: TakeInput, origin: Origin) -> Done:
        note = " ".join(asked.note.split()).strip(" .,;:")
        if not note:
            raise ServiceError("nothing_to_note", "What should I note?")
        if len(await self._table.all()) >= _MOST:
            raise ServiceError(
                "too_many", f"There are {words(_MOST)} notes already; delete some of them first."
            )
        at = self._clock.now()
        await self._table.add(note, at)
        return Done({"note": note}, (Call("notes.take_back", {"note": note, "at": at}),))

    @service("notes.read", "Read notes, the latest or those about something.", Risk.READ, least="member")
    async def read(self, asked: ReadInput, origin: Origin) -> dict[str, Any]:
        notes = await self._table.all()
        if asked.about:
            notes = _about(asked.about, notes)
            if not notes:
                raise ServiceError("unknown_note", f"There is no note about {asked.about}.")
        count = len(notes)
        chosen = notes[:_READ_AT_ONCE] if asked.all or asked.about else notes[:1]
        return {"count": count, "notes": [self._described(note) for note in chosen]}

    @service("notes.delete", "Delete a note.", Risk.RISKY, assess="_assess_delete", least="member")
    async def delete(self, asked: WhichInput, origin: Origin) -> Done:
        note = await self._one(asked)
        await self._table.remove(note.id)
        spoken = f"I've deleted the note: {_short(note.note)}."
        undo = Call("notes.restore", {"note": note.note, "at": note.at})
        return Done({"note": note.note, "spoken": spoken}, (undo,))

    @service("notes.restore", "Put back a note that was deleted.", Risk.REVERSIBLE, least="member")
    async def restore(self, asked: RestoreInput, origin: Origin) -> dict[str, Any]:
        await self._table.add(asked.note, asked.at)
        return {"note": asked.note}

    @service("notes.take_back", "Remove a note that was just taken.", Risk.REVERSIBLE, least="member")
    async def take_back(self, asked: RestoreInput, origin: Origin) -> Done:
        """It is named by all that it is, so that nothing else can be meant."""
        for note in await self._table.all():
            if note.note == asked.note and note.at == asked.at:
                await self._table.remove(note.id)
                return Done({"note": note.note}, (Call("notes.restore", {"note": note.note, "at": note.at}),))
        raise ServiceError("unknown_note", "That note is gone already.")

    async def _assess_delete(self, asked: WhichInput, origin: Origin) -> Assessment:
        note = await self._one(asked)
        return Assessment(Risk.RISKY, f"Shall I really delete the note: {_short(note.note)}?")

    async def _one(self, asked: WhichInput) -> Note:
        notes = await self._table.all()
        if not notes:
            raise ServiceError("no_notes", "There are no notes.")
        found = _about(asked.about, notes) if asked.about else notes
        if not found:
            raise ServiceError("unknown_note", f"There is no note about {asked.about}.")
        if asked.about and len(found) > 1:
            count = words(len(found))
            raise ServiceError(
                "ambiguous",
                f"There are {count} notes about {asked.about}; say more of the one that you mean.",
            )
        return found[0]

    def _described(self, note: Note) -> dict[str, Any]:
        return {"note": note.note, "at": note.at, "spoken_day": self._day(note.at)}

    def _day(self, at: float) -> str:
        """`today`, `yesterday`, `Friday`, `Sunday, November twenty-second`."""
        taken = datetime.fromtimestamp(at, UTC).astimezone(self._zone)
        today = datetime.fromtimestamp(self._clock.now(), UTC).astimezone(self._zone)
        days = (today.date() - taken.date()).days
        if days <= 1:
            return "today" if days <= 0 else "yesterday"
        return f"{taken:%A}" if days < 7 else spoken_date(taken)


def _about(said: str, notes: Sequence[Note]) -> list[Note]:
    """Notes that have every word that says something, in this or a similar form; the latest first."""
    wanted = [word for word in _words(said) if word not in _EMPTY_WORDS] or _words(said)
    return [note for note in notes if wanted and all(_has(word, _words(note.note)) for word in wanted)]


def _has(word: str, there: Sequence[str]) -> bool:
    return any(
        fuzz.ratio(word, other) >= _WORD_SCORE or (len(word) > 3 and other.startswith(word.removesuffix("s")))
        for other in there
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold().replace("'s ", " ").replace("'", ""))


def _short(note: str) -> str:
    """Enough of it to know which one it is."""
    parts = note.split()
    return note if len(parts) <= 12 else f"{' '.join(parts[:10])}, and so on"
