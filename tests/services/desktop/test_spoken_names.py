"""Names of programs as the recogniser is to know them."""

from pathlib import Path

import pytest

from assistant.config.model import Config
from assistant.dialogue.names import OwnerNames, owner_nlu, owner_speech
from assistant.services.desktop.spoken_names import MOST, spoken_names
from tests.services.desktop.test_entries import write


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    return tmp_path / "data" / "applications"


def test_as_they_are_said(programs: Path) -> None:
    write(programs, "a.desktop", Name="LibreOffice Writer")
    write(programs, "b.desktop", Name="Text Editor (root) [beta]")
    write(programs, "c.desktop", Name="GNU Image Manipulation Program")
    write(programs, "d.desktop", Name="A Name That Nobody Would Ever Say")
    write(programs, "e.desktop", Name="12345")
    write(programs, "f.desktop", Name="Ärger/Ruhe")
    assert spoken_names({"Train Times": "https://trains.example"}) == (
        "train times", "gnu image manipulation program", "libreoffice writer", "text editor", "ärger ruhe",
    )  # fmt: skip


def test_not_more_than_a_person_would_say(programs: Path) -> None:
    for number in range(MOST + 20):
        write(programs, f"{number}.desktop", Name=f"Program {number}")
    assert len(spoken_names({})) == MOST


def test_the_recogniser_learns_them_and_rasa_need_not(programs: Path) -> None:
    write(programs, "a.desktop", Name="Paper Planes")
    names = OwnerNames.from_config(Config())
    assert names.apps == ("paper planes",)
    speech = {each.get("lookup") or each["intent"]: each["examples"] for each in owner_speech(names)["nlu"]}
    assert speech["app"] == "- paper planes\n"
    assert "- open [paper planes](app)\n" in speech["open_app"]
    assert "paper planes" not in repr(owner_nlu(names))
