"""The governance page says what the configuration says, and names no secret."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli.commands import group
from assistant.cli.governance import as_html, made
from assistant.config.model import Config
from assistant.oversight.controls import CONTROLS
from assistant.oversight.switches import Switch, switches_folder, write
from assistant.paths import source_root

SECRETS = {
    "generation": {
        "url": "https://anna:hunter2@models.example.org/v1?key=k3y",
        "api_key": "s3cret",
        "model": "big",
    },
    "storage": {"url": "postgresql://anna:hunter2@db.example.org/assistant"},
    "observe": {"otlp_url": "http://collector.example.org:4318/x?token=t0ken"},
    "mqtt": {"host": "broker.example.org", "password": "hunter2"},
    "privacy": {"keep_audio": True, "keep_audio_days": 3},
}


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path))


def test_the_page_of_the_documentation_is_current() -> None:
    path = source_root() / "docs" / "governance.md"
    assert path.read_text("utf-8") == made(Config(), installed=False), (
        "run: python -m assistant.cli.governance > docs/governance.md"
    )


def test_where_data_goes_is_named_and_no_secret_is() -> None:
    text = made(Config.model_validate(SECRETS), installed=False)
    for host in ("models.example.org", "db.example.org", "collector.example.org", "broker.example.org"):
        assert f"| {host} |" in text
    for secret in ("hunter2", "k3y", "s3cret", "t0ken", "anna"):
        assert secret not in text
    assert "| free answers | big |" in text
    assert "| sound | 3 days |" in text
    assert "| sound | never written |" in made(Config(), installed=False)


def test_every_control_is_there_with_its_tests() -> None:
    text = made(Config(), installed=False)
    for control in CONTROLS:
        assert f"**{control.name}.**" in text
        for test in control.tests:
            assert f"`{test}`" in text


def test_what_is_switched_off_now_is_told() -> None:
    write(switches_folder(), Switch.NO_ACTIONS, True)
    result = CliRunner().invoke(group, ["governance"])
    assert result.exit_code == 0
    [line] = [line for line in result.output.splitlines() if line.startswith("| no-actions |")]
    assert line.endswith("**on** |")


def test_into_a_file_as_html_where_it_is_called_so(tmp_path: Path) -> None:
    for name in ("page.md", "page.html"):
        result = CliRunner().invoke(group, ["governance", "--output", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
    page = (tmp_path / "page.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert page.count("<tr>") == sum(
        line.startswith("| ") and "---" not in line
        for line in (tmp_path / "page.md").read_text("utf-8").splitlines()
    )
    assert "&lt;script" in as_html("# <script>alert(1)</script>")
