"""Generated text made fit to be heard, for models that write for the eye whatever they are told.

How numbers, units and addresses are said is not decided here: that is `assistant.synthesis.spoken`, for every text.
"""

import re
import unicodedata

from assistant.synthesis.spoken.markup import strip_markup

_OPEN = re.compile(r"<(think|thinking|reasoning)>", re.IGNORECASE)
_OPENINGS = ("<think>", "<thinking>", "<reasoning>")
_ADDRESS = re.compile(r"(?:https?|ftp)://(?:www\.)?([^\s/<>()\"'?#]+)[^\s<>()\"']*", re.IGNORECASE)
_AFTER = ".,;:!?"
_SPEAKER = re.compile(r"^\s*(?:assistant|ai)\s*:\s*", re.IGNORECASE)
_SPACED = re.compile(r"\s+([.,;:!?])")  # where something between word and stop is gone
_CODE = ("```", "~~~")


class Unthought:
    """Leaves out what reasoning models write between `<think>` and `</think>` before they answer, while it arrives.

    Holds back only what may be the beginning of such a mark.
    """

    def __init__(self) -> None:
        self._held = ""
        self._close = ""  # the mark that ends the thought we are in

    def push(self, text: str) -> str:
        """More text; what of it is no thought."""
        self._held += text
        out = ""
        while self._held:
            if self._close:
                _, mark, rest = _partition(self._held, self._close)
                if not mark:
                    self._held = self._held[-len(self._close) + 1 :]  # the mark may have begun
                    break
                self._held, self._close = rest, ""
            elif opened := _OPEN.search(self._held):
                out += self._held[: opened.start()]
                self._held, self._close = self._held[opened.end() :], f"</{opened[1].lower()}>"
            else:
                at = _may_open(self._held)
                out, self._held = out + self._held[:at], self._held[at:]
                break
        return out

    def finish(self) -> str:
        """The text is over: what was held back and is no thought after all."""
        held, self._held = ("" if self._close else self._held), ""
        self._close = ""
        return held


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


def _partition(text: str, mark: str) -> tuple[str, str, str]:
    at = text.lower().find(mark)
    return (text, "", "") if at < 0 else (text[:at], mark, text[at + len(mark) :])


def _may_open(text: str) -> int:
    """Where a mark may have begun that is not whole yet; the length of the text, if nowhere."""
    at = text.rfind("<")
    rest = text[at:].lower()
    return at if at >= 0 and any(mark.startswith(rest) for mark in _OPENINGS) else len(text)
