"""What words over an answer mean: nothing yet, "go on", "stop", or the next turn."""

import re
from collections.abc import Iterable
from enum import StrEnum

STOP_WORDS = ("stop", "be quiet", "shut up", "enough", "that's enough", "cancel", "quiet", "silence")

_BACKCHANNELS = [
    "uh huh",
    "mm hm",
    "mhm",
    "mm",
    "hm",
    "hmm",
    "huh",
    "uh",
    "um",
    "ah",
    "aha",
    "oh",
    "okay",
    "ok",
    "yeah",
    "yes",
    "yep",
    "yup",
    "right",
    "sure",
    "i see",
    "all right",
    "alright",
    "good",
    "great",
    "fine",
    "really",
    "wow",
    "nice",
    "cool",
    "got it",
]
_BEFORE_STOP = ("please", "okay", "ok", "no", "oh", "hey", "jarvis", "now", "just")
_AFTER_STOP = ("please", "it", "that", "this", "now", "talking", "speaking", "listening", "jarvis", "thanks")

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


class Said(StrEnum):
    """Of words that are spoken over an answer."""

    NOTHING = "nothing"
    BACKCHANNEL = "backchannel"  # "uh-huh": a listener's, who wants to hear more
    STOP = "stop"  # it begins with a word that silences; more may follow
    WORDS = "words"


def judge(text: str, stop_words: Iterable[str] = STOP_WORDS) -> Said:
    """`stop_words`: phrases, in lower case or not."""
    words = _words(text)
    if not words:
        return Said.NOTHING
    if _after_stop(words, stop_words) is not None:
        return Said.STOP
    return Said.WORDS if _without(words, _BACKCHANNELS) else Said.BACKCHANNEL


def only_stops(text: str, stop_words: Iterable[str] = STOP_WORDS) -> bool:
    """Nothing is said but that it should be silent: "stop", "okay stop it please", not "stop the timer"."""
    stop_words = tuple(stop_words)
    rest = _words(text)
    if _after_stop(rest, stop_words) is None:
        return False
    return not _without(rest, (*stop_words, *_BEFORE_STOP, *_AFTER_STOP, *_BACKCHANNELS))


def count(text: str) -> int:
    """How many words that are no backchannel."""
    return len(_without(_words(text), _BACKCHANNELS))


def _after_stop(words: list[str], stop_words: Iterable[str]) -> list[str] | None:
    """What follows the stop word that `words` begin with; None where they do not."""
    phrases = [_words(phrase) for phrase in stop_words]
    at = 0
    while True:
        for phrase in phrases:
            if phrase and words[at : at + len(phrase)] == phrase:
                return words[at + len(phrase) :]
        if at == len(words) or words[at] not in _BEFORE_STOP:
            return None
        at += 1


def _without(words: list[str], phrases: Iterable[str]) -> list[str]:
    """The words that belong to none of the phrases, of which longer ones come first."""
    known = sorted((_words(phrase) for phrase in phrases), key=len, reverse=True)
    left, at = [], 0
    while at < len(words):
        length = next((len(each) for each in known if each and words[at : at + len(each)] == each), 0)
        if not length:
            left.append(words[at])
        at += length or 1
    return left


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))
