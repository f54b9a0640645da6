"""Which plugins are loaded, which are not, and what is said about those."""

import os
from pathlib import Path

import pytest

from assistant.plugins import found
from assistant.services.service import Origin
from tests.plugins.conftest import GOOD, Shelf

HERE = Origin("kitchen", 1, "console")


async def test_a_file_and_a_package_offer_their_services(shelf: Shelf) -> None:
    shelf.put("lamp.py")
    shelf.put("torch/__init__.py", "from assistant_plugin_torch.inside import create\n")
    shelf.put("torch/inside.py", name="torch")
    shelf.put("_draft.py", "this is no Python")
    loaded = await shelf.load()
    assert [(plugin.name, plugin.problem) for plugin in loaded] == [("lamp", ""), ("torch", "")]
    assert shelf.services() == ["lamp.shine", "torch.shine"]
    assert (await shelf.registry.call("torch.shine", {}, HERE)).result == {"spoken": "It shines."}
    assert len(shelf.records) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import no_such_module_at_all", "ModuleNotFoundError"),
        ("def create(context) oops", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("create = 5", "no function `create"),
        ("def create(context):\n    return object()", "no object with services"),
        ("def create(context):\n    raise ValueError('no luck')", "no luck"),
        (GOOD.format(name="clock", risk="READ").replace("clock.shine", "Clock!"), "no name of the form"),
        (GOOD.format(name="taken", risk="READ"), "two services named taken.shine"),
    ],
)
async def test_one_that_fails_is_one_sentence_and_stops_nothing(shelf: Shelf, text: str, reason: str) -> None:
    shelf.put("a_first.py", name="taken")
    bad = shelf.put("bad.py", text)
    shelf.put("good.py")
    await shelf.load()
    assert shelf.services() == ["lamp.shine", "taken.shine"]
    [complaint] = shelf.complaints
    assert complaint.startswith(f"{bad} is not loaded: ")
    assert reason in complaint
    assert "\n" not in complaint
    assert complaint.endswith(".")


@pytest.mark.parametrize("what", ["plugins", "plugins/lamp.py", "plugins/lamp.rasa/nlu.yml"])
async def test_what_others_could_have_written_is_not_run(shelf: Shelf, what: str) -> None:
    shelf.put("lamp.py")
    shelf.put("lamp.rasa/nlu.yml", "nlu: []")
    path = shelf.where.parent / what
    path.chmod(path.stat().st_mode | 0o022)
    await shelf.load()
    assert shelf.services() == []
    assert f"others may write to {path}" in shelf.complaints[0]
    path.chmod(path.stat().st_mode & ~0o022)
    await shelf.load()
    assert shelf.services() == ["lamp.shine"]


async def test_what_belongs_to_another_is_not_run(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put("lamp.py")
    monkeypatch.setattr(os, "getuid", lambda: 4_242)
    await shelf.load()
    assert shelf.services() == []
    assert "belongs to another user" in shelf.complaints[0]


async def test_compiled_code_beside_it_is_not_taken_for_it(shelf: Shelf) -> None:
    """A `.pyc` whose time and size fit would be run in place of the source that was looked at."""
    import importlib.util
    import py_compile

    path = shelf.put("lamp.py", name="evils")
    py_compile.compile(str(path), cfile=importlib.util.cache_from_source(str(path)))
    stamp = path.stat()
    shelf.put("lamp.py", name="lamps")  # of the same size
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    await shelf.load()
    assert shelf.services() == ["lamps.shine"]


@pytest.mark.parametrize(("name", "text"), [("nlu.yml", "nlu: [unclosed"), ("domain.yml", "- a list")])
async def test_sentences_that_cannot_be_read_are_told(shelf: Shelf, name: str, text: str) -> None:
    shelf.put("lamp.py")
    shelf.put(f"lamp.rasa/{name}", text)
    await shelf.load()
    assert name in shelf.complaints[0]
    assert [plugin.rasa for plugin in found(shelf.where)] == [None]


async def test_a_plugin_is_under_the_same_policy(shelf: Shelf) -> None:
    shelf.put("lamp.py", risk="RISKY")
    shelf.put("bomb.py", name="bomb", risk="FORBIDDEN")
    await shelf.load()
    question = await shelf.registry.call("lamp.shine", {}, HERE)
    assert (question.error_code, question.error_message) == ("needs_confirmation", "Shall I really shine?")
    assert (await shelf.registry.call("lamp.shine", {}, Origin("x", 1, "model"))).error_code == "forbidden"
    assert (await shelf.registry.call("bomb.shine", {}, HERE)).error_code == "forbidden"


def test_without_a_folder_there_are_none(tmp_path: Path) -> None:
    assert found(tmp_path / "nowhere") == []
