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
from assistant.recognition.language_model import arpa, entity_values, sample_sentences
from assistant.recognition.pronunciation import arpabet, guess, pronounce, read_overrides
from assistant.recognition.spoken_words import number_in_words, spoken_words
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


def test_every_number_that_a_unit_allows_can_be_said() -> None:
    said = {" ".join(words) for words in sample_sentences(home(), 6000)}
    for minutes in range(1, 61):
        assert any(f"{number_in_words(minutes)} minutes" in sentence for sentence in said), minutes
    for percent in range(101):
        assert any(f"{number_in_words(percent)} percent" in sentence for sentence in said), percent
    assert not any("ninety nine hour" in sentence for sentence in said)


def test_a_lookup_table_says_which_numbers_there_are() -> None:
    examples = (
        Example("order", parse_annotations("a [twelve ounce](size) coffee")),
        Example("wait", parse_annotations("wait [five minutes](duration)")),
    )
    data = TrainingData(examples, {"size": ("twelve ounce", "twenty ounce")}, {}, {})
    said = {" ".join(words) for words in sample_sentences(data, 4000)}
    assert {each for each in said if "ounce" in each} == {"a twelve ounce coffee", "a twenty ounce coffee"}
    assert "wait fifty one minutes" in said  # an entity without one takes any


def test_equal_data_gives_equal_sentences_and_another_seed_others() -> None:
    assert list(sample_sentences(home(), 500)) == list(sample_sentences(home(), 500))
    assert list(sample_sentences(home(), 500)) != list(sample_sentences(home(), 500, seed=1))


def test_a_thousand_values_do_not_drown_the_commands() -> None:
    data = home()
    items = tuple(
        f"thing{letter}{other}"
        for letter in "abcdefghijklmnopqrstuvwxyz"
        for other in "abcdefghijklmnopqrstuvwxyz"
    )
    big = TrainingData(data.examples, {**data.lookups, "item": items}, data.synonyms, {})
    before = Counter(words[0] for words in sample_sentences(data, 4000))
    after = Counter(words[0] for words in sample_sentences(big, 4000))
    assert after["stop"] == pytest.approx(before["stop"], rel=0.15)


def test_the_model_is_in_arpa_format_and_knows_all_words() -> None:
    model, words = arpa(iter([("turn", "on"), ("turn", "off")]))
    assert words == ("off", "on", "turn")
    assert "ngram 3=" in model
    assert "<s> turn on" in model


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
