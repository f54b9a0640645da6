"""The benchmark of understanding: its noise, its folds, its counting, and one run with the real Rasa."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assistant import paths
from assistant.dialogue.annotations import parse_annotations
from assistant.dialogue.training_data import Example, read_examples
from assistant.errors import UserError
from benchmarks.nlu.data import folds, hwu64, write_nlu
from benchmarks.nlu.noise import confusions, noisy
from benchmarks.nlu.running import Run, train_and_ask
from benchmarks.nlu.score import score
from tests.bert_onnx import random_bert, write_bert


def example(intent: str, marked: str) -> Example:
    return Example(intent, parse_annotations(marked))


TIMER = example("start_timer", "set a [ten minute](duration) timer for the [pasta](timer) please")


def test_what_a_word_is_taken_for_sounds_like_it() -> None:
    table = confusions()
    assert "knight" in table.homophones("night")
    assert {"right", "night", "lied"} <= set(table.neighbours("light"))
    assert table.homophones("qwertz") == table.neighbours("qwertz") == []


def test_noise_is_seeded_and_as_frequent_as_it_says() -> None:
    sentences = read_examples(paths.rasa_project() / "tests" / "heldout")
    words = changed = 0
    for sentence in sentences:
        heard = noisy(sentence, 1)
        assert heard == noisy(sentence, 1)
        before, after = Counter(sentence.text.split()), Counter(heard.text.split())
        words += before.total()
        changed += (before - after).total()
    assert 0.10 < changed / words < 0.18
    assert any(noisy(sentence, 1) != noisy(sentence, 2) for sentence in sentences)


def test_noise_keeps_entities_marked() -> None:
    heard = [noisy(TIMER, seed, 0.5) for seed in range(40)]
    assert len({each.text for each in heard}) > 20
    for each in heard:
        assert each.text == " ".join(each.text.split())
        marked = [segment for segment in each.segments if segment.entity]
        assert all(segment.text and segment.text == segment.text.strip() for segment in marked)
        assert {segment.entity for segment in marked} <= {"duration", "timer"}


def test_without_noise_nothing_changes() -> None:
    assert noisy(TIMER, 1, 0.0).text == TIMER.text


def test_each_sentence_is_asked_once_and_then_not_learned_from() -> None:
    sentences = [example(intent, f"{intent} {number}") for intent in "abc" for number in range(10)]
    parts = folds(sentences, 5, 1)
    assert sorted(e.text for _, asked in parts for e in asked) == sorted(e.text for e in sentences)
    for train, asked in parts:
        assert not set(train) & set(asked)
        assert Counter(e.intent for e in asked) == {"a": 2, "b": 2, "c": 2}


def test_training_data_is_written_as_it_was_read(tmp_path: Path) -> None:
    long = example("lamp", 'turn on the [lamp]{"entity": "device", "value": "floor lamp"}')
    write_nlu(tmp_path / "nlu.yml", [TIMER, long])
    assert set(read_examples(tmp_path / "nlu.yml")) == {TIMER, long}


def parsed(text: str, intent: str, *entities: tuple[str, str]) -> dict[str, Any]:
    found = [
        {"entity": name, "start": text.index(words), "end": text.index(words) + len(words)}
        for name, words in entities
    ]
    ranking = [{"name": intent}, {"name": "start_timer"}]
    return {"text": text, "intent": {"name": intent}, "intent_ranking": ranking, "entities": found}


def test_counting() -> None:
    half = parsed(TIMER.text, "start_timer", ("duration", "ten minute"))
    unsure = parsed(TIMER.text, "nlu_fallback", ("duration", "ten"), ("timer", "pasta"))
    free = parsed("why", "nlu_fallback")
    total = score([TIMER, TIMER, example("out_of_scope", "why")], [half, unsure, free])
    assert (total.right, total.best, total.count) == (2, 2, 3)
    assert total.slots == pytest.approx(2 * 2 / (4 + 3))
    assert total.confused == {("start_timer", "nlu_fallback"): 1}


def test_hwu64_is_read_and_its_absence_said(tmp_path: Path) -> None:
    head = "answerid;scenario;intent;answer_annotation;answer_from_anno;answer_from_user\n"
    for folder, rows in (("trainset", 12), ("testset/csv", 3)):
        (tmp_path / folder).mkdir(parents=True)
        lines = "".join(f'{n};a;b;"x";"Say, it {n}";"y"\n' for n in range(rows))
        (tmp_path / folder / "a_b.csv").write_text(head + lines)
    train, asked = hwu64(tmp_path, 10)
    assert [(e.intent, e.text) for e in asked] == [("a_b", f"say, it {n}") for n in range(3)]
    assert len(train) == 10
    with pytest.raises(UserError, match=r"There is no KFold_1 .*NLU-Evaluation-Data"):
        hwu64(tmp_path / "elsewhere", 10)


NLU = [
    *(example("light", f"turn the {which} light on") for which in ("kitchen", "bedroom", "big", "other")),
    *(example("weather", f"will it rain {when}") for when in ("today", "tomorrow", "later", "on sunday")),
]
PIPELINE = """\
recipe: default.v1
assistant_id: test
language: en
pipeline:
- name: WhitespaceTokenizer
{embeddings}
- name: components.ngram_classifier.NgramIntentClassifier
- name: FallbackClassifier
  threshold: 0.1
"""


def _tiny_model(folder: Path) -> str:
    """An embedding model of random weights that knows the words of the test; the lines of a pipeline that use it."""
    words = sorted({word for each in NLU for word in each.text.split()})
    vocabulary = {piece: at for at, piece in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", *words))}
    write_bert(folder / "model.onnx", random_bert(len(vocabulary)), heads=2)
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}}))
    return f"- name: components.sentence_embeddings.SentenceEmbeddings\n  model: {folder}"


@pytest.mark.rasa
@pytest.mark.timeout(200)
@pytest.mark.parametrize("embeddings", [False, True])
def test_the_real_rasa_learns_and_is_asked(tmp_path: Path, embeddings: bool) -> None:
    site = paths.rasa_project() / ".venv" / "lib" / "python3.11" / "site-packages"
    if not site.exists():
        pytest.skip("Rasa's environment is not there")
    if embeddings and not (site / "onnxruntime").exists():
        pytest.skip("onnxruntime is not in Rasa's environment (uv sync --group embeddings)")
    config = tmp_path / "config.yml"
    config.write_text(PIPELINE.format(embeddings=_tiny_model(tmp_path) if embeddings else ""))
    asked = [example("light", "turn the hall light on"), example("weather", "will it rain at noon")]
    [result] = train_and_ask(config, [Run(NLU, asked)], tmp_path)
    assert score(asked, result.parses).right == 2
    assert all(parse["intent"]["confidence"] > 0.6 for parse in result.parses)
    assert sum(each["confidence"] for each in result.parses[0]["intent_ranking"]) == pytest.approx(1.0)


@pytest.mark.rasa
@pytest.mark.timeout(200)
def test_what_is_wrong_with_a_pipeline_is_said(tmp_path: Path) -> None:
    if not (paths.rasa_project() / ".venv" / "bin" / "python").exists():
        pytest.skip("Rasa's environment is not there")
    config = tmp_path / "config.yml"
    missing = f"- name: components.sentence_embeddings.SentenceEmbeddings\n  model: {tmp_path}"
    config.write_text(PIPELINE.format(embeddings=missing))
    with pytest.raises(UserError, match=r"model\.onnx|onnxruntime"):
        train_and_ask(config, [Run(NLU, [])], tmp_path)
