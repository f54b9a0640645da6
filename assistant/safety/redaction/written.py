"""As programs and people write them."""

import re
from collections.abc import Callable

from assistant.safety.redaction.checks import is_card, is_iban

Replace = str | Callable[[re.Match[str]], str]


def _if(check: Callable[[str], bool], label: str) -> Callable[[re.Match[str]], str]:
    return lambda match: label if check(match[0]) else match[0]


_NAMES_OF_SECRETS = (
    r"(?:pass(?:word|wd|phrase|code)|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|"
    r"client[_-]?secret|auth(?:orization)?|credentials?|cookie|session[_-]?id)"
)
_STREETS = (
    r"(?:Street|Road|Avenue|Lane|Drive|Boulevard|Court|Terrace|Crescent|Close|Place|Way|Square|Gardens)"
)
_STREETS_SHORT = r"(?:St|Rd|Ave|Ln|Dr|Blvd|Ct|Sq)\b\.?"
_STREET_WORDS = r"(?:street|road|avenue|lane|boulevard|terrace|crescent)"
_NO_NAMES = r"(?!(?:way|minutes?|miles?|hours?|lanes?|the|on|a|in|of|down|from|at|more|next|m|km|ms|s)\b)"

RULES: tuple[tuple[re.Pattern[str], Replace], ...] = (
    # ── secrets: first, for a part of one may look like something else ────────────────────────────────────
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S), "[secret]"),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}"), r"\1 [secret]"),
    (re.compile(r"(?<=://)([^\s:/@]{0,64}):[^\s@]{1,256}(?=@)"), r"\1:[secret]"),
    (
        re.compile(
            r"\b(?:sk-[\w-]{16,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|"
            r"(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{30,}|hf_\w{20,}|ya29\.[\w-]{8,}|"
            r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"
        ),
        "[secret]",
    ),
    (  # name = "value", name: value; a word that says what became of it is none
        re.compile(
            rf"(?i)((?<![a-z])(?:[\w-]{0,30}[_-])?{_NAMES_OF_SECRETS}[\"']?\s*(?:=|:(?!//)\s?)\s*)"
            r"(?:\"[^\"\n]{3,}\"|'[^'\n]{3,}'|"
            r"(?!(?:is|was|not|none|null|true|false|empty|missing|wrong|invalid|expired|required|bearer|basic)\b|\[)"
            r"(?:session=)?[^\s\"',;)}\]&]{4,}(?:&(?!\w+=)[^\s\"',;)}\]&]*)*)"
        ),
        r"\1[secret]",
    ),
    (re.compile(r"(?i)([?&](?:key|sig|signature|access_token|auth)=)[^\s&\"']{6,}"), r"\1[secret]"),
    # ── addresses of mail ─────────────────────────────────────────────────────────────────────────────────
    (re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{0,64}\w@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[A-Za-z]{2,24}"), "[email]"),
    # ── numbers that prove themselves ─────────────────────────────────────────────────────────────────────
    (re.compile(r"(?i)\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b"), _if(is_iban, "[iban]")),
    (re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])"), _if(is_card, "[card]")),
    # ── telephones ────────────────────────────────────────────────────────────────────────────────────────
    (re.compile(r"(?<![\w.:/-])\+\d(?:[ ()./-]{0,2}\d){6,14}(?!\w)"), "[phone]"),
    (re.compile(r"(?<![\w.:/-])\(\d{2,5}\) ?\d{3,4}[ -]?\d{3,5}(?!\w)"), "[phone]"),
    (re.compile(r"(?<![\w.:/-])\d{3}[-. ]\d{3}[-. ]\d{4}(?![\w.-])"), "[phone]"),
    (re.compile(r"(?<![\w.:/-])0\d{2,4}[ /-]\d{2,4}(?:[ -]?\d{2,4}){1,3}(?![\w.:-])"), "[phone]"),
    (re.compile(r"(?<![\w.:/-])0\d{9,11}(?![\w.:-])"), "[phone]"),
    (
        re.compile(r"(?i)\b((?:phone|tel|telephone|mobile|cell|fax|caller|number|call|text|ring|dial)\W{1,5})\d{7,15}\b"),
        r"\1[phone]",
    ),
    # ── numbers of persons and accounts ───────────────────────────────────────────────────────────────────
    (re.compile(r"(?<![\w.-])\d{3}-\d{2}-\d{4}(?![\w-])"), "[number]"),
    (
        re.compile(
            r"(?i)\b((?:account|routing|passport|customer|policy|licence|license|member(?:ship)?|insurance|tax|ssn|"
            r"sort code|social security)(?: (?:number|no\.?|id))?(?: is)?\W{1,3})[A-Z]{0,3}\d[\d -]{3,}\d"
        ),
        r"\1[number]",
    ),
    (
        re.compile(
            r"(?i)\b((?:pin|cvv|cvc|(?:door|gate|alarm|garage|access|entry|security|verification|safe|lock|pin) ?code|"
            r"passcode)(?: (?:is|was))?\W{1,3})\d{3,10}#?"
        ),
        r"\1[pin]",
    ),
    (
        re.compile(r"(?i)\b((?:date of birth|dob|born on)(?: is)?\W{1,3})(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|"
                   r"\d{1,2}(?:st|nd|rd|th)? [a-z]{3,9},? \d{4}|[a-z]{3,9} \d{1,2}(?:st|nd|rd|th)?,? \d{4})"),
        r"\1[date of birth]",
    ),
    # ── where somebody lives ──────────────────────────────────────────────────────────────────────────────
    (
        re.compile(rf"(?<![\w.:-])\d{{1,5}}[a-zA-Z]? (?:[A-Z][\w'.-]* ){{1,3}}(?:{_STREETS}\b|{_STREETS_SHORT})"),
        "[address]",
    ),
    (
        re.compile(rf"(?i)(?<![\w.:-])\d{{1,5}}[a-z]? (?:{_NO_NAMES}[a-z][\w'-]* ){{1,3}}{_STREET_WORDS}\b"),
        "[address]",
    ),
    (
        re.compile(r"(?i)\b\w{2,}(?:straße|strasse|str\.|weg|platz|allee|gasse|ufer|damm) \d{1,4} ?[a-z]?\b"),
        "[address]",
    ),
    (
        re.compile(r"(?<![\w.:-])\d{1,4}(?: bis| ter)?,? (?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Pp]lace|[Cc]hemin)"
                   r"(?: (?:de|du|des|la|le|les|d'))*(?: [A-ZÉÈÀ][\wéèàç'-]+){1,3}"),
        "[address]",
    ),
    (re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"), "[postcode]"),
    (re.compile(r"(?<=, )[A-Z]{2} \d{5}(?:-\d{4})?\b"), "[postcode]"),
)  # fmt: skip

_ANYTHING = re.compile(r"(?i)[@\d=:]|-----BEGIN|basic |bearer ")


def redact_written(text: str) -> str:
    """What is replaced stands in brackets."""
    if not _ANYTHING.search(text):
        return text
    for pattern, replacement in RULES:
        text = pattern.sub(replacement, text)
    return text
