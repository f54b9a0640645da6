"""Where a text may be cut so that each piece can be spoken at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.synthesis.clauses import LONGEST, ClauseSplitter, split


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("", []),
        ("  \n ", []),
        ("Yes", ["Yes"]),
        ("Done. The light is on.", ["Done.", "The light is on."]),
        ("It is 3.5 metres. Fine.", ["It is 3.5 metres.", "Fine."]),
        ("It costs 1,234.50 now. Fine.", ["It costs 1,234.50 now.", "Fine."]),
        ("Dr. Smith is in. Mr. J. R. Hill is not.", ["Dr. Smith is in.", "Mr. J. R. Hill is not."]),
        ("Fruit, e.g. apples. Good.", ["Fruit, e.g. apples.", "Good."]),
        ("At 5 p.m. today. Bye.", ["At 5 p.m. today.", "Bye."]),
        ("It is 5 p.m. Time to go.", ["It is 5 p.m.", "Time to go."]),
        ("Milk, bread, etc. And eggs.", ["Milk, bread, etc.", "And eggs."]),
        ("See www.a.com/x.html now. Ok.", ["See www.a.com/x.html now.", "Ok."]),
        ("At 18.30 or 18:30. Ok.", ["At 18.30 or 18:30.", "Ok."]),
        ("In the U.S. it rains. Ok.", ["In the U.S. it rains.", "Ok."]),
        ("It is No. 5 here. Did you say no. Never.", ["It is No. 5 here.", "Did you say no.", "Never."]),
        ("What? Really?! Yes!", ["What?", "Really?!", "Yes!"]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("Well... maybe. Ok... Now.", ["Well... maybe.", "Ok...", "Now."]),
        ("You have:\n- milk\n- eggs", ["You have:", "- milk", "- eggs"]),
        ("1. Do this.\n2. Do that.", ["1. Do this.", "2. Do that."]),
        ("One line that\ngoes on here.", ["One line that\ngoes on here."]),
        ("Look:\n```py\na. b\n\nc\n```\nDone.", ["Look:", "```py\na. b\n\nc\n```", "Done."]),
        ("| a | b |\n|---|---|\n| 1. 2 | 3 |\nDone.", ["| a | b |\n|---|---|\n| 1. 2 | 3 |", "Done."]),
        ("This is version 2. It works.", ["This is version 2.", "It works."]),
    ],
)
def test_clauses(text: str, clauses: list[str]) -> None:
    assert split(text) == clauses


def test_the_first_clause_is_short_for_an_early_first_sound() -> None:
    text = "The weather in Berlin is fine today, with a little wind from the west, and no rain until the evening."
    first, *rest = split(text)
    assert first == "The weather in Berlin is fine today,"
    assert rest == ["with a little wind from the west, and no rain until the evening."]


def test_no_word_is_left_alone_behind_a_comma() -> None:
    assert split("The kitchen light is on now, sir.") == ["The kitchen light is on now, sir."]


def test_a_sentence_comes_out_as_soon_as_its_end_is_certain() -> None:
    splitter = ClauseSplitter()
    assert splitter.push("The light") == []
    assert splitter.push(" is on.") == []
    assert splitter.push(" ") == ["The light is on."]
    assert splitter.push("It is 3.") == []
    assert splitter.push("5 metres. Ok") == ["It is 3.5 metres."]
    assert splitter.finish() == ["Ok"]
    assert splitter.finish() == []


def test_text_without_punctuation_is_cut_at_a_space() -> None:
    clauses = split("word " * 300)
    assert all(len(clause) <= LONGEST for clause in clauses)
    assert " ".join(clauses) == ("word " * 300).strip()


PIECES = st.sampled_from(
    [
        *"abZ I.,;:!?\n-|`*()\"'…#1 5 ",
        "Dr. ",
        "e.g. ",
        "3.5",
        " and the ",
        "```\n",
        "| a |\n",
        "p.m. ",
        "word ",
    ]
)
TEXT = st.lists(PIECES, max_size=80).map("".join) | st.text(max_size=300)


@settings(max_examples=300, deadline=None)
@given(TEXT, st.lists(st.integers(1, 40), max_size=30))
def test_nothing_is_lost_and_arrival_makes_no_difference(text: str, sizes: list[int]) -> None:
    whole = split(text)
    assert "".join("".join(whole).split()) == "".join(text.split())
    assert all(clause == clause.strip() and clause for clause in whole)
    splitter = ClauseSplitter()
    pieces: list[str] = []
    position = 0
    for size in sizes:
        pieces += splitter.push(text[position : position + size])
        position += size
    pieces += splitter.push(text[position:])
    assert pieces + splitter.finish() == whole
