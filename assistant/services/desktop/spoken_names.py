"""What people call the programs that are installed, and the pages that they have named."""

import re
from collections.abc import Mapping

from assistant.services.desktop.entries import applications

MOST = 200
MOST_WORDS = 4
_ASIDE = re.compile(r"\s*[\(\[].*?[\)\]]")
_NO_WORD = re.compile(r"[^\w'+#&-]+")


def spoken_names(
    bookmarks: Mapping[str, str], environment: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Of bookmarks first, then of applications; without repeats, at most `MOST`. Blocking: some milliseconds."""
    names = (*bookmarks, *(entry.name for entry in applications(environment)))
    spoken = (" ".join(_NO_WORD.sub(" ", _ASIDE.sub("", name)).split()).casefold() for name in names)
    fit = (name for name in spoken if re.search(r"[a-z]", name) and len(name.split()) <= MOST_WORDS)
    return tuple(dict.fromkeys(fit))[:MOST]
