"""Names of lists and of things on them, as people say them."""

import re
from collections.abc import Iterable, Sequence, Set

from rapidfuzz import fuzz, process

_LONGEST = 120  # characters of one thing
_ITEM_SCORE = 85.0
# Said so often for lists of these names that asking back would be pedantic.
ALIASES = {
    "groceries": "shopping",
    "grocery": "shopping",
    "todo": "to do",
    "todos": "to do",
    "tasks": "to do",
}
# On lists of tasks an "and" belongs to the sentence: "call mum and dad".
_TASKS = frozenset({"to do", "todo", "todos", "task", "tasks", "reminders", "chores"})
# Bought as one thing although they have an "and"; "bread and butter" is two things on a shopping list.
ONE_THING = frozenset(
    """fish and chips|mac and cheese|macaroni and cheese|gin and tonic|salt and vinegar|half and half
    |rum and coke|cookies and cream|peas and carrots""".replace("\n    ", "").split("|")
)
_AND = re.compile(r"\s+(?:and|plus)\s+|\s*&\s*", re.IGNORECASE)
_NOTHING = frozenset(("and", "plus", "some", "a", "an", "the", "my", "more", "also", "please"))
_ARTICLE = re.compile(r"^(?:(?:some|a|an|the|my|more|and|also|please)\s+)+(?=\S)", re.IGNORECASE)


def split(items: Iterable[str], name: str, whole: Set[str]) -> list[str]:
    """Single things, in order, without articles. `and` divides no tasks (the list's `name` tells), nor what is known
    as one (`whole`)."""
    parts: list[str] = []
    for said in items:
        for part in re.split(r"\s*[,;\n]\s*", said):
            one = name in _TASKS or plain(_ARTICLE.sub("", part)) in whole
            parts += [part] if one else _AND.split(part)
    cleaned = (" ".join(_ARTICLE.sub("", part.strip(" .!?")).split())[:_LONGEST] for part in parts)
    return [item for item in cleaned if item and item.casefold() not in _NOTHING]


def plain(name: str) -> str:
    name = " ".join(name.casefold().replace("-", " ").split())
    name = re.sub(r"^(?:(?:my|the|our|a)\s+)+", "", name)
    return re.sub(r"\s+list$", "", name)


def key(item: str) -> str:
    """Equal for what people take to be the same thing: `Egg`, `eggs`, `the eggs`."""
    item = _ARTICLE.sub("", " ".join(item.casefold().split()))
    if item.endswith("ies") and len(item) > 4:
        return f"{item[:-3]}y"
    if item.endswith("oes"):
        return item[:-2]
    return item[:-1] if item.endswith("s") and not item.endswith("ss") and len(item) > 3 else item


def match(item: str, there: Sequence[str]) -> str | None:
    keys = [key(other) for other in there]
    if key(item) in keys:
        return there[keys.index(key(item))]
    best = process.extractOne(key(item), keys, scorer=fuzz.ratio, score_cutoff=_ITEM_SCORE)
    return there[best[2]] if best else None
