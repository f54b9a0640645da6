"""One text as several plain ones: what a person would read in it, whatever was done to hide that from a comparison.

Unicode's compatibility forms, invisible characters, letters of other scripts that look like Latin ones, digits in
place of letters, letters set apart: each is undone here, so that rules are written for plain words only. A plain
text is lower case, its words parted by one space, without punctuation, and its contractions are written out
("i'm" and "im" are "i am").
"""

import re
import unicodedata
from functools import lru_cache

# Cyrillic and Greek letters that look like Latin ones: the common part of Unicode's confusables (UTS 39).
_LOOKALIKES = str.maketrans(
    "абвгеёзиіїјкӏмнопрстухѕԁԛԝһүαβγεζηικλμνορτυχω",
    "abbreesuiijklmhonpctyxsdqwhyabyeznikлmvoptuxw".replace("л", "l"),
)
_LEET = str.maketrans("013457@$!", "oieastasi")
_LEET_L = str.maketrans("013457@$!", "oleastasl")
_TAGS = {code: chr(code - 0xE0000) for code in range(0xE0020, 0xE007F)}
"""Invisible letters, one for each of ASCII (Unicode's tag characters)."""

_CONTRACTIONS = {
    "im": "i am", "ive": "i have", "dont": "do not", "doesnt": "does not", "didnt": "did not",
    "cant": "can not", "cannot": "can not", "wont": "will not", "wouldnt": "would not",
    "couldnt": "could not", "shouldnt": "should not", "isnt": "is not", "arent": "are not",
    "wasnt": "was not", "werent": "were not", "havent": "have not", "hasnt": "has not", "hadnt": "had not",
    "wanna": "want to", "gonna": "going to", "gotta": "got to", "youre": "you are", "youve": "you have",
    "youll": "you will", "theyre": "they are", "theyve": "they have", "hes": "he is", "shes": "she is",
    "theres": "there is", "thats": "that is", "whats": "what is", "someones": "someone is",
    "somebodys": "somebody is", "weve": "we have", "lets": "let us", "aint": "is not", "kinda": "kind of",
}  # fmt: skip
_SUFFIXES = {"m": "am", "ve": "have", "re": "are", "ll": "will", "d": "would", "s": "is"}

_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ`´](?=\w)")
_SUFFIX = re.compile(
    r"\b(\w+)\x00(m|ve|re|ll|d)\b|\b(i|he|she|it|there|that|what|who|someone|somebody)\x00(s)\b"
)
_WORD = re.compile(r"\w+")
_MARKUP = re.compile(r"[*_~`|\\]+")
_HYPHEN = re.compile(r"(?<=\w)[-‐‑–](?=\w)")
_MIXED = re.compile(r"(?=\S*[a-z])(?=\S*[0-9@$!])[a-z0-9@$!]+", re.ASCII)
_DOTTED = re.compile(r"\b\w(?:[.\-_*]\w\b)+")
_APART = re.compile(r"\b\w(?: \w\b){2,}")
_ARTICLE = re.compile(r"(?<!\b\w )\b(a|i) (?=\w \w\b)")
_LONG_RUN = re.compile(r"([a-z])\1{2,}")
_GAP = re.compile(r"[\s.,;:]{2,}")

MOST_CHARACTERS = 20_000


@lru_cache(maxsize=256)
def readings(text: str) -> tuple[str, ...]:
    """The plain text, then those that differ from it where letters were replaced or set apart. Of a longer text only
    the first MOST_CHARACTERS."""
    shown = _visible(text[:MOST_CHARACTERS])
    found = [_plain(shown)]
    apart = _ARTICLE.sub(
        r"\1, ", shown
    )  # "a b o m b" holds a word of one letter, and one of letters set apart
    for variant in (_HYPHEN.sub("", shown), _together(shown), _together(apart), *_replaced(shown)):
        if variant != shown:
            found.append(_plain(variant))
    return tuple(dict.fromkeys(found))


def plain(text: str) -> str:
    """The first of its readings."""
    return readings(text)[0]


def _visible(text: str) -> str:
    """Lower case, in Latin letters without accents, and without what cannot be seen."""
    text = unicodedata.normalize("NFKD", text.translate(_TAGS))
    kept = (each for each in text if unicodedata.category(each) not in ("Mn", "Cf", "Me"))
    return "".join(kept).casefold().translate(_LOOKALIKES)


def _plain(text: str) -> str:
    text = _APOSTROPHE.sub("\x00", text)
    text = _SUFFIX.sub(lambda found: _written_out(found), text).replace("\x00", "")
    words = (_CONTRACTIONS.get(word, word) for word in _WORD.findall(_MARKUP.sub(" ", text)))
    return " ".join(words)


def _written_out(found: re.Match[str]) -> str:
    word, suffix = (found[1], found[2]) if found[1] else (found[3], found[4])
    return f"{word} {_SUFFIXES[suffix]}"


def _together(text: str) -> str:
    """ "k i l l" and "k.i.l.l" are "kill"; what stands farther apart is another word."""
    text = _DOTTED.sub(_solid, text)
    parts = [_APART.sub(_solid, part) for part in _GAP.split(text)]
    return _LONG_RUN.sub(r"\1", " ".join(parts))


def _solid(found: re.Match[str]) -> str:
    return re.sub(r"[\W_]", "", found[0])


def _replaced(text: str) -> tuple[str, str]:
    """ "k1ll" is "kill", where letters and digits stand in one word. 1 is an i or an l."""
    together = _together(text)
    as_i = _MIXED.sub(lambda found: found[0].translate(_LEET), together)
    as_l = _MIXED.sub(lambda found: found[0].translate(_LEET_L), together)
    return as_i, as_l
