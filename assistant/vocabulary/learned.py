"""Which names can be learned from what was done."""

from collections.abc import Iterable, Iterator

from assistant.dialogue.names import KINDS, OwnerNames
from assistant.dialogue.training_data import TrainingData
from assistant.events import ServiceCalled
from assistant.recognition.spoken_words import spoken_words

LONGEST = 5  # words: what is longer is a note rather than a name

ENTITIES = {"items": "item", "lists": "list", "timers": "timer", "events": "event", "people": "person"}
"""Kind of names → entity of the training data, where it is another word than the kind without its s."""


def names_of(event: ServiceCalled) -> Iterator[tuple[str, str]]:
    """(kind, name) of what a call that went well named: things that were put on a list, the names of lists, timers
    and appointments. As they are said; what nobody would say again is left out."""
    if not event.ok or not isinstance(event.result, dict):
        return
    if event.service == "lists.add":
        found = [("items", item) for item in event.result.get("added") or ()]
    elif event.service == "timers.start":
        found = [("timers", event.result.get("name") or "")]
    elif event.service == "lists.make":
        found = [("lists", event.result.get("list") or "")]
    elif event.service == "calendar.add":
        found = [("events", event.result.get("title") or "")]
    else:
        return
    for kind, name in found:
        words = spoken_words(str(name))
        if 0 < len(words) <= LONGEST and any(len(word) > 1 for word in words):
            yield kind, " ".join(words)


def known_in(data: TrainingData) -> frozenset[tuple[str, str]]:
    """(kind, name) of all that the training data names already, in tables or examples."""
    kinds = {entity: kind for kind, entity in ENTITIES.items()}
    named = [(entity, value) for entity, values in data.lookups.items() for value in values]
    named += [
        (segment.entity, segment.text)
        for example in data.examples
        for segment in example.segments
        if segment.entity is not None
    ]
    return frozenset((kinds.get(entity, entity), " ".join(spoken_words(name))) for entity, name in named)


def as_names(learned: Iterable[tuple[str, str]]) -> OwnerNames:
    """(kind, name) of each; other kinds than `KINDS` are left out."""
    by_kind: dict[str, list[str]] = {}
    for kind, name in learned:
        if kind in KINDS:
            by_kind.setdefault(kind, []).append(name)
    return OwnerNames.of(by_kind)
