"""`script/bench echo`, shortened: what it counts."""

import shutil

import numpy as np
import pytest

from benchmarks.echo import alone, answers, talked_over
from benchmarks.refusal.sounds import Studio
from benchmarks.rooms import drifted, echo, impulse_response

pytestmark = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is missing (apt install flite)")


def test_own_voice_and_a_person_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    voices = {voice: answers(Studio(1), voice)[: 12 * 16_000] for voice in ("slt", "rms")}
    rng = np.random.default_rng(1)
    alone(voices, 40 / 60, rng)
    assert ": 0 false starts, 0 without" not in (out := capsys.readouterr().out)
    assert ": 0 false starts" in out
    talked_over({voice: np.tile(pcm, 3) for voice, pcm in voices.items()}, 0, rng)
    assert "noticed 0 of 0" in capsys.readouterr().out


def test_a_room_is_late_decays_and_keeps_its_level() -> None:
    rng = np.random.default_rng(1)
    response = impulse_response(100.0, 0.3, rng)
    assert np.flatnonzero(response)[0] == 1600
    assert np.linalg.norm(response) == pytest.approx(1.0)
    noise = rng.normal(0, 3000, 160_000).astype(np.int16)
    back = echo(noise, response, -6.0)
    assert 20 * np.log10(back[8000:].std() / noise.std()) == pytest.approx(-6.0, abs=0.2)
    ramp = np.arange(100_000.0)
    assert drifted(ramp, 100.0)[50_000] == pytest.approx(49_995.0, abs=0.01)
