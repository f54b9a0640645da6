"""Language models in files: fetched, found, listed, and known as damaged."""

from pathlib import Path

import pytest

from assistant.errors import UserError
from assistant.models import catalog
from assistant.models.get import get
from assistant.models.installed import find_language, languages, listing
from tests.models.hub import Hub

MODEL = catalog.LANGUAGE[0]
WEIGHTS = b"GGUF" + bytes(range(256)) * 8_000


@pytest.fixture(autouse=True)
def stored(hub: Hub) -> None:
    hub.files |= {
        f"{MODEL.repo}/{MODEL.file}": WEIGHTS,
        f"{MODEL.repo}/README.md": b"not wanted",
        "some/thing/small.gguf": WEIGHTS,
    }


async def test_a_language_model_arrives_whole(hub: Hub, models_folder: Path) -> None:
    found = await get(MODEL.name)
    folder = models_folder / "language"
    assert (found.path, found.problem) == (folder / MODEL.file, "")
    assert found.path.read_bytes() == WEIGHTS
    assert len(list(folder.iterdir())) == 2  # the model, and what the hub said of its size
    before = len(hub.requests)
    assert (await get(MODEL.name)).path == found.path
    assert len(hub.requests) == before


@pytest.mark.usefixtures("models_folder")
async def test_any_file_of_a_repository_is_a_model() -> None:
    found = await get("some/thing/small.gguf")
    assert found.name == "small"
    assert find_language() == find_language("small") == find_language("some/thing/small.gguf") == found.path
    with pytest.raises(UserError, match="no repository of that"):
        await get("some/thing/other.gguf")


async def test_what_is_damaged_is_not_used(models_folder: Path) -> None:
    found = await get(MODEL.name)
    found.path.write_bytes(WEIGHTS[:1000])
    assert find_language() is None
    assert [each.problem for each in languages()] == [f"{MODEL.file} is cut short"]
    assert (await get(MODEL.name)).problem == ""
    (models_folder / "language" / "page.gguf").write_bytes(b"<html>")
    assert find_language("page") is None
    assert find_language() == found.path


async def test_the_best_comes_first_and_all_are_listed(models_folder: Path) -> None:
    folder = models_folder / "language"
    folder.mkdir(parents=True)
    for name in ("mine.gguf", catalog.LANGUAGE[2].file, catalog.LANGUAGE[1].file):
        (folder / name).write_bytes(WEIGHTS)
    assert [each.name for each in languages()] == [catalog.LANGUAGE[1].name, catalog.LANGUAGE[2].name, "mine"]
    assert find_language() == folder / catalog.LANGUAGE[1].file
    rows = {row.model.name: row for row in listing() if row.model.kind == "language"}
    assert set(rows) == {*(model.name for model in catalog.LANGUAGE), "mine"}
    assert rows[MODEL.name].installed is None
    assert rows[MODEL.name].model.licence == "Apache-2.0"
    assert rows["mine"].installed is not None


@pytest.mark.parametrize(
    "name", ["../x/y.gguf", "a/b/../c.gguf", "a/b/c/d.gguf", "/a/b.gguf", "qwen2.5-1.5b"]
)
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(UserError):
        catalog.find(name)
