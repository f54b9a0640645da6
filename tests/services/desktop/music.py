"""A real media player, cmus, with some silence to play; and a second one that stands on the bus beside it."""

import os
import pty
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import numpy as np
import soundfile as sf
from dbus_fast import PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusBool, DBusDict, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property

from tests.services.desktop.session import need, wait_until

SONGS = (("Long Way Home", "Ada Bell"), ("Northern Lights", "The Herons"), ("Paper Boats", "The Herons"))
LENGTH_S = 120


def write_songs(folder: Path) -> None:
    """With tags, in the order in which cmus sorts them."""
    folder.mkdir()
    for number, (title, artist) in enumerate(SONGS, 1):
        with sf.SoundFile(folder / f"{number}.flac", "w", 8000, 1, format="FLAC") as song:
            song.title, song.artist, song.album, song.tracknumber = title, artist, "Tests", str(number)
            song.write(np.zeros(8000 * LENGTH_S, np.int16))


class Cmus:
    """cmus in a terminal that nobody sees. `status` is what it says itself, not over D-Bus."""

    def __init__(self, folder: Path) -> None:
        self._socket, self._songs = folder / "cmus", folder / "songs"
        self.process: subprocess.Popen[bytes] | None = None
        self._env = {**os.environ, "CMUS_HOME": str(folder / "home"), "TERM": "xterm", "HOME": str(folder)}
        (folder / "home").mkdir()
        (folder / "home" / "rc").write_text("set output_plugin=pulse\nset softvol=true\n")

    def start(self) -> None:
        self._terminal, tty = pty.openpty()
        self.process = subprocess.Popen(
            ["cmus", "--listen", str(self._socket)],
            env=self._env, stdin=tty, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        os.close(tty)
        wait_until(lambda: self._socket.exists() and "status" in self.ask("-Q"), "cmus")

    def load(self) -> None:
        """The songs; a player that was killed has forgotten them."""
        self.ask("-C", f"add {self._songs}", "set play_sorted=true", "set repeat=true")
        wait_until(lambda: len(self.ask("-C", "save -l -").splitlines()) == len(SONGS), "the songs")

    def ask(self, *arguments: str) -> str:
        done = subprocess.run(
            ["cmus-remote", "--server", str(self._socket), *arguments],
            env=self._env, capture_output=True, text=True, timeout=10,
        )  # fmt: skip
        return done.stdout

    def status(self) -> dict[str, str]:
        """`status`, `position`, `tag title`, `set shuffle`, `set vol_left` …"""
        found = {}
        for line in self.ask("-Q").splitlines():
            words = line.split()
            name = " ".join(words[:2]) if words[0] in ("tag", "set") else words[0]
            found[name] = line[len(name) + 1 :]
        return found

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=10)
            os.close(self._terminal)
        with suppress(FileNotFoundError):
            self._socket.unlink()


@contextmanager
def cmus(folder: Path) -> Iterator[Cmus]:
    """Running, with the songs in its queue of albums. `folder`: a short one, empty."""
    need("cmus", "cmus-remote")
    write_songs(folder / "songs")
    player = Cmus(folder)
    try:
        player.start()
        player.load()
        yield player
    finally:
        player.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Radio(ServiceInterface):
    """The playing half of a second player. `obeys` False: it does nothing of what it is told."""

    def __init__(self, status: str = "Playing") -> None:
        super().__init__("org.mpris.MediaPlayer2.Player")
        self.status = status
        self.obeys = True
        self.told: list[str] = []

    def _do(self, member: str, status: str) -> None:
        self.told.append(member)
        if self.obeys:
            self.status = status

    @dbus_method(name="Play")
    def play(self) -> None:
        self._do("Play", "Playing")

    @dbus_method(name="Pause")
    def pause(self) -> None:
        self._do("Pause", "Paused")

    @dbus_method(name="Stop")
    def stop(self) -> None:
        self._do("Stop", "Stopped")

    @dbus_property(access=PropertyAccess.READ, name="PlaybackStatus")
    def playback_status(self) -> DBusStr:
        return self.status

    @dbus_property(access=PropertyAccess.READ, name="CanGoNext")
    def can_go_next(self) -> DBusBool:
        return False

    @dbus_property(access=PropertyAccess.READ, name="CanSeek")
    def can_seek(self) -> DBusBool:
        return False

    @dbus_property(access=PropertyAccess.READ, name="Metadata")
    def metadata(self) -> DBusDict:
        return {"xesam:title": Variant("s", "Morning News")}


class Identity(ServiceInterface):
    """The other half."""

    def __init__(self, name: str) -> None:
        super().__init__("org.mpris.MediaPlayer2")
        self._name = name

    @dbus_property(access=PropertyAccess.READ, name="Identity")
    def identity(self) -> DBusStr:
        return self._name


@asynccontextmanager
async def radio(address: str, name: str = "Kitchen Radio", status: str = "Playing") -> AsyncIterator[Radio]:
    """The second player, on the bus for the block."""
    connection = await MessageBus(bus_address=address).connect()
    player = Radio(status)
    for half in (player, Identity(name)):
        connection.export("/org/mpris/MediaPlayer2", half)
    await connection.request_name(f"org.mpris.MediaPlayer2.{name.replace(' ', '').lower()}.instance7")
    try:
        yield player
    finally:
        connection.disconnect()
        await connection.wait_for_disconnect()  # type: ignore[no-untyped-call]
