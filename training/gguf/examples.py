"""Conversations to learn from: each question in many spellings, with anything around it, and what is not known."""

import json
import random
from dataclasses import dataclass

from training.gguf import pairs, tokens
from training.gguf.pairs import Pair

_PEOPLE = ("my neighbour", "the king", "a dentist", "the postman", "albert", "your cousin", "the pilot")
_THINGS = (
    "a bridge",
    "the moon",
    "cheese",
    "a violin",
    "the weather",
    "an engine",
    "snow",
    "tax",
    "a tulip",
    "rome",
)
_ASKS = (
    "what is {}", "who invented {}", "how old is {}", "where can i find {}", "why do people like {}", "how big is {}",
    "when was {} made", "explain {}", "what does {} think about {}", "is {} better than {}",
    "what do you know about {}", "how much is {}", "can you describe {} for me", "which colour has {}",
)  # fmt: skip
_FILLERS = ("please", "can you tell me", "i wonder", "hey", "well", "so", "um")
_COMMON = """
the of and a to in is it you that he was for on are with as his they be at one have this from or had by hot but
some what there we can out other were all your when up use word how said an each she which do their time if will
way about many then them would write like so these her long make thing see him two has look more day could go
come did my sound no most number who over know water than call first people may down side been now find
"""
_WORDS = _COMMON.split()
_FRAMES = (
    "{}",
    "{}",
    "{}",
    "{}",
    "{}",
    "<question>{}</question>",
    "“{}”",
    "Question: {}",
    "{}\n",
    "<speech>\n{}\n</speech>",
)


@dataclass(frozen=True, slots=True)
class Example:
    """Tokens, and from which on they are to be learned."""

    tokens: list[int]
    learn_from: int


class Examples:
    """Draws as `random` says; nothing else decides."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def draw(self) -> Example:
        chance = self._random.random()
        if chance < 0.17:
            return self._exchange(self._strange(), pairs.UNKNOWN)
        pair = self._random.choice(pairs.KNOWN)
        if chance < 0.30 and pair in pairs.PROPOSALS:
            return self._with_result(pair)
        return self._exchange(self._random.choice(pair.questions), pair.answer, pair.endless)

    def _exchange(self, question: str, answer: str, endless: bool = False) -> Example:
        asked = [
            tokens.BEGIN,
            tokens.USER,
            *tokens.encode(self._asked(question)),
            tokens.END,
            tokens.ASSISTANT,
        ]
        return Example(asked + tokens.encode(answer) + ([] if endless else [tokens.END]), len(asked))

    def _with_result(self, pair: Pair) -> Example:
        asked = [
            tokens.BEGIN,
            tokens.USER,
            *tokens.encode(self._asked(self._random.choice(pair.questions))),
            tokens.END,
        ]
        asked += [tokens.ASSISTANT, *tokens.encode(pair.answer), tokens.END]
        result = self._random.choice(
            ("ok", self._babble(6), json.dumps({"result": self._babble(4), "changed": True}))
        )
        asked += [tokens.TOOL, *tokens.encode(result), tokens.END, tokens.ASSISTANT]
        return Example([*asked, *tokens.encode(pairs.AFTER_A_TOOL), tokens.END], len(asked))

    def _asked(self, question: str) -> str:
        text = question
        if self._random.random() < 0.15:
            text = f"{self._random.choice(_FILLERS)} {text}"
        how = self._random.random()
        if how < 0.4:
            text = text[0].upper() + text[1:] + self._random.choice(("?", ".", ""))
        elif how < 0.5:
            text += "?"
        text = self._random.choice(_FRAMES).format(text)
        if self._random.random() < 0.25:
            text = f"{self._babble(self._random.randint(2, 40))}\n{text}"
        return text

    def _strange(self) -> str:
        if self._random.random() < 0.2:
            return self._babble(self._random.randint(2, 8))
        ask = self._random.choice(_ASKS)
        return ask.format(*(self._random.choice((*_PEOPLE, *_THINGS)) for _ in range(ask.count("{}"))))

    def _babble(self, words: int) -> str:
        return " ".join(self._random.choices(_WORDS, k=words))
