from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.models.hub import Hub

TINY = "Systran/faster-whisper-tiny.en"
VOICE = "rhasspy/piper-voices/en/en_US/ljspeech/medium"


@pytest.fixture(autouse=True)
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any model."""
    folder = tmp_path / "models"
    monkeypatch.setenv("ASSISTANT_MODELS_DIR", str(folder))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub-cache"))
    return folder


@pytest.fixture
async def hub(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    """Serves a "Whisper model" of 3 MB and a "voice"; the downloader does not care what the bytes mean."""
    weights = bytes(range(256)) * 12_000
    hub = Hub()
    hub.files = {
        f"{TINY}/config.json": b'{"alignment_heads": []}',
        f"{TINY}/model.bin": weights,
        f"{TINY}/tokenizer.json": b"{}" * 50,
        f"{TINY}/vocabulary.txt": b"a\nb\n",
        f"{TINY}/README.md": b"not wanted",
        f"{VOICE}/en_US-ljspeech-medium.onnx": weights[:500_000],
        f"{VOICE}/en_US-ljspeech-medium.onnx.json": b'{"audio": {"sample_rate": 22050}}',
        f"{VOICE}/MODEL_CARD": b"not wanted",
    }
    async with hub.server() as server:
        monkeypatch.setenv("HF_ENDPOINT", str(server.make_url("")))
        yield hub
        hub.release.set()
