"""Sentences to learn from: answers of the assistant, and English in general.

General English is drawn from the trigram language model in PocketSphinx's wheel, so that no corpus is needed. It
makes little sense, but its words and their neighbours are English ones.
"""

import itertools
import random
from pathlib import Path

from benchmarks.answers import answers

ANSWERS_SEED = 1  # what is measured later is drawn with another seed, and never learned from
MEASURED_SEED = 2
MEASURED = 200


def measured() -> list[str]:
    """Answers kept aside for measuring."""
    return answers(MEASURED, MEASURED_SEED)


def sentences(domain: int, general: int, seed: int) -> list[str]:
    """So many answers and so many sentences of general English, shuffled."""
    held_out = set(measured())
    kept = [text for text in answers(domain + MEASURED, ANSWERS_SEED) if text not in held_out][:domain]
    kept += English(seed).sentences(general)
    random.Random(seed).shuffle(kept)
    return kept


class English:
    CANDIDATES = 60  # words weighed against each other for each place

    def __init__(self, seed: int) -> None:
        import pocketsphinx

        folder = Path(pocketsphinx.get_model_path("en-us"))
        self._model = pocketsphinx.NGramModel(
            pocketsphinx.Config(), pocketsphinx.LogMath(base=1.0001), str(folder / "en-us.lm.bin")
        )
        words = [line.split()[0] for line in (folder / "cmudict-en-us.dict").open(encoding="utf-8")]
        self._words = [
            word
            for word in words
            if word.replace("'", "").isalpha() and (len(word) > 1 or word in "ai") and not word.endswith("'s")
        ]
        # Rarer words than in running text: the square root flattens the distribution.
        self._base = 1.0001
        self._weights = [self._base ** (self._model.prob([word]) * 0.5) for word in self._words]
        self._cumulated = list(itertools.accumulate(self._weights))
        self._chance = random.Random(seed)

    def sentences(self, count: int) -> list[str]:
        return [self._sentence() for _ in range(count)]

    def _sentence(self) -> str:
        length = self._chance.randint(3, 11)
        words: list[str] = []
        while len(words) < length:
            words.append(self._next(words))
        if length > 6 and self._chance.random() < 0.5:
            place = self._chance.randint(2, length - 3)
            words[place] += ","
        text = " ".join("I" + word[1:] if word.split("'")[0] == "i" else word for word in words)
        return text[0].upper() + text[1:] + self._chance.choice("...?")

    def _next(self, words: list[str]) -> str:
        drawn = self._chance.choices(range(len(self._words)), cum_weights=self._cumulated, k=self.CANDIDATES)
        # The model wants the newest word first.
        history = [word.rstrip(",") for word in reversed(words[-2:])]
        weights = [
            self._base ** self._model.prob([self._words[index], *history]) / self._weights[index]
            for index in drawn
        ]
        return self._words[self._chance.choices(drawn, weights)[0]]
