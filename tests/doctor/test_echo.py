"""`assistant doctor --audio` on a virtual sound card whose speaker is heard by its microphone, as late and as loud as
was asked for; and what it says about measurements that no virtual card gives."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.doctor import exit_status
from assistant.doctor.echo import cancelled, judged
from audio.devices import Device
from audio.frames import SAMPLE_RATE_HZ
from audio.loopback import Loopback
from audio.sweep import Answer, Echo, analyse, signal
from tests.sound_card import SoundCard, sound_card

PROGRAM = Path(sys.executable).with_name("assistant")
CARD = Device(0, "Card", "ALSA", 1, 1, 48_000, True, True)
HEARD = Loopback(np.zeros(0, np.int16), 0.1, CARD, CARD, 16_000, 16_000, 0, 0)
ECHO = Echo(0.08, -12.0, 6, 0.0001, 3.0, 1.0)
GOOD = Answer(noise_dbfs=-60.0, loudest=0.3, clipped=0, echo=ECHO)


@pytest.fixture(scope="module")
def card() -> Iterator[SoundCard]:
    with sound_card() as running:
        yield running


@contextmanager
def heard_by_the_microphone(card: SoundCard, latency_ms: int, level_db: float) -> Iterator[None]:
    """PulseAudio carries the speaker's sound into the microphone. Its latency is kept by small changes of rate."""
    module = card.control("load-module", "module-loopback", "source=speaker.monitor", "sink=mic",
                          f"latency_msec={latency_ms}", "adjust_time=1")  # fmt: skip
    (stream,) = card.control("list", "short", "sink-inputs").splitlines()
    card.control("set-sink-input-volume", stream.split()[0], f"{level_db}dB")
    try:
        yield
    finally:
        card.control("unload-module", module.strip())


def doctor(card: SoundCard, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**card.process_env, "ASSISTANT_CONFIG": str(folder / "config.toml")}
    return subprocess.run(
        [PROGRAM, "doctor", "--audio", *arguments], env=env, capture_output=True, text=True, timeout=60
    )


def measured(card: SoundCard, folder: Path) -> dict[str, Any]:
    """On a busy machine it is the virtual card that stumbles, now and then, and moves its delay: then once more."""
    for _ in range(3):
        done = doctor(card, folder, "--json", "--write")
        assert done.returncode == 0, done.stdout + done.stderr
        facts: dict[str, Any] = json.loads(done.stdout)
        if facts["echo"]["heard"] == 6 and facts["echo"]["spread_ms"] < 1:
            break
    return facts


@pytest.mark.sound
def test_measured_is_what_is_true_and_goes_into_the_settings(card: SoundCard, tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text("# mine\n[audio]\nvolume = 0.8\n")
    delays_ms: list[float] = []
    for latency_ms, level_db in ((50, -12.0), (200, -24.0)):
        with heard_by_the_microphone(card, latency_ms, level_db):
            facts = measured(card, tmp_path)
        assert facts["echo"]["level_db"] == pytest.approx(level_db, abs=1.0)
        assert facts["echo"]["heard"] == 6
        assert facts["clipped_samples"] == 0
        assert (
            facts["cancelled_db"] > 6
        )  # the loopback's rate wanders, which no two devices do to that extent
        delays_ms.append(facts["echo"]["delay_ms"])
        written = f"# mine\n[audio]\nvolume = 0.8\necho_delay_ms = {round(delays_ms[-1])}\n"
        assert settings.read_text() == written
    # Buffers of PortAudio, of ALSA's plugin and of the card's two sinks come on top, in both the same.
    assert delays_ms[1] - delays_ms[0] == pytest.approx(150.0, abs=30.0)
    assert 50 < delays_ms[0] < 250


@pytest.mark.sound
def test_a_muted_microphone_is_a_fault_in_a_sentence(card: SoundCard, tmp_path: Path) -> None:
    done = doctor(card, tmp_path, "--write")
    assert done.returncode == 1
    assert "FAIL  noise       the microphone hears nothing at all" in done.stdout
    assert "Unmute it" in done.stdout
    assert "Nothing was written" in done.stderr
    assert not (tmp_path / "config.toml").exists()


@pytest.mark.sound
def test_a_dead_sound_card_is_a_sentence(tmp_path: Path) -> None:
    with sound_card() as dead:
        dead.kill()
        done = doctor(dead, tmp_path)
    assert done.returncode == 1
    assert "FAIL  sound  No microphone was found" in done.stdout
    assert "Traceback" not in done.stderr


def finding(answer: Answer, name: str, heard: Loopback = HEARD, volume: float = 1.0) -> tuple[str, str]:
    (check,) = [check for check in judged(heard, answer, volume).found if check.name == name]
    return check.status, f"{check.detail} -> {check.mend}"


def with_echo(**changes: Any) -> Answer:
    return replace(GOOD, echo=replace(ECHO, **changes))


def test_a_good_room_has_nothing_to_mend() -> None:
    sound = judged(HEARD, GOOD, 0.8)
    assert {check.status for check in sound.found} == {"ok"}
    assert exit_status(sound.found) == 0
    assert sound.settings == {("audio", "echo_delay_ms"): 80}


@pytest.mark.parametrize(
    ("answer", "name", "says"),
    [
        (replace(GOOD, noise_dbfs=-35.0), "noise", "bring it nearer"),
        (replace(GOOD, clipped=40, loudest=1.0), "clipping", "Set audio.volume to 0.50"),
        (replace(GOOD, echo=None), "echo", "With headphones that is right"),
        (with_echo(delay_s=0.45), "echo delay", "too late to cancel"),
        (with_echo(spread_s=0.009), "echo delay", "wanders by 9 ms"),
        (with_echo(level_db=4.0), "echo level", "+4 dB against what is played"),
        (with_echo(drift_ppm=-250.0), "clocks", "-250 ± 1 parts per million"),
    ],
)
def test_what_harms_a_conversation_is_said(answer: Answer, name: str, says: str) -> None:
    status, text = finding(answer, name)
    assert status == "warn"
    assert says in text


def test_an_unsure_drift_is_no_warning() -> None:
    assert finding(with_echo(drift_ppm=150.0, drift_error_ppm=40.0), "clocks")[0] == "ok"
    assert finding(with_echo(drift_ppm=None), "clocks")[0] == "ok"


def test_lost_sound_and_a_volume_of_zero_are_told() -> None:
    assert "2 times at the microphone" in finding(GOOD, "gaps", replace(HEARD, overflows=2))[1]
    assert "audio.volume is 0" in finding(replace(GOOD, echo=None), "echo", volume=0.0)[1]


@pytest.mark.parametrize(("less_db", "status"), [(3.0, "warn"), (25.0, "ok")])
def test_an_echo_that_stays_is_said(less_db: float, status: str) -> None:
    (left,) = [check for check in judged(HEARD, GOOD, 1.0, less_db).found if check.name == "echo left"]
    assert left.status == status
    assert f"{less_db:.0f} dB quieter" in left.detail


def recorded(level_db: float, noise_dbfs: float, delay_s: float = 0.12) -> Loopback:
    """The sweeps in a room without reverberation."""
    sound = signal(SAMPLE_RATE_HZ, 1.0).astype(np.float64) * 10 ** (level_db / 20)
    heard = np.random.default_rng(5).normal(0.0, 32768 * 10 ** (noise_dbfs / 20), len(sound) + 8_000)
    at = round((HEARD.start_s + delay_s) * SAMPLE_RATE_HZ)
    heard[at : at + len(sound)] += sound
    return replace(HEARD, recording=np.round(heard).astype(np.int16))


def test_the_canceller_itself_tells_what_it_leaves() -> None:
    heard = recorded(-12.0, -70.0)
    answer = analyse(heard.recording, heard.start_s, 1.0)
    assert answer.echo is not None
    less_db = cancelled(heard, answer, answer.echo, 1.0)
    assert less_db is not None
    assert less_db > 15


def test_an_echo_within_the_noise_says_nothing_of_the_canceller() -> None:
    heard = recorded(-30.0, -45.0)
    answer = analyse(heard.recording, heard.start_s, 1.0)
    assert answer.echo is not None
    assert cancelled(heard, answer, answer.echo, 1.0) is None


def test_an_echo_that_clips_is_turned_down() -> None:
    loud = judged(HEARD, replace(GOOD, clipped=40), 0.8)
    assert loud.settings["audio", "volume"] == 0.4
