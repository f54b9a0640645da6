"""On a machine that has no desktop of this kind, whatever is asked for."""

from typing import Any

import pytest

from tests.services.desktop.conftest import Desk

ASKED = [
    ("media.play", {}),
    ("media.playing", {}),
    ("volume.show", {}),
    ("volume.change", {"level": 10}),
    ("desktop.open", {"what": "firefox"}),
    ("desktop.notify", {"text": "tea"}),
    ("clipboard.read", {}),
    ("clipboard.copy", {"text": "tea"}),
    ("screen.shot", {}),
    ("screen.lock", {}),
    ("dictation.type", {"text": "tea"}),
]


@pytest.mark.parametrize(("service", "arguments"), ASKED)
async def test_it_says_that_it_is_not_here(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, service: str, arguments: dict[str, Any]
) -> None:
    for system in ("darwin", "win32"):
        with monkeypatch.context() as other:
            other.setattr("assistant.services.desktop.here.sys.platform", system)
            code, sentence = await desk.refused(service, **arguments)
        assert code == "not_here"
        assert "Linux desktop" in sentence
