"""The words of a sum, without what is said around it, and signs as words."""

import re

from assistant.services.numbers import tokens_of

_FILLER = (
    "what is|what's|whats|what are|what does|what do you get (?:if|when) you|how much is|how much are|how many is|"
    "how much does|calculate|compute|work out|figure out|tell me|can you|could you|would you|please|do you know|"
    "i need to know|i want to know|hey|so|the answer to|the result of|the value of|make|makes|equal to|equals|equal|"
    "quickly|for me|do the math|what would|dollars?|euros?|pounds?|bucks"
)
_FILLERS = re.compile(rf"\b(?:{_FILLER})(?![\w'])")
_SIGNS = {
    "×": " times ", "*": " times ", "÷": " over ", "/": " over ", "+": " plus ", "−": " minus ", "%": " percent ",
    "√": " square root of ", "^": " to the power of ", "²": " squared ", "³": " cubed ", "=": " ", "?": " ",
}  # fmt: skip


def tokens_of_sum(question: str) -> list[str]:
    """`What's 17 % of 80?`: 17, percent, of, 80."""
    text = question.lower()
    for sign, words in _SIGNS.items():
        text = text.replace(sign, words)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    text = re.sub(r"(?<=\d)\s*x\s*(?=\d)", " times ", text)
    text = re.sub(r"(?<=\d)\s*-\s*(?=\d)", " minus ", text)
    return [token for token in tokens_of(_FILLERS.sub(" ", text)) if token not in ".!?'"]
