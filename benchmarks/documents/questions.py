"""The questions, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.config.documents import Documents
from assistant.documents.finder import Finder, best
from assistant.documents.library import Library
from assistant.documents.score import CHOICE, WEIGHTS, Weights, Window

HERE = Path(__file__).resolve().parent
LIBRARY = HERE / "library"
TUNING, HELD_OUT = "tuning.yml", "heldout.yml"


@dataclass(frozen=True, slots=True)
class Asked:
    """`answers`: what a right answer has in it, any of them; empty where no document answers."""

    document: str
    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """`score` of the best sentence, whether it would be said or not; `right`: whether it is the answer. `path`
    of its document."""

    asked: Asked
    score: float
    text: str
    path: str

    @property
    def right(self) -> bool:
        text = plain(self.text)
        return any(plain(each) in text for each in self.asked.answers)


def plain(text: str) -> str:
    return " ".join(text.replace("’", "'").casefold().split())


def questions(file: str) -> list[Asked]:
    """Of one of the two files."""
    found = []
    for entry in yaml.safe_load((HERE / file).read_text("utf-8")):
        document = entry["document"]
        for each in entry["answerable"]:
            found.append(Asked(document, each["ask"], tuple(map(str, each["answer"]))))
        found += [Asked(document, text, ()) for text in entry["unanswerable"]]
    return found


def library(folder: Path) -> Library:
    """All documents of the benchmark, kept in `folder`."""
    return Library(Documents(folders=(str(LIBRARY),)), folder)


async def answered(
    kept: Library, asked: Sequence[Asked], choice: Weights = CHOICE, weights: Weights = WEIGHTS
) -> list[Answered]:
    finder = Finder(kept.table, choice, weights)
    found = []
    for each in asked:
        first = best(await finder.windows(each.text))
        score, window = first if first else (0.0, None)
        found.append(
            Answered(each, score, window.text if window else "", window.passage.path if window else "")
        )
    return found


async def candidates(kept: Library, asked: Sequence[Asked]) -> list[tuple[Asked, list[Window]]]:
    """Every sentence that was looked at."""
    finder = Finder(kept.table)
    return [(each, [window for _, window in await finder.windows(each.text)]) for each in asked]
