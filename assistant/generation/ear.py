"""Generated text made fit to be heard, for models that write for the eye whatever they are told.

How numbers, units and addresses are said is not decided here: that is `assistant.synthesis.spoken`, for every text.
"""

import re
import unicodedata

from assistant.synthesis.spoken.markup import strip_markup

_ADDRESS = re.compile(r"(?:https?|ftp)://(?:www\.)?([^\s/<>()\"'?#]+)[^\s<>()\"']*", re.IGNORECASE)
_AFTER = ".,;:!?"
_SPEAKER = re.compile(r"^\s*(?:assistant|ai)\s*:\s*", re.IGNORECASE)
_SPACED = re.compile(r"\s+([.,;:!?])")  # where something between word and stop is gone
_CODE = ("```", "~~~")


def for_the_ear(clause: str) -> str:
    """Without markup, addresses, emoji, code, and names of speakers; empty where nothing is left to be said."""
    if clause.lstrip().startswith(_CODE):
        return ""
    text = _SPEAKER.sub("", strip_markup(clause))
    text = _ADDRESS.sub(_host, text)
    text = "".join(character for character in text if not _drawn(character))
    text = _SPACED.sub(r"\1", " ".join(text.split()))
    return text if any(character.isalnum() for character in text) else ""


def _host(match: re.Match[str]) -> str:
    """Of an address what can be said, and the stop that ends the sentence."""
    whole = match[0]
    end = whole[-1] if whole[-1] in _AFTER else ""
    return match[1].rstrip(_AFTER) + end


def _drawn(character: str) -> bool:
    """Emoji, and what joins or colours them."""
    if character in "°©®™\u200d\ufe0e\ufe0f":
        return character in "\u200d\ufe0e\ufe0f"
    return unicodedata.category(character) in ("So", "Cs", "Co") or "\U0001f3fb" <= character <= "\U0001f3ff"
