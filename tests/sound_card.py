"""A virtual sound card: a PulseAudio daemon of its own, with one speaker and one microphone.

`SoundCard.env` makes a process (PortAudio, ALSA or PulseAudio client) use this card and no other; PortAudio
reads it when it is initialised, so it has to be there when the process starts. `say` is a person speaking
into the microphone, `record` a person listening to the speaker. Every card has its own folder, socket and
daemon: several can be used at once, and by root, and nothing of the machine's own sound set-up is touched.
"""

import os
import select
import shutil
import subprocess
import tempfile
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
import pytest

PROGRAMS = ("pulseaudio", "pactl", "paplay", "parec")
START_TIMEOUT_S = 15.0
RECORDING_RATE_HZ = 48_000
"""Rate of the null sinks, and of recordings: nothing is resampled behind the test's back."""

ASOUNDRC = """
pcm.!default { type pulse }
ctl.!default { type pulse }
pcm.pulse { type pulse }
ctl.pulse { type pulse }
"""


def missing() -> str:
    """Why there can be no virtual sound card here; empty when there can."""
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        return f"no virtual sound card: {', '.join(absent)} missing (apt install pulseaudio pulseaudio-utils)"
    plugins = Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")
    return "" if any(plugins) else "no virtual sound card: libasound2-plugins is missing"


class SoundCard:
    """A running card. Use `sound_card()`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._socket = folder / "native"
        self._log = folder / "pulseaudio.log"
        (folder / "asoundrc").write_text(ASOUNDRC)
        self.env = {
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_RUNTIME_PATH": str(folder / "pulse"),
            "PULSE_STATE_PATH": str(folder / "state"),
            "PULSE_COOKIE": str(folder / "cookie"),
            "PULSE_SERVER": f"unix:{self._socket}",
            "ALSA_CONFIG_PATH": str(folder / "asoundrc"),
        }
        self._daemon: subprocess.Popen[bytes] | None = None
        self._listeners: list[subprocess.Popen[bytes]] = []

    @property
    def process_env(self) -> dict[str, str]:
        """The whole environment for a process that shall use this card."""
        return {**os.environ, **self.env}

    def start(self) -> None:
        rate = f"rate={RECORDING_RATE_HZ} channels=1 channel_map=mono format=s16le"
        with open(self._log, "ab") as log:
            self._daemon = subprocess.Popen(
                ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
                 "--realtime=no", "--high-priority=no", "--disable-shm=yes",
                 f"--load=module-native-protocol-unix auth-anonymous=1 socket={self._socket}",
                 f"--load=module-null-sink sink_name=speaker {rate}",
                 f"--load=module-null-sink sink_name=mic {rate}"],
                env=self.process_env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._wait_until_ready()
        self._pactl("set-default-sink", "speaker")
        self._pactl("set-default-source", "mic.monitor")
        # A null sink takes and gives up to 2 s of sound at a time unless somebody listens closely. A real
        # sound card does not: without listeners every test of latency would measure the null sink.
        self._listeners = [self._listen(sink, subprocess.DEVNULL) for sink in ("speaker", "mic")]
        for sink in ("speaker", "mic"):
            self._wait_for_sound(sink)

    def _listen(self, sink: str, out: int | IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["parec", f"--device={sink}.monitor", "--format=s16le", f"--rate={RECORDING_RATE_HZ}",
             "--channels=1", "--latency-msec=10", "--raw"],
            env=self.process_env, stdout=out, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _wait_for_sound(self, sink: str) -> None:
        """Until its first 2 s are over and it gives sound as it comes."""
        probe = self._listen(sink, subprocess.PIPE)
        try:
            assert probe.stdout is not None
            ready, _, _ = select.select([probe.stdout], [], [], START_TIMEOUT_S)
            if not ready:
                raise RuntimeError(f"the virtual {sink} gives no sound")
        finally:
            _end(probe)
            if probe.stdout is not None:
                probe.stdout.close()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while self._daemon is not None and self._daemon.poll() is None and time.monotonic() < deadline:
            if self._socket.exists() and "mic.monitor" in self._pactl("list", "short", "sources"):
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"PulseAudio did not start:\n{self._log.read_text(errors='replace')}")

    def _pactl(self, *arguments: str) -> str:
        done = subprocess.run(
            ["pactl", *arguments], env=self.process_env, capture_output=True, text=True, timeout=10
        )
        return done.stdout

    def control(self, *arguments: str) -> str:
        """`pactl`, for what only one test wants of its card."""
        done = subprocess.run(
            ["pactl", *arguments], env=self.process_env, capture_output=True, text=True, timeout=10
        )
        if done.returncode:
            raise RuntimeError(f"pactl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def listeners(self) -> int:
        """How many recording streams are open, those of the card itself included."""
        return len(self._pactl("list", "short", "source-outputs").splitlines())

    def say(self, wav: Path) -> None:
        """A person says what is in the file; returns when it has been said."""
        with self.saying(wav) as person:
            person.wait(timeout=300)

    @contextmanager
    def saying(self, wav: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Like `say`, in the background; falls silent at the end of the block."""
        person = subprocess.Popen(
            ["paplay", "--device=mic", "--latency-msec=50", str(wav)], env=self.process_env
        )
        try:
            yield person
        finally:
            _end(person)

    @contextmanager
    def record(self, wav: Path) -> Iterator[None]:
        """A person listens to the speaker; what was heard is in the file (48 kHz mono) after the block."""
        raw = wav.with_suffix(".raw")
        with open(raw, "wb") as out:
            listener = self._listen("speaker", out)
            try:
                _wait_for_bytes(raw)
                yield
                time.sleep(0.3)  # what was played has to pass the monitor's buffer (20 ms) and parec's pipe
            finally:
                _end(listener)
        with wave.open(str(wav), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RECORDING_RATE_HZ)
            file.writeframes(raw.read_bytes())
        raw.unlink()

    def kill(self) -> None:
        """The card is pulled out."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait(timeout=10)

    def stop(self) -> None:
        for process in (*self._listeners, self._daemon):
            if process is not None:
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=5)


def _wait_for_bytes(path: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while path.stat().st_size == 0:
        if time.monotonic() > deadline:
            raise RuntimeError("nothing can be recorded from the virtual sound card")
        time.sleep(0.01)


@contextmanager
def sound_card() -> Iterator[SoundCard]:
    """A running card for the block; skips the test, with the reason, where there can be none."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="card-"))  # not tmp_path: a socket's path is limited to 107 bytes
    card = SoundCard(folder)
    try:
        card.start()
        yield card
    finally:
        card.stop()
        with suppress(OSError):
            shutil.rmtree(folder)


def read_wav(path: Path) -> tuple[npt.NDArray[np.int16], int]:
    """Samples (mono) and rate of a 16-bit WAV."""
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16), file.getframerate()
