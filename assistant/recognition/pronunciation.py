"""How words sound, in the phones of PocketSphinx's US-English acoustic model (ARPAbet without stress).

Three sources, in this order: the owner's own file, the CMU dictionary in PocketSphinx's wheel, and for names
that neither knows espeak-ng's phonemiser, which comes with piper-tts.
"""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from pocketsphinx import get_model_path

from assistant.errors import UserError

# fmt: off
PHONES = frozenset((
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY",
    "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z",
    "ZH",
))
# fmt: on

# espeak-ng's en-us phonemes (IPA) to ARPAbet. Longest match first; what is absent (stress, length) is silent.
# CMU's dictionary writes schwa as AH and a flap as T or D.
_IPA = {
    "tʃ": "CH", "dʒ": "JH", "aɪ": "AY", "aʊ": "AW", "eɪ": "EY", "oʊ": "OW", "əʊ": "OW", "ɔɪ": "OY",
    "ɜː": "ER", "ɚ": "ER", "ɝ": "ER", "ɜ": "ER", "iː": "IY", "uː": "UW", "ɑː": "AA", "ɔː": "AO", "oː": "AO",
    "i": "IY", "u": "UW", "ɑ": "AA", "ɒ": "AA", "ɔ": "AO", "o": "OW", "a": "AA", "æ": "AE", "ɛ": "EH",
    "e": "EH", "ɪ": "IH", "ᵻ": "IH", "ʊ": "UH", "ʌ": "AH", "ə": "AH", "ɐ": "AH", "y": "UW", "ø": "ER",
    "b": "B", "d": "D", "ð": "DH", "f": "F", "ɡ": "G", "g": "G", "h": "HH", "j": "Y", "k": "K", "l": "L",
    "ɫ": "L", "ɬ": "L", "m": "M", "n": "N", "ŋ": "NG", "ɲ": "N Y", "p": "P", "ɹ": "R", "r": "R", "ɾ": "T",
    "s": "S", "ʃ": "SH", "t": "T", "ʔ": "T", "θ": "TH", "v": "V", "w": "W", "x": "K", "c\u0327": "HH",
    "z": "Z", "ʒ": "ZH", "\u0329": "AH",
}  # fmt: skip
_TOKEN = re.compile("|".join(sorted(map(re.escape, _IPA), key=len, reverse=True)))
_SYLLABIC = re.compile("([lnm])\u0329")

Pronunciations = dict[str, tuple[str, ...]]
"""Word → its pronunciations, each a string of phones with blanks between."""


def wheel_dictionary() -> Pronunciations:
    """The 134,000 words of the CMU dictionary that PocketSphinx brings. About 0.2 s, 40 MB."""
    words: dict[str, list[str]] = {}
    with open(get_model_path("en-us/cmudict-en-us.dict"), encoding="utf-8") as lines:
        for line in lines:
            word, phones = line.split(maxsplit=1)
            words.setdefault(word.partition("(")[0], []).append(phones.strip())
    return {word: tuple(phones) for word, phones in words.items()}


def read_overrides(path: Path) -> Pronunciations:
    """The owner's file: a word and its phones per line (`siobhan SH AH V AO N`), `#` begins a comment, a word
    may stand on several lines. A file that is absent has no words. Raises `UserError` naming the line."""
    if not path.is_file():
        return {}
    words: dict[str, list[str]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"The pronunciations in {path} cannot be read ({error}): save them as UTF-8."
        ) from error
    for number, line in enumerate(lines, start=1):
        word, *phones = line.partition("#")[0].split()[:64] or [""]
        if not word:
            continue
        wrong = [phone for phone in phones if phone.upper() not in PHONES]
        if wrong or not phones:
            what = f"{wrong[0]!r} is no phone" if wrong else "there are no phones"
            raise UserError(
                f"{path}, line {number}: {what} for {word!r}; write for example `siobhan SH AH V AO N`, with "
                f"phones out of {' '.join(sorted(PHONES))}."
            )
        words.setdefault(word.lower(), []).append(" ".join(phones).upper())
    return {word: tuple(phones) for word, phones in words.items()}


def arpabet(ipa: str) -> str:
    """IPA as espeak-ng writes it → phones: "ʃɪvˈɔːn" → "SH IH V AO N". Empty when there is nothing to say."""
    text = _SYLLABIC.sub("\u0329\\1", unicodedata.normalize("NFD", ipa).replace("ɚɹ", "ɚ"))
    text = text.replace("ˈ", "").replace("ˌ", "")
    return " ".join(_IPA[match[0]] for match in _TOKEN.finditer(text))


def guess(words: Iterable[str], voice: str = "en-us") -> Pronunciations:
    """espeak-ng's pronunciation of each word. A flap (the t of "tado") is given as T and as D.

    espeak-ng keeps one voice per process: not while Piper speaks in the same one.
    """
    from piper.phonemize_espeak import EspeakPhonemizer  # with it comes all of Piper: half a second

    phonemizer = EspeakPhonemizer()
    guesses: Pronunciations = {}
    for word in words:
        ipa = "".join("".join(sentence) for sentence in phonemizer.phonemize(voice, word))
        variants = dict.fromkeys(arpabet(ipa.replace("ɾ", flap)) for flap in ("t", "d"))
        guesses[word] = tuple(phones for phones in variants if phones)
    return guesses


def pronounce(words: Iterable[str], overrides: Pronunciations) -> tuple[Pronunciations, tuple[str, ...]]:
    """Pronunciations for all words that have any, and the words that had to be guessed."""
    known = wheel_dictionary()
    found: Pronunciations = {}
    unknown: list[str] = []
    for word in words:
        phones = overrides.get(word) or known.get(word)
        if phones:
            found[word] = phones
        else:
            unknown.append(word)
    if unknown:
        found |= {word: phones for word, phones in guess(unknown).items() if phones}
    return found, tuple(unknown)


def dictionary_text(pronunciations: Pronunciations) -> str:
    """PocketSphinx's dictionary format: `word`, `word(2)`, … and the phones."""
    return "".join(
        f"{word}{f'({variant})' if variant > 1 else ''} {phones}\n"
        for word, variants in sorted(pronunciations.items())
        for variant, phones in enumerate(variants, start=1)
    )
