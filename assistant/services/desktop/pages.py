"""Addresses of pages as people say them: “example dot com slash help”."""

import re
from urllib.parse import urlsplit

_WORDS = {
    "dot": ".",
    "point": ".",
    "slash": "/",
    "dash": "-",
    "hyphen": "-",
    "minus": "-",
    "underscore": "_",
    "colon": ":",
}
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_LETTERS = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
LONGEST = 2_000
_AROUND = re.compile(r"^(?:the\s+)?(?:(?:web\s?)?(?:site|page)\s+(?:of\s+)?)?|\s+please$")


def address_of(said: str) -> str | None:
    """The address, with https where nothing else is said; None where it is no web address. Only http and https, no
    user, no password; a host with at least one dot."""
    text = said.strip()
    if " " in text:
        words = _AROUND.sub("", " ".join(text.casefold().split())).split()
        text = "".join(_WORDS.get(word, word) for word in words)
    if not re.match(r"[a-z][a-z0-9+-]*:", text) or re.match(r"[^/:]+:\d", text):
        text = f"https://{text}"
    return checked(text)


def checked(address: str) -> str | None:
    """A written address, if it is one to be opened."""
    if len(address) > LONGEST or any(ord(c) <= 32 or ord(c) == 127 for c in address):
        return None
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or "@" in parts.netloc or port == 0:
        return None
    return address if _is_host(host) else None


def _is_host(host: str) -> bool:
    labels = host.split(".")
    return (
        len(labels) >= 2
        and len(host) <= 253
        and all(_LABEL.fullmatch(label) for label in labels)
        and _LETTERS.fullmatch(labels[-1]) is not None
    )
