"""What Whisper writes where nobody spoke: trained on subtitles, it fills silence and noise with what stands in
them at such places. Reported again and again in the issue trackers of openai/whisper and faster-whisper.
"""

import re

_SOUNDS = re.compile(r"\[[^]]*\]|\([^)]*\)|\*[^*]*\*|♪[^♪]*♪|[♪♫♬🎵🎶�]+")
_NOT_LETTERS = re.compile(r"[^\w' ]+")
_SENTENCE = re.compile(r"[^.!?…]+[.!?…]*\s*")

_CREDIT = re.compile(
    r"(thanks|thank you)( all| guys| everyone| everybody)?( so much| very much)? for "
    r"(watching|listening|viewing|tuning in|joining us|your (attention|support|time))( (this|the|my) video)?"
    r"|(please |don't forget to |make sure to |remember to )?(like )?(share )?(and )?subscribe"
    r"( to (my|our|the|this) channel)?( for more.*| and .*)?"
    r"|(please )?(like|share|comment)( and)? subscribe( .*)?"
    r"|(i'll |i will |we'll )?see you (guys |all )?(in (the|my|our) |on the )?next (video|time|one|episode|week)"
    r"|(hit|click|ring) the (like|bell|subscribe|notification).*"
    r"|(if you (enjoyed|liked) this video).*"
    r"|(sub)?titles? (by|from|created|provided).*|captions? (by|from|provided).*"
    r"|caption(ed|ing) (by|provided).*|transcri(bed|ption|pt) (by|provided).*|translat(ed|ion) by.*"
    r"|copyright .*|all rights reserved|otter ai|www .*|https? .*|.*\bamara org\b.*"
    r"|\w+ (com|org|net|co uk)"
)
"""Nobody says such a sentence to an assistant, and nothing else."""

_COURTESY = re.compile(
    r"(you|thank you|thanks)( so much| very much| a lot)?|(bye )*bye|goodbye|good night|see you|peace"
    r"|okay|ok|oh|ah|uh|um|h?mm?|so|the|and|a|i|i'm|it's|that's it|i don't know|be right back"
    r"|yes|yeah|no|right|all right|well|hello|hi|hey|wow|what"
)
"""People do say these: they are doubted only where little speaks for them."""


def without_sounds(text: str) -> str:
    """Without what is described rather than said: [Music], (applause), *coughs*, ♪ … ♪."""
    return " ".join(_SOUNDS.sub(" ", text).split())


def plain(text: str) -> str:
    """Lower case words alone."""
    return " ".join(_NOT_LETTERS.sub(" ", text.lower()).split())


def is_credit(text: str) -> bool:
    """Whether a text is nothing but what stands at the end of films."""
    sentences = [plain(each) for each in _SENTENCE.findall(text)] or [plain(text)]
    return all(_CREDIT.fullmatch(each) for each in sentences if each) or bool(_CREDIT.fullmatch(plain(text)))


def is_courtesy(text: str) -> bool:
    """Whether a text is one of the short ones that Whisper likes best, be it over and over."""
    sentences = [plain(each) for each in _SENTENCE.findall(text)]
    return all(_COURTESY.fullmatch(each) for each in [*sentences, plain(text)][: len(sentences) or 1] if each)


def without_credits(text: str) -> str:
    """Without such sentences at the end of others that were said."""
    sentences = _SENTENCE.findall(text)
    while len(sentences) > 1 and _CREDIT.fullmatch(plain(sentences[-1])):
        sentences.pop()
    return "".join(sentences).strip() if sentences else text


def repeats(text: str) -> bool:
    """Whether a phrase comes over and over: a word five times on end, or several words three times on end that
    make up half of the text. People do say "no no no" and "stop stop"."""
    words = plain(text).split()
    for size in range(1, len(words) // 3 + 1):
        run = 0  # words in a row that are equal to the one `size` before
        for at in range(size, len(words)):
            run = run + 1 if words[at] == words[at - size] else 0
            times = run // size + 1
            if times >= (5 if size == 1 else 3) and 2 * (run + size) >= len(words):
                return True
    return False


def doubled(text: str) -> bool:
    """Whether the whole text is one phrase said twice or more, the last time perhaps in part."""
    words = plain(text).split()
    return any(
        all(words[at] == words[at - size] for at in range(size, len(words)))
        for size in range(1, len(words) // 2 + 1)
    )
