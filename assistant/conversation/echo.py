"""What the assistant has just said, so that it does not answer itself."""

import re

from rapidfuzz import fuzz

from assistant.synthesis.spoken import spoken_form

ALIKE = 90.0  # of 100, by rapidfuzz's ratio
FEWEST_WORDS = 3
"""Shorter than this, people say the same words themselves: "okay", "in the kitchen"."""

ECHO_S = 3.0
"""So long after the end of its sound words may be an echo: a room, a wireless loudspeaker, a television that
plays the assistant's sound late."""

ANSWER_S = 0.3
"""The same where the assistant has asked a question. People answer with words of the question ("the kitchen
or the bedroom?"), but nobody begins to answer sooner than this."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


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
        """Whether words that began to be heard at `began_s` are the end of what the assistant said itself."""
        if began_s > self._ended_s + (ANSWER_S if question_open else ECHO_S):
            return False
        heard = _words(transcript)
        if len(heard) < FEWEST_WORDS:
            return False
        said = _words(self._text)
        # A word may be split or swallowed; its last may have been counted as heard and be cut off.
        sizes = range(len(heard) - 1, len(heard) + 2)
        ends = range(len(said) - 1, len(said) + 1)
        tails = [" ".join(said[end - size : end]) for size in sizes for end in ends if size <= end]
        return any(fuzz.ratio(" ".join(heard), tail) >= ALIKE for tail in tails)


def _words(text: str) -> list[str]:
    """As they are spoken, whoever wrote them: "It's 7:05." and "it's seven oh five" are the same."""
    return _WORD.findall(spoken_form(text).lower().replace("’", "'"))
