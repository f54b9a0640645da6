"""Which questions of the dialogue may be answered in any words."""

from pathlib import Path

import pytest

from assistant import paths
from assistant.dialogue.domain import free_text_entities, free_text_slots
from assistant.errors import UserError


def test_of_the_project() -> None:
    slots = free_text_slots(paths.rasa_project() / "domain")
    assert "item" in slots
    assert "confirm" not in slots
    entities = free_text_entities(paths.rasa_project() / "domain")
    assert "item" in entities
    assert not entities & {"device", "area", "duration", "list"}


def test_of_a_single_file(tmp_path: Path) -> None:
    domain = tmp_path / "domain.yml"
    domain.write_text(
        "slots:\n  note: {type: text, mappings: [{type: from_entity, entity: x}, {type: from_text}]}\n"
        "  place: {type: text, mappings: [{type: from_entity, entity: place}]}\n"
    )
    assert free_text_slots(domain) == {"note"}
    assert free_text_entities(domain) == {"x"}


def test_a_domain_without_slots(tmp_path: Path) -> None:
    (tmp_path / "intents.yml").write_text("intents: [greet]\n")
    (tmp_path / "empty.yml").write_text("")
    assert free_text_slots(tmp_path) == frozenset()


@pytest.mark.parametrize("content", ["slots: [", "- a list", "slots: [note]"])
def test_a_damaged_one_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "slots.yml").write_text(content)
    with pytest.raises(UserError, match=r"slots\.yml"):
        free_text_slots(tmp_path)
