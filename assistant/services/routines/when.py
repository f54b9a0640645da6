"""Takes the time out of a sentence: "turn off the lights at eight", "every weekday at seven turn on the heating",
"when the pasta timer ends turn off the oven"."""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo

from assistant.services.numbers import tokens_of
from assistant.services.repeats import Plan, try_plan

_FEWEST_WORDS = 2  # of what is to be done
_MOST_WORDS = 12  # of the time: a longer one is no time, and each length is tried
_POLITE = re.compile(
    r"^(?:(?:hey|ok|okay|please|then|and|also|can you|could you|would you|will you|i want you to|"
    r"i would like you to|i'd like you to|you should|let's) )+|(?: (?:please|thanks|thank you|for me|then|and))+$"
)
_ENDS = r"(?:ends|is over|is done|is finished|is up|finishes|has ended|has finished|rings|goes off|runs out|stops)"
_WHICH = r"(?:(?:the|my|our) )?(?:(?P<name>[\w ]+?) )?timers?"
_EVENT = rf"(?:when|once|as soon as|after|if|whenever) {_WHICH}(?: {_ENDS})?"
_EVENT_FIRST = re.compile(rf"^{_EVENT}(?: then)? (?P<what>.+)$")
_EVENT_LAST = re.compile(rf"^(?P<what>.+?) {_EVENT}$")
# "turn the lights on at eight": the first of two such words belongs to the verb.
_OF_THE_VERB = frozenset({"on", "off", "in", "up", "down", "for", "by", "and", "please", "to", "the"})
_OF_THE_TIME = frozenset(
    {"at", "in", "every", "each", "by", "on", "after", "tomorrow", "tonight", "today", "this", "daily", "around",
     "about"}
)  # fmt: skip


# "good night", "start movie night": alone they may be of a name. A time begins with something else.
_PARTS = frozenset({"morning", "afternoon", "evening", "night"})


@dataclass(frozen=True, slots=True)
class Timed:
    """`what` is to be done; `plan` says when, or it is at the end of a timer: `timer` is its name, empty: the only
    one. `phrase`: the words of the time. `past`: that is over."""

    what: str
    plan: Plan | None = None
    timer: str | None = None
    phrase: str = ""
    past: bool = False


def timed(said: str, now: datetime, zone: tzinfo) -> Timed | None:
    """What and when; None for a sentence without a time, or with nothing else. `now` is aware."""
    sentence = polite_off(" ".join(re.sub(r"[^\w\s':-]", " ", said.casefold()).split()))
    for event in (_EVENT_FIRST, _EVENT_LAST):
        if found := event.match(sentence):
            what = polite_off(found["what"])
            phrase = sentence.replace(found["what"], "").strip().removesuffix(" then")
            return Timed(what, timer=found["name"] or "", phrase=phrase)
    words = sentence.split()
    return _at_the_end(words, now, zone) or _at_the_beginning(words, now, zone)


def polite_off(sentence: str) -> str:
    """The sentence without what is only polite."""
    return _POLITE.sub("", _POLITE.sub("", sentence)).strip()


def _at_the_end(words: list[str], now: datetime, zone: tzinfo) -> Timed | None:
    """The longest end that is a time."""
    for at in range(max(_FEWEST_WORDS, len(words) - _MOST_WORDS), len(words)):
        plan = _plan(words[at:], now, zone)
        if plan is None:
            continue
        if words[at] in _OF_THE_VERB and words[at + 1 : at + 2] and words[at + 1] in _OF_THE_TIME:
            continue  # the shorter one is the time
        return _timed(words[:at], plan, words[at:], now)
    return None


def _at_the_beginning(words: list[str], now: datetime, zone: tzinfo) -> Timed | None:
    for end in range(min(len(words) - _FEWEST_WORDS, _MOST_WORDS), 0, -1):
        plan = _plan(words[:end], now, zone)
        if plan is not None:
            return _timed(words[end:], plan, words[:end], now)
    return None


def _plan(words: list[str], now: datetime, zone: tzinfo) -> Plan | None:
    if words[0] in _PARTS:
        return None
    plan = try_plan(tokens_of(" ".join(words)), now, zone, strict=True)
    if plan is not None and plan.moment.at <= now and not plan.moment.has_time:
        return None  # "today" alone is now
    return plan


def _timed(what: list[str], plan: Plan, phrase: list[str], now: datetime) -> Timed:
    past = plan.moment.at <= now and not plan.rule
    return Timed(polite_off(" ".join(what)), plan, phrase=" ".join(phrase), past=past)
