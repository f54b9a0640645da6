"""Whisper from a folder, on a machine where every connection is forbidden."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.recognition.speech import WHY, needs_flite, say
from tests.whisper_fixture import FOLDER

PROGRAM = """
import asyncio, json, socket, sys
import numpy as np

tried = []

def forbidden(self, *args, **options):
    tried.append(repr(args))
    raise OSError("no network")

for name in ("connect", "connect_ex", "sendto", "sendmsg"):
    setattr(socket.socket, name, forbidden)
socket.getaddrinfo = lambda *args, **options: forbidden(None, *args)

from assistant.config import load
from assistant.dialogue.project import RasaProject
from assistant.recognition import factory

async def main():
    config = load(overrides=["recognition.engine=whisper", "recognition.whisper.model=" + sys.argv[1]])
    recognizer = await factory.create(config, RasaProject.from_config(config))
    stream = recognizer.stream()
    stream.feed(np.load(sys.argv[2]))
    transcript = await stream.finish()
    await recognizer.close()
    return transcript.text

print(json.dumps({"text": asyncio.run(main()), "tried": tried}))
"""


@pytest.mark.skipif(needs_flite, reason=WHY)
@pytest.mark.parametrize("named", ["by its folder", "by its name"])
def test_a_model_in_a_folder_needs_no_network(tmp_path: Path, named: str) -> None:
    models = tmp_path / "models" / "whisper"
    models.mkdir(parents=True)
    (models / "mine").symlink_to(FOLDER)
    sound = tmp_path / "sound.npy"
    np.save(sound, say("what time is it"))
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(FOLDER) if named == "by its folder" else "mine", str(sound)],
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "ASSISTANT_MODELS_DIR": str(tmp_path / "models"),
            "ASSISTANT_STATE_DIR": str(tmp_path / "state"),
            "ASSISTANT_CACHE_DIR": str(tmp_path / "cache"),
            "ASSISTANT_CONFIG": str(tmp_path / "config.toml"),
        },
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    heard = json.loads(result.stdout.splitlines()[-1])
    assert heard == {"text": "What time is it?", "tried": []}
    # And how long it took is known from now on.
    assert json.loads((tmp_path / "state" / "model-speeds.json").read_text())
