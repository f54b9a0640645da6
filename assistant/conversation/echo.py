"""What the assistant has just said, so that it does not answer itself."""

import re
from collections.abc import Iterator

from rapidfuzz import fuzz

from assistant.synthesis.spoken import spoken_form

ALIKE = 90.0  # of 100, by rapidfuzz's ratio, for all the words
WORD_ALIKE = 75.0
"""The same for each word: "lamb" may be a "lamp" misheard, but "off" is not "on", nor "forty" "fifty"."""

FEWEST_WORDS = 3
"""Shorter than this, people say the same words themselves: "okay", "in the kitchen"."""

AT_ONCE_S = 0.3
"""Nobody begins to answer sooner than this after the end of the assistant's sound. What does is likely to be
the end of that sound, come late through a room or a wireless loudspeaker."""

ECHO_S = 3.0
"""What begins later than that, up to here, may be an echo that was still later. It is then one of whole
sentences, and people seldom say those: they say "is the light on" to "I've turned the light on"."""

LATELY_WORDS = 12
"""What a recogniser reports while the assistant speaks may be up to about 4 s old."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


class OwnVoice:
    """Remembers the latest reply. Times are seconds on the session's clock."""

    def __init__(self) -> None:
        self._text = ""
        self._ended_s = float("-inf")

    def spoke(self, text: str, ended_s: float) -> None:
        """`text` is what was audible, and it ended then."""
        self._text = text
        self._ended_s = ended_s

    def is_echo(self, transcript: str, began_s: float, *, question_open: bool) -> bool:
        """Whether words that began to be heard at `began_s` are the end of what the assistant said itself.

        `question_open`: it has asked something. People answer in the words of the question ("the kitchen or
        the bedroom?"), but not at once.
        """
        late_s = began_s - self._ended_s
        if late_s > (AT_ONCE_S if question_open else ECHO_S):
            return False
        heard = _words(transcript)
        if len(heard) < FEWEST_WORDS:
            return False
        ends = self._ends(len(heard)) if late_s <= AT_ONCE_S else self._last_sentences()
        return any(_alike(heard, end) for end in ends)

    def is_being_said(self, transcript: str, so_far: str) -> bool:
        """Whether words heard over an answer are in it: `so_far` is what of it has left the loudspeaker by now.

        However few the words are: over an answer nothing is lost by waiting for the next. What is left of an echo is
        heard with gaps, so it is enough that each word was said lately.
        """
        heard, said = _words(transcript), _words(so_far)
        lately = said[-LATELY_WORDS - len(heard) :]
        if heard and all(any(fuzz.ratio(word, own) >= WORD_ALIKE for own in lately) for word in heard):
            return True
        cuts = [heard] if len(heard) < FEWEST_WORDS else [heard, heard[1:], heard[:-1]]
        return bool(heard) and any(
            _alike(cut, lately[at : at + len(cut)])
            for cut in cuts
            for at in range(len(lately) - len(cut) + 1)
        )

    def _ends(self, count: int) -> Iterator[list[str]]:
        said = _words(self._text)
        yield said[-count:]
        yield said[-count - 1 : -1]  # its last word counts as heard when it begins, and may be cut off

    def _last_sentences(self) -> Iterator[list[str]]:
        sentences = _SENTENCE_END.split(self._text)
        for first in range(len(sentences)):
            yield _words(" ".join(sentences[first:]))


def _alike(heard: list[str], said: list[str]) -> bool:
    return (
        len(heard) == len(said)
        and fuzz.ratio(" ".join(heard), " ".join(said)) >= ALIKE
        and all(fuzz.ratio(a, b) >= WORD_ALIKE for a, b in zip(heard, said, strict=True))
    )


def _words(text: str) -> list[str]:
    """As they are spoken, whoever wrote them: "It's 7:05." and "it's seven oh five" are the same."""
    return _WORD.findall(spoken_form(text).lower().replace("’", "'"))
