"""Lists."""

import re
from abc import ABC

from rasa_sdk import Tracker

from actions.api import ask_first, call_service
from actions.base import Events, Say, SpokenAction, entities, given, slot, spoken_list, text_of

# "add tea to it as well" means the list that was spoken of last.
_SAME_LIST = re.compile(r"^(and|also)\b|\b(it|too|as well|there)$")
_ASKING = re.compile(r"^(please |can you |could you )*(add|put|remove|delete|take|some|uh|um|maybe|just)\s+")


class ItemAction(SpokenAction, ABC):
    """What adding and removing share."""

    forget = ("item", "list")

    def items(self, tracker: Tracker) -> list[str]:
        """The items of the request; of an answer in free words, its parts."""
        words: list[str] = tracker.get_slot("item") or []
        if words == entities(tracker, "item"):
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


class AskClearList(SpokenAction):
    def name(self) -> str:
        return "action_ask_clear_list_form_confirm"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        name = _list(tracker) or "shopping"
        question = await ask_first(tracker, "lists.clear", {"list": name})
        if question is None:
            say.response("utter_confirm_clear_list", list=name)
            return [slot("list", name), slot("pending", None)]
        say.text(str(question), source="confirmation")
        return [slot("list", name), slot("pending", {"needs": None, "confirmation": question.confirmation})]


class ClearList(SpokenAction):
    forget = ("list", "confirm", "pending")

    def name(self) -> str:
        return "action_clear_list"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        if not tracker.get_slot("confirm"):
            say.response("utter_okay_no")
            return []
        arguments = {"list": tracker.get_slot("list")}
        yes = (tracker.get_slot("pending") or {}).get("confirmation")
        result = await call_service(tracker, "lists.clear", arguments, confirmation=yes)
        say.response("utter_list_cleared", source="service:lists.clear", list=result["list"])
        return [slot("last_list", result["list"])]


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
