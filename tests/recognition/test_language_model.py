"""The language model: what it is made of, and how it is kept."""

import asyncio
import os
from collections import Counter
from pathlib import Path

import pytest

from assistant.dialogue.annotations import parse_annotations
from assistant.dialogue.training_data import Example, TrainingData
from assistant.errors import UserError
from assistant.recognition.build import LanguageModelFiles, build_language_model
from assistant.recognition.expected_counts import END, NOTHING, START, Trigram
from assistant.recognition.language_model import arpa, entity_values, expected_counts
from assistant.recognition.pronunciation import arpabet, guess, pronounce, read_overrides
from assistant.recognition.spoken_words import number_in_words, spoken_words
from benchmarks.sampled import sample_sentences
from tests.recognition.speech import home


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Set it to 25%!", "set it to twenty five percent"),
        ("it's 21.5° in the kids' room", "it's twenty one point five degrees in the kids room"),
        ("to-do", "to do"),
        ("Müller's café", "müller's café"),
        ("wait 100 s", "wait one hundred s"),
        ("room 2000", "room two thousand"),
        ("?!", ""),
    ],
)
def test_sentences_are_taken_as_they_are_said(written: str, said: str) -> None:
    assert " ".join(spoken_words(written)) == said


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (99, "ninety nine"),
        (100, "one hundred"),
        (121, "one hundred and twenty one"),
    ],
)
def test_numbers_are_spelled_out(number: int, words: str) -> None:
    assert number_in_words(number) == words


def test_values_come_from_tables_examples_and_synonyms() -> None:
    values = entity_values(home())
    assert ("floor", "lamp") in values["device"]  # lookup table
    assert ("lounge",) in values["area"]  # synonym of a value of the table
    assert ("shopping",) in values["list"]  # example
    assert ("#", "minutes") in values["duration"]  # a number stands for all


def said(counts: dict[Trigram, float]) -> set[str]:
    return {" ".join(trigram).strip() for trigram in counts}


def test_every_number_that_a_unit_allows_can_be_said() -> None:
    expected = said(expected_counts(home()))
    for minutes in range(1, 61):
        number = number_in_words(minutes).split()[-1]
        assert any(each.endswith(f"{number} minutes") for each in expected), minutes
    for percent in range(101):
        number = number_in_words(percent).split()[-1]
        assert any(each.endswith(f"{number} percent") for each in expected), percent
    assert "ninety nine hour" not in expected
    assert "ninety nine hours" not in expected


def test_a_lookup_table_says_which_numbers_there_are() -> None:
    examples = (
        Example("order", parse_annotations("a [twelve ounce](size) coffee")),
        Example("wait", parse_annotations("wait [five minutes](duration)")),
    )
    data = TrainingData(examples, {"size": ("twelve ounce", "twenty ounce")}, {}, {})
    expected = said(expected_counts(data))
    assert {each for each in expected if each.endswith("ounce")} == {
        "<s> a twelve_ounce",
        "<s> a twenty_ounce",
    }
    assert "fifty one minutes" in expected  # an entity without one takes any


def test_what_is_expected_is_what_random_sentences_tend_to() -> None:
    data = home()
    drawn: Counter[Trigram] = Counter()
    count = 40_000
    for words in sample_sentences(data, count):
        padded = (NOTHING, START, *words, END)
        drawn.update(zip(padded, padded[1:], padded[2:], strict=False))
    written = len([example for example in data.examples if spoken_words(example.text)])
    expected = expected_counts(data, count)
    only_drawn = 1 - written / count
    for trigram, times in drawn.items():
        assert trigram in expected, trigram
        if times > 400:
            assert times * only_drawn == pytest.approx(expected[trigram], rel=0.25), trigram


def test_each_pattern_takes_each_value_however_rare_both_are() -> None:
    """Drawn at random, "bedroom off" had not come up where "bedroom on" had, and off was heard as on."""
    rooms = tuple(f"room{letter}{other}" for letter in "abcdefgh" for other in "abcdefgh")
    switch = "turn the light in the [rooma a](area) {}"
    examples = [Example(word, parse_annotations(switch.format(word))) for word in ("on", "off")]
    examples += [Example("stop", parse_annotations(f"stop now {n}")) for n in range(50)]
    expected = expected_counts(TrainingData(tuple(examples), {"area": rooms}, {}, {}))
    for room in rooms:
        assert expected["the", room, "on"] == pytest.approx(expected["the", room, "off"])
        assert expected[room, "off", END] > 0


def test_a_thousand_values_do_not_drown_the_commands() -> None:
    data = home()
    items = tuple(
        f"thing{letter}{other}"
        for letter in "abcdefghijklmnopqrstuvwxyz"
        for other in "abcdefghijklmnopqrstuvwxyz"
    )
    big = TrainingData(data.examples, {**data.lookups, "item": items}, data.synonyms, {})
    stop = (NOTHING, START, "stop")
    assert expected_counts(big)[stop] == pytest.approx(expected_counts(data)[stop], rel=0.01)
    assert {word for item in items for word in spoken_words(item)} <= set(arpa(expected_counts(big))[1])


def test_a_value_of_several_words_is_said_whole_or_not_at_all() -> None:
    """ "with a bit of whole" was heard for "whole milk": the trigram had forgotten where "whole" came from."""
    examples = (Example("order", parse_annotations("coffee with [a lot of milk](milk) and [ice](extra)")),)
    values = {"milk": ("whole milk", "a lot of soy milk"), "extra": ("a bit of sugar",)}
    expected = said(expected_counts(TrainingData(examples, values, {}, {})))
    assert {each for each in expected if each.startswith("coffee with")} == {
        "coffee with a_lot_of_milk",
        "coffee with whole_milk",
        "coffee with a_lot_of_soy_milk",
    }
    assert "with whole_milk and" in expected
    assert not [each for each in expected if "whole" in each.split()]


def test_the_model_is_in_arpa_format_and_knows_all_words() -> None:
    examples = [Example("switch", parse_annotations(f"turn {word}")) for word in ("on", "off")]
    model, words = arpa(expected_counts(TrainingData(tuple(examples), {}, {}, {})))
    assert words == ("off", "on", "turn")
    assert "ngram 3=" in model
    assert "<s> turn on" in model


def test_the_probabilities_after_any_context_sum_to_one() -> None:
    """Those that are listed and those that are left to a shorter context."""
    model, words = arpa(expected_counts(home()))
    probability, backoff = read_arpa(model)

    def p(context: tuple[str, ...], word: str) -> float:
        if (*context, word) in probability:
            return probability[*context, word]
        return backoff.get(context, 1.0) * p(context[1:], word)

    contexts = [context for context in backoff if len(context) == 2 and context[1] != END]
    for context in contexts[:: max(1, len(contexts) // 60)]:
        assert sum(p(context, word) for word in (*words, END)) == pytest.approx(1.0, abs=0.02), context


def read_arpa(model: str) -> tuple[dict[tuple[str, ...], float], dict[tuple[str, ...], float]]:
    probability: dict[tuple[str, ...], float] = {}
    backoff: dict[tuple[str, ...], float] = {}
    order = 0
    for line in model.splitlines():
        if line.startswith("\\") and line[1:2].isdigit():
            order = int(line[1])
        elif order and line and not line.startswith("\\"):
            first, *rest = line.split()
            probability[tuple(rest[:order])] = 10 ** float(first)
            if len(rest) > order:
                backoff[tuple(rest[:order])] = 10 ** float(rest[order])
    return probability, backoff


@pytest.mark.parametrize(
    ("ipa", "phones"),
    [
        ("ʃɪvˈɔːn", "SH IH V AO N"),
        ("dʒˈɑːɹvɪs", "JH AA R V IH S"),
        ("tʃˈɜːtʃ", "CH ER CH"),
        ("ʃɹˈoʊdɚ", "SH R OW D ER"),
        ("bˈʌtn̩", "B AH T AH N"),
        ("", ""),
    ],
)
def test_ipa_becomes_phones_of_the_acoustic_model(ipa: str, phones: str) -> None:
    assert arpabet(ipa) == phones


def test_pronunciations_are_guessed_from_the_spelling() -> None:
    assert guess(["kitchen"])["kitchen"] == ("K IH CH AH N",)
    assert guess(["spotify"])["spotify"] == ("S P AA T IH F AY", "S P AA D IH F AY")  # both kinds of flap


def test_the_owner_decides_how_names_are_said(tmp_path: Path) -> None:
    path = tmp_path / "pronunciations.txt"
    path.write_text(
        "# people\nSiobhan  sh ih v ao n   # my aunt\nlamp L AE M\nlamp L AE M P\n\n", encoding="utf-8"
    )
    overrides = read_overrides(path)
    found, guessed = pronounce(["siobhan", "lamp", "light", "zuleyka"], overrides)
    assert found["siobhan"] == ("SH IH V AO N",)
    assert found["lamp"] == ("L AE M", "L AE M P")
    assert found["light"] == ("L AY T",)
    assert guessed == ("zuleyka",)
    assert found["zuleyka"]


@pytest.mark.parametrize("line", ["siobhan SH QQ V", "siobhan"])
def test_a_wrong_pronunciation_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "pronunciations.txt"
    path.write_text(f"lamp L AE M P\n{line}\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"pronunciations.txt, line 2: .*siobhan"):
        read_overrides(path)


async def test_the_model_is_made_once_for_each_state(tmp_path: Path) -> None:
    told: list[str] = []
    none = tmp_path / "none.txt"
    first = await build_language_model(home(), tmp_path / "cache", overrides=none, progress=told.append)
    assert first.intact
    assert told
    assert "zuleyka" in first.guessed
    told.clear()
    assert (
        await build_language_model(home(), tmp_path / "cache", overrides=none, progress=told.append) == first
    )
    assert not told
    other = TrainingData((Example("stop", parse_annotations("enough")),), {}, {}, {})
    assert await build_language_model(other, tmp_path / "cache", overrides=none) != first


async def test_two_who_make_the_same_model_do_not_disturb_each_other(tmp_path: Path) -> None:
    both = await asyncio.gather(
        *(build_language_model(home(), tmp_path, overrides=tmp_path / "none.txt") for _ in range(2))
    )
    assert both[0] == both[1]
    assert await asyncio.to_thread(os.listdir, tmp_path) == [both[0].folder.name]


async def test_cancelling_leaves_nothing_half_made(tmp_path: Path) -> None:
    task = asyncio.create_task(
        build_language_model(home(), tmp_path / "cache", overrides=tmp_path / "none.txt")
    )
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    made = [LanguageModelFiles(each) for each in (tmp_path / "cache").glob("[!.]*")]
    assert all(files.intact for files in made)


async def test_what_cannot_be_saved_is_said(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(UserError, match="cannot be saved"):
        await build_language_model(home(), tmp_path / "cache", overrides=tmp_path / "none.txt")


async def test_no_sentences_no_model(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no training sentences"):
        await build_language_model(TrainingData((), {}, {}, {}), tmp_path)
