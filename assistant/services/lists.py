"""Lists: shopping, things to do, or whatever the owner keeps."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field, field_validator
from rapidfuzz import fuzz, process

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
_MAX_ITEM = 120  # characters
_LIST_SCORE = 80.0
_ITEM_SCORE = 85.0
# Said so often for lists of these names that asking back would be pedantic.
_ALIASES = {
    "groceries": "shopping",
    "grocery": "shopping",
    "todo": "to do",
    "todos": "to do",
    "tasks": "to do",
}
# On lists of tasks an "and" belongs to the sentence: "call mum and dad".
_TASKS = frozenset({"to do", "todo", "todos", "task", "tasks", "reminders", "chores"})
# Bought as one thing although they have an "and"; "bread and butter" is two things on a shopping list.
_ONE_THING = frozenset(
    """fish and chips|mac and cheese|macaroni and cheese|gin and tonic|salt and vinegar|half and half
    |rum and coke|cookies and cream|peas and carrots""".replace("\n    ", "").split("|")
)
_AND = re.compile(r"\s+(?:and|plus)\s+|\s*&\s*", re.IGNORECASE)
_NOTHING = frozenset(("and", "plus", "some", "a", "an", "the", "my", "more", "also", "please"))
_ARTICLE = re.compile(r"^(?:(?:some|a|an|the|my|more|and|also|please)\s+)+(?=\S)", re.IGNORECASE)


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


class ListServices:
    """`names` are the lists that are there from the start; the first is meant when none is named. `items` are
    names of things, looked at for those that have an "and" in them."""

    def __init__(self, table: ListTable, names: Sequence[str], items: Iterable[str] = ()) -> None:
        self._table = table
        self.rename(names, items)

    def rename(self, names: Sequence[str], items: Iterable[str]) -> None:
        """Other lists and things, from the next call on. What stands on a list stays there."""
        self._names = tuple(_plain(name) for name in names) or ("shopping",)
        self._whole = _ONE_THING | {_plain(item) for item in items if " and " in item.casefold()}

    @service("lists.add", "Put things on a list.", Risk.REVERSIBLE)
    async def add(self, asked: ItemsInput, origin: Origin) -> Done:
        name = await self._find(asked.list)
        there = await self._table.items(name)
        known = {_key(item) for item in there}
        added: list[str] = []
        already: list[str] = []
        for item in self._split(asked.items, name):
            (already if _key(item) in known else added).append(item)
            known.add(_key(item))
        if not added and not already:
            raise ServiceError("nothing_to_add", f"What should I put on the {name} list?")
        if not added:
            what = joined(already)
            verb = "are" if len(already) > 1 or _key(already[0]) != already[0].casefold() else "is"
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
        for item in self._split(asked.items, name):
            found = _match(item, [other for other in there if other not in removed])
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

    @service("lists.clear", "Take everything off a list.", Risk.RISKY, assess="_assess_clear")
    async def clear(self, asked: ListInput, origin: Origin) -> Done:
        name = await self._find(asked.list)
        items = await self._table.items(name)
        await self._table.clear(name)
        undo = (Call("lists.restore", {"list": name, "items": items}),) if items else ()
        return Done({"list": name, "count": len(items)}, undo)

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

    async def _assess_clear(self, asked: ListInput, origin: Origin) -> Assessment:
        name = await self._find(asked.list)
        count = len(await self._table.items(name))
        if count == 0:
            return Assessment(Risk.REVERSIBLE)  # nothing is lost
        things = "the one thing" if count == 1 else f"all {words(count)} things"
        return Assessment(Risk.RISKY, f"Shall I really take {things} off the {name} list?")

    async def _known(self) -> list[str]:
        return list(dict.fromkeys((*self._names, *await self._table.names())))

    async def _find(self, said: str) -> str:
        wanted = _plain(said)
        known = await self._known()
        if not wanted:
            return known[0]
        if wanted in known:
            return wanted
        alias = _ALIASES.get(wanted)
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

    def _split(self, items: Iterable[str], name: str) -> list[str]:
        """Single things, in order, without articles. `and` divides no tasks, nor what is known as one."""
        parts: list[str] = []
        for said in items:
            for part in re.split(r"\s*[,;\n]\s*", said):
                whole = name in _TASKS or _plain(_ARTICLE.sub("", part)) in self._whole
                parts += (
                    [part] if whole else re.split(r"\s+(?:and|plus)\s+|\s*[&]\s*", part, flags=re.IGNORECASE)
                )
        cleaned = (" ".join(_ARTICLE.sub("", part.strip(" .!?")).split())[:_MAX_ITEM] for part in parts)
        return [item for item in cleaned if item and item.casefold() not in _NOTHING]


class RestoreInput(Input):
    list: str = Field(description="The list's name.")
    items: tuple[str, ...] = Field(description="Things, each as it was.", max_length=_MAX_ITEMS)


def _plain(name: str) -> str:
    name = " ".join(name.casefold().replace("-", " ").split())
    name = re.sub(r"^(?:(?:my|the|our|a)\s+)+", "", name)
    return re.sub(r"\s+list$", "", name)


def _key(item: str) -> str:
    """Equal for what people take to be the same thing: `Egg`, `eggs`, `the eggs`."""
    item = _ARTICLE.sub("", " ".join(item.casefold().split()))
    if item.endswith("ies") and len(item) > 4:
        return f"{item[:-3]}y"
    if item.endswith("oes"):
        return item[:-2]
    return item[:-1] if item.endswith("s") and not item.endswith("ss") and len(item) > 3 else item


def _match(item: str, there: Sequence[str]) -> str | None:
    keys = [_key(other) for other in there]
    if _key(item) in keys:
        return there[keys.index(_key(item))]
    best = process.extractOne(_key(item), keys, scorer=fuzz.ratio, score_cutoff=_ITEM_SCORE)
    return there[best[2]] if best else None
