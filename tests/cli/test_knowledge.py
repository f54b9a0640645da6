"""`assistant knowledge`, typed."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Person


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


def test_added_found_and_removed(person: Person) -> None:
    papers = person.folder / "papers"
    papers.mkdir()
    (papers / "bread-recipes.md").write_text(
        "# Pizza dough\n\nLet the dough rest for 24 hours in the fridge.\n"
    )
    (papers / "locked.pdf").write_bytes(b"%PDF-1.7 nothing")

    added = person.run("knowledge", "add", papers, "missing.txt")
    assert added.status == 1
    assert added.out == "bread recipes: 1 passages\n"
    assert "locked.pdf is damaged" in added.err
    assert "missing.txt is not there" in added.err
    assert "Traceback" not in added.err

    listed = person.run("knowledge", "list", "--json")
    assert [(each["name"], each["passages"], bool(each["problem"])) for each in listed.json] == [
        ("bread recipes", 1, False),
        ("locked", 0, True),
    ]
    found = person.run("knowledge", "search", "how", "long", "does", "the", "pizza", "dough", "rest")
    assert found.status == 0
    assert found.out.startswith("From your bread recipes: Let the dough rest for 24 hours in the fridge.\n")
    nothing = person.run("knowledge", "search", "--json", "who won the cup")
    assert nothing.status == 3
    assert nothing.json == {"answer": None, "passages": []}

    inside = person.run("knowledge", "remove", "bread recipes")
    assert inside.status == 2
    assert "lies in a folder that is kept" in inside.err
    assert "2 documents forgotten" in person.run("knowledge", "remove", papers).out
    assert all(
        b"dough" not in each.read_bytes() for each in (person.folder / "state").iterdir() if each.is_file()
    )
    assert (papers / "bread-recipes.md").exists()


def test_looking_makes_no_index(person: Person) -> None:
    assert person.run("knowledge", "search", "anything").status == 3
    assert not (person.folder / "state" / "documents.db").exists()
