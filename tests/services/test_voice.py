"""Changing the voice through the registry and over HTTP, with the real embedded voice."""

import os
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant import instances
from assistant.api.server import ApiServer
from assistant.cli import voice as cli
from assistant.config.model import Config
from assistant.errors import UserError
from assistant.services.build import Services, create_services
from assistant.services.registry import Outcome
from assistant.services.service import Origin
from assistant.services.time import SystemClock
from assistant.storage.due import Kind
from assistant.synthesis import chosen
from assistant.synthesis.changeable import ChangeableVoice
from assistant.voices import Control, changeable
from tests import piper_fixture

CONFIG = Config.model_validate({"voice": {"engine": "embedded", "cache_mb": 0}})


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MODELS", "CACHE", "STATE"):
        monkeypatch.setenv(f"ASSISTANT_{name}_DIR", str(tmp_path / name.lower()))


@pytest.fixture
async def services() -> AsyncIterator[Services]:
    async def announce(text: str, kind: Kind) -> None:
        """No timer rings here."""

    services = await create_services(CONFIG, SystemClock(), announce, lambda event: None)
    yield services
    await services.close()


@pytest.fixture
async def voice(services: Services) -> AsyncIterator[ChangeableVoice]:
    voice = await changeable(CONFIG, pytest.fail)
    services.voice.attach(Control(voice, CONFIG.voice))
    yield voice
    await voice.close()


async def change(services: Services, **arguments: Any) -> Outcome:
    return await services.registry.call("voice.change", arguments, Origin("test"))


async def length_s(voice: ChangeableVoice) -> float:
    clauses = [c async for c in voice.speak("The kitchen light is on.", threading.Event())]
    return float(sum(len(c.pcm) / c.sample_rate_hz for c in clauses))


async def level(voice: ChangeableVoice) -> float:
    clauses = [c async for c in voice.speak("The kitchen light is on.", threading.Event())]
    return float(np.abs(np.concatenate([c.pcm for c in clauses])).mean())


async def test_slower_is_heard_and_taken_back(services: Services, voice: ChangeableVoice) -> None:
    own = await length_s(voice)
    outcome = await change(services, pace="slower")
    assert outcome.result["speed"] == 0.85
    assert await length_s(voice) == pytest.approx(own / 0.85, rel=0.05)
    undone = await services.registry.call("undo.last", {}, Origin("test"))
    assert undone.ok
    assert await length_s(voice) == pytest.approx(own, rel=0.03)  # silence is cut by what was heard so far


async def test_louder_and_softer_lead_back(services: Services, voice: ChangeableVoice) -> None:
    usual = await level(voice)
    await change(services, loudness="louder")
    assert await level(voice) == pytest.approx(1.4 * usual, rel=0.02)
    await change(services, loudness="softer")
    assert voice.settings.volume == 1.0


async def test_there_is_an_end_to_it(services: Services, voice: ChangeableVoice) -> None:
    for _ in range(12):
        outcome = await change(services, pace="faster")
        if not outcome.ok:
            break
    assert (outcome.error_code, outcome.error_message) == ("at_limit", "I cannot speak any faster.")
    assert voice.settings.speed == 2.0
    assert (await change(services, pace="normal")).result["speed"] == 1.0


async def test_another_voice_and_back(services: Services, voice: ChangeableVoice) -> None:
    assert (await change(services, voice="other", speed=1.2)).result["voice"] == "flite rms"
    assert chosen.load(CONFIG.voice).speed == 1.2
    assert (await change(services, voice="configured")).result["voice"] == "flite slt"
    assert voice.settings == CONFIG.voice == chosen.load(CONFIG.voice)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            {"voice": "nobody"},
            "There is no voice nobody; there are flite slt, flite rms, flite awb, flite kal16.",
        ),
        ({"voice": "slt"}, "That is how I speak already."),
        ({"speaker": "3"}, "The voice flite slt has one speaker only."),
        ({"speed": 9}, "The speed is not right: input should be less than or equal to 2."),
        ({}, "That is how I speak already."),
    ],
)
async def test_what_cannot_be_done_is_said(
    services: Services, voice: ChangeableVoice, arguments: dict[str, Any], says: str
) -> None:
    outcome = await change(services, **arguments)
    assert outcome.error_message == says
    assert voice.settings == CONFIG.voice


async def test_without_a_voice(services: Services) -> None:
    assert (await change(services, pace="slower")).error_code == "no_voice"


async def test_the_voice_that_was_chosen_speaks_at_the_next_start(
    services: Services, voice: ChangeableVoice
) -> None:
    await change(services, voice="rms")
    again = await changeable(CONFIG, pytest.fail)
    assert again.name == "flite rms"
    await again.close()


async def test_a_chosen_voice_that_is_gone(
    services: Services, voice: ChangeableVoice, tmp_path: Path
) -> None:
    path = piper_fixture.build(tmp_path / "models" / "piper")
    assert (await change(services, voice="en_US-tiny-low")).ok
    path.unlink()
    notices: list[str] = []
    again = await changeable(CONFIG, notices.append)
    assert again.name == "flite slt"
    assert notices[0].startswith("The voice that was chosen last is gone, so the configured one speaks.")
    await again.close()


# ── the command line ──────────────────────────────────────────────────────────────────────────────────────


async def test_the_command_reaches_the_assistant_that_runs(
    services: Services, voice: ChangeableVoice, capsys: pytest.CaptureFixture[str]
) -> None:
    api = ApiServer(services.registry)
    await api.start()
    file = instances.register(
        instances.Instance(os.getpid(), api.port, api.token, time.time(), instances.settings_key(CONFIG))
    )
    await cli.use(CONFIG, "rms", None, 1.5, None)
    assert (voice.name, voice.settings.speed) == ("flite rms", 1.5)
    await cli.show(CONFIG, as_json=False)
    with pytest.raises(UserError, match="There is no voice nobody"):
        await cli.use(CONFIG, "nobody", None, None, None)
    file.unlink()
    await api.close()
    shown = capsys.readouterr().out
    assert "flite rms, speed 1.5, volume 1\n" in shown
    assert "  * flite rms\n" in shown


async def test_without_one_that_runs_it_is_for_the_next_start(capsys: pytest.CaptureFixture[str]) -> None:
    await cli.use(CONFIG, "awb", None, None, 0.5)
    assert capsys.readouterr().out == "flite awb, speed 1, volume 0.5\n"
    assert chosen.load(CONFIG.voice).embedded_voice == "awb"
