"""Written to spoken: a table of what a person would say, and what must hold for any text."""

import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.synthesis.spoken import spoken_form

TABLE = [
    tuple(line.replace("\\n", "\n").split("\t"))
    for line in Path(__file__).with_name("spoken_table.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("# written")
]

FRAGMENTS = st.sampled_from(
    [
        "5",
        "3.50",
        "-7",
        "$",
        "€",
        "£",
        "%",
        "°C",
        "km/h",
        "kg",
        ":",
        "-",
        "–",
        "/",
        ".",
        ",",
        "!",
        "?",
        "(",
        ")",
        "[",
        "]",
        "*",
        "**",
        "_",
        "`",
        "```",
        "#",
        "|",
        "\n",
        "~",
        "@",
        "&",
        "+",
        "=",
        "^",
        "<",
        ">",
        "²",
        "½",
        "①",
        "٣",
        "é",
        "🎉",
        "\x00",
        "Dr.",
        "St.",
        "e.g.",
        "p.m.",
        "a.m.",
        "etc.",
        "No.",
        "vs.",
        "I",
        "IV",
        "VIII",
        "Henry",
        "Part",
        "2026",
        "1990s",
        "12:00",
        "7:05",
        "22nd",
        "Nov",
        "Mon",
        "May",
        "1/2",
        "007",
        "www.a.com",
        "a@b.de",
        "http://",
        "192.168.0.1",
        "v1.2.3",
        "the",
        "at",
        "in",
        "of",
        "call",
        "00",
        "'",
        '"',
        "\\",
        "&amp;",
        "<b>",
        "[x](y)",
        "w/",
        "1e5",
        "0x1F",
        "5'6\"",
        "config.toml",
        "/etc/hosts",
        "4x4",
        "2h15m",
        "2025-26",
        "500 BC",
        "3-5 May",
        "3 in. ",
        "€3,50",
        "ISBN 978-3-16-148410-0",
        ":)",
        "\ufe0f",
        "a 60W",
    ]
)
ANY_TEXT = (
    st.text(max_size=60)
    | st.lists(FRAGMENTS, max_size=14).map("".join)
    | st.lists(FRAGMENTS, max_size=14).map(" ".join)
)


def test_the_table_is_long_enough() -> None:
    assert len({written for written, _ in TABLE}) >= 300


@pytest.mark.parametrize(("written", "spoken"), TABLE, ids=[row[0][:40] for row in TABLE])
def test_what_a_person_would_say(written: str, spoken: str) -> None:
    assert spoken_form(written) == spoken


@pytest.mark.parametrize("spoken", [row[1] for row in TABLE])
def test_what_is_spoken_already_stays(spoken: str) -> None:
    assert spoken_form(spoken) == spoken


def test_the_owner_chooses_the_order_of_dates() -> None:
    assert spoken_form("On 03/04/2026.") == "On March fourth, twenty twenty-six."
    assert spoken_form("On 03/04/2026.", day_first=True) == "On the third of April twenty twenty-six."


@settings(max_examples=400, deadline=None)
@given(ANY_TEXT)
@example("Part I_V")
@example("²")
@example("9" * 400)
@example("\ud800 5")
@example("5'5'5\"")
@example("᠐ ௰ ㊿ ⅓ ⒈")
def test_any_text_can_be_said_and_said_again(text: str) -> None:
    spoken = spoken_form(text)
    assert not any(character.isdigit() for character in spoken)
    assert not set(spoken) & set("*_`#|<>[]{}@&=+^~\\/%$€£°")
    assert "  " not in spoken
    assert "\n" not in spoken
    assert spoken_form(spoken) == spoken
    assert len(spoken) <= 40 + 24 * len(text)  # no text grows without bounds


REPEATED = [
    "/a",
    "a.py",
    "1x",
    "1h",
    "A-1",
    "3-5 May ",
    "Jan. ",
    "*",
    "(",
    "1-",
    "a.",
    "|",
    "`",
    "<a",
    "_a",
    "1:",
    "a-",
    "1,",
    "[",
    "![",
    "**",
    "..",
    "::",
    "1/",
    "$1",
    "@",
    "a@",
    "'",
    "St.",
    "I",
    "1.",
]


@pytest.mark.parametrize("piece", [*REPEATED, "1 ", " ", "\n", "- \n", "a "])
def test_no_text_takes_long(piece: str) -> None:
    """No regular expression goes wild. A clause is at most a tenth as long."""
    start = time.process_time()
    spoken_form(piece * 2000)
    assert time.process_time() - start < 10
