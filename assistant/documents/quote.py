"""How passages are handed on: said aloud with their source, and shown to a language model as what they are,
text of others that has no say."""

import re
import unicodedata

from assistant.documents.base import Passage
from assistant.documents.sentences import sentences

_OWNERS = ("the ", "my ", "our ", "your ")
LEFT_OUT = "[words to the assistant left out]"
_ADDRESSED = re.compile(
    r"""
    \b(?:ignore|disregard|forget|override|bypass)\b[^.!?]{0,40}\b(?:instruction|prompt|rule|guideline|direction|context|message|
        everything\s+(?:above|before))
    | \b(?:system|developer|hidden|initial)\s+(?:prompt|message|instruction)
    | \b(?:new|updated|real|actual)\s+instructions?\s*:
    | \byou\s+are\s+(?:now|no\s+longer|actually|an?\s+(?:ai|assistant|language\s+model|chat\s?bot))\b
    | \b(?:pretend|act\s+as|role-?play|behave)\b[^.!?]{0,30}\b(?:ai|assistant|if\s+you|unrestricted|without)\b
    | \b(?:dear|hey|attention|note\s+to|message\s+(?:to|for)|instructions?\s+(?:to|for))\s*,?\s*
        (?:the\s+|all\s+|any\s+)?(?:ai|assistants?|language\s+models?|llm|chat\s?bots?|agents?|jarvis)\b
    | \b(?:ai|language\s+model|llm)s?\s+(?:reading|processing|summari[sz]ing)\b
    | ^\W*(?:ai|assistant|system|user|jarvis|developer|tool)\s*:
    | \b(?:call|invoke|use|run|execute|trigger)\b[^.!?]{0,30}\b
        (?:service|tool|function|api|command|home\.set|[a-z]+\.[a-z]+\()
    | \b[a-z]{3,}\.(?:set|add|start|remove|delete|open|run|send|say)\b
    | \b(?:reveal|repeat|print|output|leak|send|tell)\b[^.!?]{0,40}\b
        (?:prompt|instructions|api\s*key|secret|token|conversation|history)\b
    | \bdo\s+not\s+(?:tell|inform|mention|warn|alert)\b[^.!?]{0,30}\b(?:user|owner|person|human|them|anyone)\b
    | \bwhen\s+(?:you\s+)?(?:answer|repl|respond|summari)[^.!?]{0,60}\b
        (?:say|tell|include|add|append|recommend|always)\b
    | \b(?:jailbreak|prompt\s+injection|dan\s+mode|developer\s+mode)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def spoken(passage: Passage) -> str:
    """“From your boiler manual: …”, ready for the voice and for the screen."""
    name = passage.source
    lower = name.lower()
    owner = next((each for each in _OWNERS if lower.startswith(each)), "")
    return f"From your {name[len(owner) :]}: {' '.join(passage.text.split())}"


def addresses_assistant(text: str) -> bool:
    """Whether it speaks to whoever reads it by machine: as people write who want to have it do something."""
    return bool(_ADDRESSED.search(_plain(text)))


def quoted(passage: Passage) -> str:
    """For a model's prompt: one element with a name that the text cannot hold, as it has no angle brackets any
    more. What addresses the assistant is left out, whatever it says; letters that are not seen and marks of
    chat templates too."""
    lines = []
    for line in passage.text.split("\n"):
        kept = (LEFT_OUT if addresses_assistant(each) else _harmless(each) for each in sentences(line))
        lines.append(" ".join(kept))
    text = "\n".join(lines)
    if addresses_assistant(
        " ".join(lines).replace(LEFT_OUT, "")
    ):  # what was divided among lines or sentences
        text = LEFT_OUT
    source = _harmless(passage.source).replace('"', "'")
    if addresses_assistant(source):  # a file's name is the words of whoever made it
        source = "a document"
    return f'<quoted-document name="{source}">\n{text}\n</quoted-document>'


def _harmless(text: str) -> str:
    return re.sub(r"#{2,}", "#", _plain(text).translate(_BRACKETS))


_BRACKETS = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "|": "¦", "`": "'", "{": "(", "}": ")"})


def _plain(text: str) -> str:
    """In compatibility form, which undoes full-width letters, and without what is not seen: controls, marks of
    direction, characters without width, and tags."""
    seen = (
        " " if unicodedata.category(letter) in ("Zs", "Zl", "Zp", "Cc") else letter
        for letter in unicodedata.normalize("NFKC", text)
        if unicodedata.category(letter) not in ("Cf", "Co", "Cn", "Cs")
    )
    return " ".join("".join(seen).split())
