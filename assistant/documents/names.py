"""What a document is called when it is spoken of."""

import re
from pathlib import Path

_MEANINGLESS = re.compile(
    r"(?:scan|img|image|doc|document|file|download|untitled|new|copy|page|index|readme|\d+|\W+)*",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MOST_CHARACTERS = 60


def name_of(path: Path, title: str = "") -> str:
    """That of its file, which its owner has chosen: “boiler-manual.pdf” is the boiler manual. Where that says
    nothing (“scan0042.pdf”), the title in it."""
    words = " ".join(re.split(r"[\s_\-–.+]+", _CAMEL.sub(" ", path.stem))).strip()
    if _MEANINGLESS.fullmatch(words) and title:
        words = title
    words = " ".join(words.split())
    if len(words) > _MOST_CHARACTERS:
        words = words[:_MOST_CHARACTERS].rsplit(" ", 1)[0]
    return words.lower() if words.isupper() or (words.istitle() and path.stem == words) else words
