"""The arithmetic of `script/bench documents`, and its questions."""

from pathlib import Path

import numpy as np
import pytest

from assistant.config.documents import Documents
from assistant.documents.score import Evidence, Weights, Window
from assistant.storage.documents import StoredPassage
from benchmarks.documents import fit
from benchmarks.documents.figures import calibration_error, figures
from benchmarks.documents.questions import (
    HELD_OUT,
    LIBRARY,
    TUNING,
    Answered,
    Asked,
    answered,
    library,
    plain,
    questions,
)


def result(score: float, said: str, *answers: str) -> Answered:
    return Answered(Asked("a.md", "what", answers), score, said, "a.md")


def test_figures_count_what_is_said_at_a_threshold() -> None:
    results = [
        result(0.9, "It is blue.", "blue"),
        result(0.8, "It is red.", "blue"),
        result(0.2, "It is blue.", "blue"),
        result(0.7, "It is green."),
        result(0.1, "It is green."),
    ]
    found = figures(results, 0.5)
    assert (found.recall, found.wrong, found.declined, found.misleading, found.precision) == pytest.approx(
        (1 / 3, 1 / 3, 1 / 2, 2 / 5, 1 / 3)
    )
    assert calibration_error([result(0.5, "blue", "blue"), result(0.5, "red", "blue")], bins=1) == 0.0


def test_the_sets_are_what_they_are_said_to_be() -> None:
    """Every answer stands in its document; no question and no document is in both sets."""
    sets = {file: questions(file) for file in (TUNING, HELD_OUT)}
    for asked in sets.values():
        assert sum(bool(each.answers) for each in asked) >= 50
        assert sum(not each.answers for each in asked) >= 50
        for each in asked:
            text = plain((LIBRARY / each.document).read_text("utf-8"))
            assert not each.answers or any(plain(answer) in text for answer in each.answers), each
    for value in ("text", "document"):
        tuning, held_out = ({getattr(each, value) for each in asked} for asked in sets.values())
        assert not tuning & held_out
    assert len({each.document for asked in sets.values() for each in asked}) >= 12


async def test_what_the_page_says_of_the_threshold_is_so(tmp_path: Path) -> None:
    """Questions that had no part in choosing the threshold, at the one in use: real documents, reader and index. The
    bounds are those of docs/documents.md."""
    async with library(tmp_path) as kept:
        await kept.refresh()
        results = await answered(kept, questions(HELD_OUT))
    found = figures(results, Documents().threshold)
    assert found.declined >= 0.90
    assert found.recall >= 0.60
    assert found.misleading <= 0.08
    assert calibration_error(results) <= 0.10
    for each in results:  # nothing is said that is not in the document it names
        words = plain(each.text).replace("; ", " ").rstrip(".").split()
        assert set(words) - {"meaning:", "to", "do:"} <= set(_words(each)), each


def _words(each: Answered) -> list[str]:
    """Of the document, also without marks at their ends: lists are quoted with other ones."""
    if not each.path or each.path.endswith(".html"):
        return plain(each.text).replace("; ", " ").rstrip(".").split()
    words = plain(Path(each.path).read_text("utf-8").replace("|", " ")).split()
    return [form for word in words for form in (word, word.rstrip(".;,"), f"{word}:")]


def test_the_fit_finds_what_tells_answers_from_others() -> None:
    """Answers are those quotes that are covered and hold what is asked for; the weights must find both out."""
    rng = np.random.default_rng(7)
    passage = StoredPassage(1, "a.md", "a", "", "")
    seen = []
    for number in range(80):
        found = []
        for place in range(6):
            good = place == 0 and number % 2 == 0
            values = rng.uniform(0.0, 0.6, 10)
            values[0] = 0.9 if good else values[0]
            values[5] = 1.0 if good else rng.choice([-1.0, 1.0])
            text = "right" if good else "wrong"
            found.append(Window(text, passage, Evidence(*(float(each) for each in values))))
        seen.append((Asked(f"{number % 4}.md", "what", ("right",) if number % 2 == 0 else ()), found))
    choice, weights = fit.fitted(seen)
    assert isinstance(choice, Weights)
    assert weights.covered > 0 < weights.held
    crossed = figures(fit.cross_tested(seen), 0.5)
    assert crossed.recall >= 0.9
    assert crossed.declined >= 0.9
