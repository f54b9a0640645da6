"""Lists."""

import re
from abc import ABC
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.api import ask_first, call_service
from actions.base import (
    Events,
    Say,
    SpokenAction,
    entities,
    entity,
    given,
    intent_of,
    slot,
    spoken_list,
    text_of,
)

# "add tea to it as well" means the list that was spoken of last.
_SAME_LIST = re.compile(r"^(and|also)\b|\b(it|too|as well|there)$")
# "delete the camping list" is about the list, "delete everything on it" about what stands there.
_THE_LIST_ITSELF = re.compile(
    r"\b(?:delete|remove|drop|get rid of|throw away) (?:(?:my|the|our|that|whole|entire) )*"
    r"(?!everything|all)[\w ]*?\blist\b"
)
_NAMING = re.compile(r"^(?:it|they|that)(?:'s| is| are)? (?:called |named )?|^(?:call|name) it ")
_FROM = re.compile(r"\b(?:from|off|instead of)\b(?: \w+){0,2} ?$")
_ASKING = re.compile(r"^(please |can you |could you )*(add|put|remove|delete|take|some|uh|um|maybe|just)\s+")


class ItemAction(SpokenAction, ABC):
    """What adding and removing share."""

    forget = ("item", "list")

    def items(self, tracker: Tracker) -> list[str]:
        """The items of the request; of an answer in free words, its parts."""
        words: list[str] = tracker.get_slot("item") or []
        if words in (entities(tracker, "item"), entities(tracker, "event")):
            return words
        parts = [_ASKING.sub("", part.strip()) for text in words for part in re.split(r",| and ", text)]
        return [part for part in dict.fromkeys(parts) if part]


class AddItem(ItemAction):
    def name(self) -> str:
        return "action_add_item"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        arguments = given(list=_list(tracker), items=self.items(tracker))
        result = await call_service(tracker, "lists.add", arguments)
        items = spoken_list(result["added"])
        say.response("utter_item_added", source="service:lists.add", items=items, list=result["list"])
        return [slot("last_list", result["list"])]


class RemoveItem(ItemAction):
    def name(self) -> str:
        return "action_remove_item"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        arguments = given(list=_list(tracker), items=self.items(tracker))
        result = await call_service(tracker, "lists.remove", arguments)
        for response, key in (("utter_item_removed", "removed"), ("utter_item_missing", "missing")):
            if result.get(key):
                items = spoken_list(result[key])
                say.response(response, source="service:lists.remove", items=items, list=result["list"])
        return [slot("last_list", result["list"])]


class ReadList(SpokenAction):
    forget = ("list",)

    def name(self) -> str:
        return "action_read_list"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "lists.read", given(list=_list(tracker)))
        response = "utter_list_read" if result["items"] else "utter_list_empty"
        items = spoken_list(result["items"])
        say.response(response, source="service:lists.read", items=items, list=result["list"])
        return [slot("last_list", result["list"])]


class MoveItem(ItemAction):
    forget = ("item", "list", "target_list")

    def name(self) -> str:
        return "action_move_item"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        source, target = _from_and_to(tracker)
        arguments = given(list=source, to=target, items=self.items(tracker))
        result = await call_service(tracker, "lists.move", arguments)
        items = spoken_list(result["moved"])
        say.response("utter_item_moved", source="service:lists.move", items=items, list=result["to"])
        if result["missing"]:
            missing = spoken_list(result["missing"])
            say.response(
                "utter_item_missing", source="service:lists.move", items=missing, list=result["list"]
            )
        return [slot("last_list", result["to"])]


class CheckItem(SpokenAction):
    def name(self) -> str:
        return "action_check_item"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        items = entities(tracker, "item")
        if not items:
            say.response("utter_which_item")
            return []
        arguments = given(list=entity(tracker, "list"), items=items)
        result = await call_service(tracker, "lists.check", arguments)
        source = "service:lists.check"
        found = [(each["item"], each["list"]) for each in result["found"]]
        for name in dict.fromkeys(where for _, where in found):
            there = spoken_list([item for item, where in found if where == name])
            say.response("utter_item_there", source=source, items=there, list=name)
        if result["missing"]:
            missing = spoken_list(result["missing"])
            response = "utter_item_not_there" if result["list"] else "utter_item_nowhere"
            say.response(response, source=source, items=missing, list=result["list"])
        return [slot("last_list", found[0][1])] if found else []


class MakeList(SpokenAction):
    forget = ("list", "new_list")

    def name(self) -> str:
        return "action_make_list"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        name = entity(tracker, "list") if intent_of(tracker) == "make_list" else tracker.get_slot("new_list")
        result = await call_service(tracker, "lists.make", {"name": _NAMING.sub("", str(name))})
        say.response("utter_list_made", source="service:lists.make", list=result["list"])
        return [slot("last_list", result["list"])]


class ValidateMakeList(FormValidationAction):
    def name(self) -> str:
        return "validate_make_list_form"

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],
    ) -> list[str]:
        named = intent_of(tracker) == "make_list" and entity(tracker, "list")
        return [] if named else domain_slots


class AskClearList(SpokenAction):
    def name(self) -> str:
        return "action_ask_clear_list_form_confirm"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        name = _list(tracker) or "shopping"
        drop = bool(_THE_LIST_ITSELF.search(text_of(tracker)))
        question = await ask_first(tracker, "lists.clear", {"list": name, "drop": drop})
        if question is None:
            say.response("utter_confirm_clear_list", list=name)
            return [slot("list", name), slot("pending", {"needs": None, "confirmation": None, "drop": drop})]
        say.text(str(question), source="confirmation")
        pending = {"needs": None, "confirmation": question.confirmation, "drop": drop}
        return [slot("list", name), slot("pending", pending)]


class ClearList(SpokenAction):
    forget = ("list", "confirm", "pending")

    def name(self) -> str:
        return "action_clear_list"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        if not tracker.get_slot("confirm"):
            say.response("utter_okay_no")
            return []
        pending = tracker.get_slot("pending") or {}
        arguments = {"list": tracker.get_slot("list"), "drop": bool(pending.get("drop"))}
        yes = pending.get("confirmation")
        result = await call_service(tracker, "lists.clear", arguments, confirmation=yes)
        response = "utter_list_deleted" if result.get("dropped") else "utter_list_cleared"
        say.response(response, source="service:lists.clear", list=result["list"])
        return [] if result.get("dropped") else [slot("last_list", result["list"])]


class ListLists(SpokenAction):
    def name(self) -> str:
        return "action_list_lists"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        result = await call_service(tracker, "lists.all", {})
        names = [entry["name"] if isinstance(entry, dict) else str(entry) for entry in result["lists"]]
        response = "utter_lists" if names else "utter_no_lists"
        say.response(response, source="service:lists.all", lists=spoken_list(names))
        return []


def _list(tracker: Tracker) -> str | None:
    name = tracker.get_slot("list")
    if name is None and _SAME_LIST.search(text_of(tracker)):
        name = tracker.get_slot("last_list")
    return name


def _from_and_to(tracker: Tracker) -> tuple[str | None, str | None]:
    """Of two lists, which one things come from and which one they go to: the words before each tell. The target may
    have been asked for."""
    text = text_of(tracker)
    source: str | None = None
    target: str | None = tracker.get_slot("target_list")
    if intent_of(tracker) != "move_item":
        return source, target
    for each in (tracker.latest_message or {}).get("entities") or []:
        if each.get("entity") != "list" or "start" not in each:
            continue
        before = text[: each["start"]]
        if _FROM.search(before) or re.search(r"\binstead of\b[^,]*$", before):
            source = str(each["value"])
        else:
            target = str(each["value"])
    return source, target
