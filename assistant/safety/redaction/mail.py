"""Addresses of mail, said aloud: "anna dot smith at gmail dot com"."""

import re

from assistant.safety.redaction.numerals import NUMBER, words

_JOINERS = frozenset(["dot", "underscore", "dash", "hyphen", "minus", "plus"])
_ENDINGS = (
    "com|org|net|edu|gov|info|io|me|co|uk|de|fr|it|es|nl|be|at|ch|eu|ie|us|ca|au|nz|in|biz|dev|app|se|no|dk|"
    "fi|pl|pt"
)
_DOMAIN = re.compile(
    rf"(?i)\bat\s+(?P<domain>(?:[a-z0-9]+\s+){{1,4}}?dot\s+(?:[a-z0-9]+\s+dot\s+){{0,3}}(?:{_ENDINGS})\b|"
    rf"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:{_ENDINGS})\b)"
)
_NUMBER = re.compile(rf"(?i)(?:{NUMBER}|double|triple|\d+)$")
_NO_LOCAL = words(
    "look looking is are be was me it us them him her you up in out here all buy available found hosted read "
    "news sign log order book check arrive website site page mail email e-mail address contact write to send "
    "add try see live that this there more now"
)
"""Words that an address of mail is hardly made of: whoever says them before "at" speaks of a page."""


def redact_mail(text: str) -> str:
    """Each address, with all that belongs to it on either side of its "at"."""
    done = ""
    while (found := _DOMAIN.search(text)) is not None:
        start = _local(text[: found.start()])
        if start is None:
            done, text = done + text[: found.end()], text[found.end() :]
        else:
            done, text = f"{done}{text[:start]}[email]", text[found.end() :]
    return done + text


def _local(before: str) -> int | None:
    """Where the part before the "at" begins; None where there is none."""
    found = list(re.finditer(r"[\w'-]+", before))
    if not found or found[-1][0].lower() in _NO_LOCAL:
        return None
    place = len(found) - 1
    while place > 0:
        word, former = found[place][0].lower(), found[place - 1][0].lower()
        if former in _JOINERS and place > 1:
            place -= 2
        elif len(former) == 1 or _NUMBER.match(former):
            place -= 1
        elif _NUMBER.match(word) and former not in _NO_LOCAL:
            place -= 1
            break
        else:
            break
    return found[place].start()
