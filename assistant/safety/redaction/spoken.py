"""As people say them, and a recogniser writes them: in words, without punctuation."""

import re

from assistant.safety.redaction.mail import redact_mail
from assistant.safety.redaction.numerals import DIGIT_RUN, NUMBER, RUN, counts_up, digits_in, trimmed, words

MOST_INNOCENT = 6
"""Digits that may be said in a row where nothing tells what they are; a telephone number has seven at least."""

_LINK = r"(?:\s*(?::|=)|\s+(?:is|was|it's|it is|its|to be|equals|will be|reads))*"
_OF = r"(?:\s+(?:for|of|to|on)(?:\s+(?:the|my|our|his|her|your|this|that))?(?:\s+[a-z]+){1,2}?)?"
_CODES = (
    r"(?:(?:alarm|door|gate|garage|safe|access|entry|lock|security|verification|sort|pin|bank|unlock|entrance|"
    r"phone|sim|confirmation|secret)\s+code|the\s+code|my\s+code|our\s+code|pin(?:\s+(?:code|number))?|pass\s*code|"
    r"c\s*v\s*[vc]|tan)"
)
_NUMBERS = (
    r"(?:(?:account|routing|passport|customer|policy|card|licen[cs]e|member(?:ship)?|insurance|reference|"
    r"social\s+security|tax|ssn|id)\s+number|sort\s+code|social(?:\s+security)?)"
)
_CODE = re.compile(rf"(?i)\b({_CODES}){_OF}({_LINK})\s+(?P<run>{RUN}(?:\s+(?:hash|star|pound))?)")
_ACCOUNT = re.compile(rf"(?i)\b({_NUMBERS}){_OF}({_LINK})\s+(?P<run>{RUN})")
_SPEAKS_OF_CODES = re.compile(r"(?i)\b(?:pins?|pass\s*codes?|pass\s*words?|c\s?v\s?[vc])\b")
_PASSWORD = re.compile(
    r"(?i)\b(?P<key>pass\s?word|pass\s?phrase|pass\s?key)(?P<of>(?:\s+(?:for|of|to|on)\s+(?:the|my|our|his|her|this)"
    r"\s+[a-z]+(?=\s+(?:is|was|to)\b))?)(?P<link>'s\b|(?:\s+(?:is|was|to|equals|it's|it is|reads)\b)+|\s*[:=])?\s+"
    r"(?P<value>[^.,;!?\n]+)"
)
_ASKS_TO_KEEP = re.compile(
    r"(?i)(?:^\s*|\b(?:remember|save|store|keep|note|set|use|enter|type)\b[\w\s']{0,16})$"
)
_NO_PASSWORD = words(
    "wrong not incorrect required needed expired missing too very so right safe secure strong weak long short "
    "empty in on under stored saved kept written known always never what invalid ok okay fine good bad case "
    "protected asked changed again please manager managers dialog field prompt and or but for of from by with "
    "when if that which it i you we he she they does did do has have had"
)
_NO_PASSWORD_ALONE = _NO_PASSWORD | {"correct", "this", "here", "there", "gone", "lost", "old", "new", "now"}
_NOT_NAMES = (
    r"(?!(?:way|minutes?|miles?|hours?|lanes?|seconds?|the|on|a|in|of|down|from|at|more|next|metres?|meters?|"
    r"kilomet(?:re|er)s?|yards?|and|blocks?|percent|lights?|to|degrees?|people|times?|pm|am)\b)"
)
_ADDRESS = re.compile(
    rf"(?i)\b(?:number\s+)?{NUMBER}(?:\s+(?:and\s+)?{NUMBER}){{0,5}}(?:\s+[a-h])?(?:\s+{_NOT_NAMES}[a-z']+){{1,3}}?"
    r"\s+(?:street|road|avenue|lane|boulevard|terrace|crescent)\b"
)
_BORN = re.compile(
    r"(?i)\b((?:date of birth|born on)(?:\s+(?:is|was))?\s+)(?P<value>(?:the\s+)?[^.,;!?\n]{3,60})"
)
_A_DATE = re.compile(
    r"(?i)\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
)
_NUMBER_WORD = re.compile(rf"(?i)\b{NUMBER}\b")


def redact_spoken(text: str) -> str:
    """What is replaced stands in brackets."""
    text = _PASSWORD.sub(_password, text)
    text = redact_mail(text)
    if _NUMBER_WORD.search(text):
        text = _CODE.sub(lambda match: _run(match, "[pin]", 3), text)
        text = _ACCOUNT.sub(lambda match: _run(match, "[number]", 4), text)
        enough = 4 if _SPEAKS_OF_CODES.search(text) else MOST_INNOCENT + 1
        text = DIGIT_RUN.sub(lambda match: _long(match, enough), text)
        text = _ADDRESS.sub("[address]", text)
    return _BORN.sub(_born, text)


def _run(match: re.Match[str], label: str, fewest: int) -> str:
    run = match["run"]
    if len(digits_in(run)) < fewest:
        return match[0]
    return match[0][: match.start("run") - match.start()] + label


def _long(match: re.Match[str], fewest: int) -> str:
    before, run, after = trimmed(match[0])
    digits = digits_in(run)
    if len(digits) < fewest or counts_up(run):
        return match[0]
    return f"{before}[number]{after}"


def _password(match: re.Match[str]) -> str:
    said = match["value"].lower().split()
    linked = bool(match["link"])
    stop = _NO_PASSWORD_ALONE if len(said) == 1 else _NO_PASSWORD
    if not said or said[0] in stop or said[:2] == ["the", "same"] or match["value"].startswith("["):
        return match[0]
    if not linked and (len(said) < 2 or not _ASKS_TO_KEEP.search(match.string[: match.start()])):
        return match[0]
    return match[0][: match.start("value") - match.start()] + "[secret]"


def _born(match: re.Match[str]) -> str:
    value = match["value"]
    return f"{match[1]}[date of birth]" if _A_DATE.search(value) or re.search(r"\d", value) else match[0]
