"""Lists: shopping, things to do, or whatever the owner keeps."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field, field_validator
from rapidfuzz import fuzz, process

from assistant.services.list_words import ALIASES, ONE_THING, key, match, plain, split
from assistant.services.numbers import joined, words
from assistant.services.service import (
    Assessment,
    Call,
    Done,
    Input,
    NoInput,
    Origin,
    Risk,
    ServiceError,
    service,
)
from assistant.storage.lists import ListTable

_MAX_ITEMS = 500  # on one list: more cannot be read out, and means that something repeats itself
_MAX_LISTS = 50
_LIST_SCORE = 80.0


class ListInput(Input):
    list: str = Field("", description="The list's name; empty: the first one.")


class ItemsInput(ListInput):
    items: list[str] = Field(
        description="Things, one each; `milk and eggs` is understood as two.", min_length=1, max_length=50
    )

    @field_validator("items", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value


class MoveInput(ItemsInput):
    list: str = Field("", description="Where they stand now; empty: wherever that is.")
    to: str = Field(description="The list that they go to.")


class ClearInput(ListInput):
    drop: bool = Field(False, description="The list itself goes, too, unless the settings name it.")


class MakeInput(Input):
    name: str = Field(description="The new list's name.", max_length=60)


class ListServices:
    """`names` are the lists that are there from the start; the first is meant when none is named. `items` are
    names of things, looked at for those that have an "and" in them."""

    def __init__(self, table: ListTable, names: Sequence[str], items: Iterable[str] = ()) -> None:
        self._table = table
        self.rename(names, items)

    def rename(self, names: Sequence[str], items: Iterable[str]) -> None:
        """Other lists and things, from the next call on. What stands on a list stays there."""
        self._names = tuple(plain(name) for name in names) or ("shopping",)
        self._whole = ONE_THING | {plain(item) for item in items if " and " in item.casefold()}

    @service("lists.add", "Put things on a list.", Risk.REVERSIBLE)
    async def add(self, asked: ItemsInput, origin: Origin) -> Done:
        name = await self._find(asked.list)
        there = await self._table.items(name)
        known = {key(item) for item in there}
        added: list[str] = []
        already: list[str] = []
        for item in split(asked.items, name, self._whole):
            (already if key(item) in known else added).append(item)
            known.add(key(item))
        if not added and not already:
            raise ServiceError("nothing_to_add", f"What should I put on the {name} list?")
        if not added:
            what = joined(already)
            verb = "are" if len(already) > 1 or key(already[0]) != already[0].casefold() else "is"
            raise ServiceError(
                "already_there", f"{what[0].upper()}{what[1:]} {verb} on the {name} list already."
            )
        if len(there) + len(added) > _MAX_ITEMS:
            raise ServiceError("list_full", f"The {name} list is full; clear it or take something off.")
        await self._table.add(name, added)
        undo = Call("lists.remove", {"list": name, "items": added})
        return Done({"list": name, "added": added, "already": already}, (undo,))

    @service("lists.remove", "Take things off a list.", Risk.REVERSIBLE)
    async def remove(self, asked: ItemsInput, origin: Origin) -> Done:
        name = await self._find(asked.list)
        there = await self._table.items(name)
        removed: list[str] = []
        missing: list[str] = []
        for item in split(asked.items, name, self._whole):
            found = match(item, [other for other in there if other not in removed])
            (removed if found else missing).append(found or item)
        if not removed:
            what = joined(missing, "or")
            raise ServiceError("not_on_list", f"There is no {what} on the {name} list.")
        await self._table.remove(name, removed)
        return Done(
            {"list": name, "removed": removed, "missing": missing},
            (Call("lists.add", {"list": name, "items": removed}),),
        )

    @service("lists.read", "Read a list.", Risk.READ)
    async def read(self, asked: ListInput, origin: Origin) -> dict[str, Any]:
        name = await self._find(asked.list)
        return {"list": name, "items": await self._table.items(name)}

    @service("lists.check", "Tell whether things are on a list, or on any.", Risk.READ)
    async def check(self, asked: ItemsInput, origin: Origin) -> dict[str, Any]:
        names = [await self._find(asked.list)] if asked.list else await self._known()
        found: list[dict[str, str]] = []
        missing: list[str] = []
        for item in split(asked.items, names[0], self._whole):
            where = await self._where(item, names)
            if where:
                found.append({"item": where[1], "list": where[0]})
            else:
                missing.append(item)
        return {"list": names[0] if asked.list else "", "found": found, "missing": missing}

    @service("lists.move", "Move things from one list to another.", Risk.REVERSIBLE)
    async def move(self, asked: MoveInput, origin: Origin) -> Done:
        target = await self._find(asked.to)
        known = [name for name in await self._known() if name != target]
        source = await self._find(asked.list) if asked.list else ""
        there = await self._table.items(target)
        moved: list[str] = []
        missing: list[str] = []
        for item in split(asked.items, source or target, self._whole):
            where = await self._where(item, [source] if source else known)
            if where is None:
                missing.append(item)
                continue
            source = source or where[0]  # what is moved together comes from one list
            moved.append(where[1])
        if not moved:
            where_not = f"on the {source} list" if source else "on any other list"
            raise ServiceError("not_on_list", f"There is no {joined(missing, 'or')} {where_not}.")
        if source == target:
            raise ServiceError("same_list", f"That is the {target} list already.")
        if len(there) + len(moved) > _MAX_ITEMS:
            raise ServiceError("list_full", f"The {target} list is full; clear it or take something off.")
        await self._table.move(moved, source, target)
        undo = Call("lists.move", {"list": target, "to": source, "items": moved})
        return Done({"list": source, "to": target, "moved": moved, "missing": missing}, (undo,))

    @service("lists.make", "Make a new list.", Risk.REVERSIBLE)
    async def make(self, asked: MakeInput, origin: Origin) -> Done:
        name = plain(asked.name)
        if not name:
            raise ServiceError("no_name", "What should the list be called?")
        known = await self._known()
        if name in known:
            raise ServiceError("already_there", f"There is a {name} list already.")
        if len(known) >= _MAX_LISTS:
            raise ServiceError("too_many", f"There are {words(len(known))} lists; delete one of them first.")
        await self._table.make(name)
        return Done({"list": name}, (Call("lists.clear", {"list": name, "drop": True}),))

    @service("lists.clear", "Take everything off a list.", Risk.RISKY, assess="_assess_clear")
    async def clear(self, asked: ClearInput, origin: Origin) -> Done:
        name = await self._find(asked.list)
        items = await self._table.items(name)
        dropped = asked.drop and name not in self._names
        undo = [Call("lists.restore", {"list": name, "items": items})] if items else []
        if dropped:
            await self._table.drop(name)
            undo.insert(0, Call("lists.make", {"name": name}))
        else:
            await self._table.clear(name)
        return Done({"list": name, "count": len(items), "dropped": dropped}, tuple(undo))

    @service("lists.restore", "Put things on a list exactly as they are given.", Risk.REVERSIBLE)
    async def restore(self, asked: "RestoreInput", origin: Origin) -> dict[str, Any]:
        name = await self._find(asked.list)
        there = set(await self._table.items(name))
        added = [item for item in asked.items if item not in there]
        await self._table.add(name, added)
        return {"list": name, "added": added}

    @service("lists.all", "Tell which lists there are.", Risk.READ)
    async def all(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        names = await self._known()
        return {"lists": [{"name": name, "count": len(await self._table.items(name))} for name in names]}

    async def _assess_clear(self, asked: ClearInput, origin: Origin) -> Assessment:
        name = await self._find(asked.list)
        count = len(await self._table.items(name))
        if count == 0:
            return Assessment(Risk.REVERSIBLE)  # nothing is lost
        things = "the one thing" if count == 1 else f"all {words(count)} things"
        if asked.drop and name not in self._names:
            return Assessment(Risk.RISKY, f"Shall I really delete the {name} list with {things} on it?")
        return Assessment(Risk.RISKY, f"Shall I really take {things} off the {name} list?")

    async def _where(self, item: str, names: Sequence[str]) -> tuple[str, str] | None:
        """The first of these lists that has it, and how it stands there."""
        for name in names:
            if (found := match(item, await self._table.items(name))) is not None:
                return name, found
        return None

    async def _known(self) -> list[str]:
        return list(dict.fromkeys((*self._names, *await self._table.names())))

    async def _find(self, said: str) -> str:
        wanted = plain(said)
        known = await self._known()
        if not wanted:
            return known[0]
        if wanted in known:
            return wanted
        alias = ALIASES.get(wanted)
        if alias in known:
            return alias
        compact = {name.replace(" ", ""): name for name in known}
        if (name := compact.get(wanted.replace(" ", ""))) is not None:
            return name
        best = process.extractOne(wanted, known, scorer=fuzz.ratio, score_cutoff=_LIST_SCORE)
        if best is None:
            have = joined([f"a {name} list" for name in known])
            raise ServiceError("unknown_list", f"There is no {wanted} list. There is {have}.")
        return best[0]


class RestoreInput(Input):
    list: str = Field(description="The list's name.")
    items: tuple[str, ...] = Field(description="Things, each as it was.", max_length=_MAX_ITEMS)
