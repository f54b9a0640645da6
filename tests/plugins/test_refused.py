"""Sentences of a plugin that the real Rasa refuses."""

from pathlib import Path

import pytest

from assistant.app import Assistant
from assistant.config.model import Config
from assistant.errors import UserError


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "plugins"
    rasa = folder / "dice.rasa"
    rasa.mkdir(parents=True)
    (folder / "dice.py").write_text("")
    (rasa / "rules.yml").write_text('version: "3.1"\nrules:\n- rule: roll\n  steps: nothing of the kind\n')
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    monkeypatch.setenv("ASSISTANT_PLUGINS", str(folder))
    return folder


@pytest.mark.rasa
@pytest.mark.usefixtures("plugins")
async def test_the_assistant_goes_on_without_them(caplog: pytest.LogCaptureFixture) -> None:
    assistant = Assistant(Config())
    try:
        assistant.project.python()
    except UserError as error:
        pytest.skip(str(error))
    refused = assistant.project.model
    await assistant.train(lambda progress: None)
    assert not refused.exists()
    assert assistant.project.model.exists()
    assert "sentences of your plugins are left out" in caplog.text
