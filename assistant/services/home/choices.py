"""Answers to "which one do you mean: the desk lamp or the ceiling lamp?": `the desk one`, `both`, `the second`."""

import re
from collections import OrderedDict
from collections.abc import Callable

from assistant.config.model import Device
from assistant.services.home.kinds import singular
from assistant.services.home.names import HomeNames, Resolution
from assistant.services.numbers import joined
from assistant.services.service import ServiceError

MOST_SESSIONS = 64
_PLACES = {"first": 0, "former": 0, "second": 1, "latter": 1, "third": 2, "fourth": 3, "last": -1}
_ALL = frozenset(
    ("both", "all", "every", "everything", "all of them", "both of them", "them all", "all three", "all two")
)
_FILLERS = re.compile(r"\b(?:one|the|of|them|on|in|at|by|with)\b")


class Choices:
    """The devices that were asked about last, by session. Bounded."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, tuple[Device, ...]] = OrderedDict()

    def remember(self, session: str, devices: tuple[Device, ...]) -> None:
        self._asked.pop(session, None)
        self._asked[session] = devices
        if len(self._asked) > MOST_SESSIONS:
            self._asked.popitem(last=False)

    def chosen(
        self, said: str, session: str, names_of: Callable[[tuple[Device, ...]], HomeNames]
    ) -> Resolution:
        """Raises `ServiceError` where the answer is none, or fits several again."""
        devices = self._asked.get(session, ())
        if not devices:
            raise ServiceError("no_question", "Which device do you mean?")
        names, words = names_of(devices), " ".join(said.casefold().split())
        if words in _ALL:
            return Resolution(
                devices, joined([names.spoken(device, full=True) for device in devices]), named=True
            )
        position = next((place for word, place in _PLACES.items() if re.search(rf"\b{word}\b", words)), None)
        if position is not None and position < len(devices):
            return Resolution((devices[position],), names.spoken(devices[position]), named=True)
        return names.resolve(" ".join(_FILLERS.sub(" ", singular(words)).split()) or words)
