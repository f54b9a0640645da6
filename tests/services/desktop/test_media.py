"""Media players over D-Bus: cmus, which really plays, and a second one beside it."""

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from assistant.config.desktop import Desktop
from assistant.events import MusicBegan
from tests.services.desktop.conftest import Desk
from tests.services.desktop.music import SONGS, Cmus, Radio, cmus, radio
from tests.services.desktop.session import wait_until
from tests.sound_card import SoundCard

pytestmark = pytest.mark.sound


@pytest.fixture
def one_player(bus: str, sound: SoundCard) -> Iterator[Cmus]:
    with cmus(Path(tempfile.mkdtemp(prefix="cmus-"))) as player:
        yield player


@pytest.fixture
async def second(bus: str) -> AsyncIterator[Radio]:
    async with radio(bus) as player:
        yield player


async def test_it_plays_pauses_and_goes_on(desk: Desk, one_player: Cmus) -> None:
    assert await desk.did("media.players") == {"players": [{"name": "cmus", "status": "stopped"}]}
    assert await desk.refused("media.playing") == ("not_playing", "Nothing is playing.")
    began = await desk.did("media.play")
    assert one_player.status()["status"] == "playing"
    assert began["spoken"] == "{} by {}".format(*SONGS[0])
    assert (await desk.did("media.playing"))["title"] == SONGS[0][0]
    await desk.did("media.pause")
    assert one_player.status()["status"] == "paused"
    assert await desk.refused("media.pause") == ("not_playing", "Nothing is playing.")
    await desk.did("media.play")
    assert one_player.status()["status"] == "playing"
    await desk.did("media.stop")
    assert one_player.status()["status"] == "stopped"


async def test_who_listens_is_told_once_that_music_began(desk: Desk, one_player: Cmus) -> None:
    await desk.call("media.play", session="kitchen")
    await desk.call("media.play", session="kitchen")  # it plays already
    await desk.call("media.skip", session="kitchen")
    music = [event for event in desk.events if isinstance(event, MusicBegan)]
    assert [(event.session, event.turn, event.player) for event in music] == [("kitchen", 1, "cmus")]


async def test_undo_of_playing_and_of_pausing(desk: Desk, one_player: Cmus) -> None:
    await desk.did("media.play")
    await desk.did("media.pause")
    await desk.did("undo.last")
    assert one_player.status()["status"] == "playing"
    await desk.did("undo.last")
    assert one_player.status()["status"] == "paused"


async def test_next_and_previous(desk: Desk, one_player: Cmus) -> None:
    await desk.did("media.play")
    assert (await desk.did("media.skip"))["title"] == SONGS[1][0]
    assert one_player.status()["tag title"] == SONGS[1][0]
    assert (await desk.did("media.skip", direction="previous"))["title"] == SONGS[0][0]


async def test_previous_is_the_one_before_though_a_player_would_begin_this_one_again(
    desk: Desk, one_player: Cmus
) -> None:
    await desk.did("media.play")
    await desk.did("media.skip")
    one_player.ask("-k", "60")
    wait_until(lambda: int(one_player.status()["position"]) >= 60, "the place in the song")
    assert (await desk.did("media.skip", direction="previous"))["title"] == SONGS[0][0]


async def test_forward_back_to_a_place_and_to_the_beginning(desk: Desk, one_player: Cmus) -> None:
    def position() -> int:
        return int(one_player.status()["position"])

    await desk.did("media.play")
    await desk.did("media.seek", by="a minute")
    assert 60 <= position() <= 63
    await desk.did("media.seek", by="twenty seconds", direction="back")
    assert 40 <= position() <= 44
    await desk.did("media.seek", by=90, direction="to")
    assert 90 <= position() <= 93
    await desk.did("undo.last")
    assert 40 <= position() <= 46
    await desk.did("media.seek", direction="to")
    assert position() <= 2
    assert await desk.refused("media.seek", by="an hour") == ("too_far", "It isn't that long.")
    assert await desk.refused("media.seek") == ("how_far", "How far forward?")


async def test_its_volume_and_random_order(desk: Desk, one_player: Cmus) -> None:
    await desk.did("media.play")
    await desk.did("media.volume", level="forty percent")
    assert one_player.status()["set vol_left"] == "40"
    assert (await desk.did("media.volume", step=10))["level"] == 50
    assert one_player.status()["set vol_left"] == "50"
    await desk.did("undo.last")
    assert one_player.status()["set vol_left"] == "40"
    await desk.did("media.shuffle")
    assert one_player.status()["set shuffle"] != "off"
    await desk.did("media.shuffle", on=False)
    assert one_player.status()["set shuffle"] == "off"


async def test_with_several_the_one_that_plays_is_meant_or_the_one_that_is_named(
    desk: Desk, one_player: Cmus, second: Radio
) -> None:
    assert (await desk.did("media.playing"))["spoken"] == "Morning News"
    await desk.did("media.play", player="cmus")
    assert one_player.status()["status"] == "playing"
    assert (await desk.did("media.pause", player="the kitchen radio"))["players"] == ["Kitchen Radio"]
    assert one_player.status()["status"] == "playing"
    await desk.did("media.play", player="radio")
    assert (await desk.did("media.pause"))["players"] == ["cmus", "Kitchen Radio"]  # whoever wants quiet
    assert (await desk.did("media.play"))["player"] == "Kitchen Radio"  # used last
    await desk.did("undo.last")
    assert second.status == "Paused"
    code, sentence = await desk.refused("media.play", player="gramophone")
    assert code == "unknown_player"
    assert sentence == "I see no media player called gramophone. There is cmus and Kitchen Radio."


async def test_what_a_player_cannot_do_is_said(desk: Desk, second: Radio) -> None:
    assert (await desk.refused("media.skip"))[1] == "There is no next piece in Kitchen Radio."
    assert (await desk.refused("media.seek", by=10))[0] == "cannot_seek"
    assert (await desk.refused("media.volume", level=10))[0] == "no_volume"
    assert (await desk.refused("media.shuffle"))[0] == "no_shuffle"


async def test_a_player_that_does_not_do_it_is_told_of(desk: Desk, second: Radio) -> None:
    second.obeys = False
    assert await desk.refused("media.pause") == ("still_playing", "Kitchen Radio doesn't stop.")
    second.status = "Stopped"
    code, sentence = await desk.refused("media.play")
    assert (code, second.told) == ("not_played", ["Pause", "Play"])
    assert sentence.startswith("Kitchen Radio doesn't start playing.")
    assert not [event for event in desk.events if isinstance(event, MusicBegan)]


@pytest.fixture
def settings() -> Desktop:
    return Desktop(player="cmus")


async def test_where_none_plays_the_one_of_the_settings_is_meant(
    desk: Desk, one_player: Cmus, bus: str
) -> None:
    async with radio(bus, "Aaa Player", "Stopped"):
        assert (await desk.did("media.play"))["player"] == "cmus"


async def test_players_come_and_go(desk: Desk, one_player: Cmus, bus: str) -> None:
    await desk.did("media.play")
    one_player.stop()
    assert await desk.refused("media.pause") == ("not_playing", "Nothing is playing.")
    assert await desk.refused("media.play") == (
        "no_player",
        "No media player is running. Open one first.",
    )
    one_player.start()
    assert (await desk.refused("media.play"))[0] == "not_played"  # it has nothing to play yet
    one_player.load()
    assert (await desk.did("media.play"))["player"] == "cmus"


async def test_one_that_hangs_keeps_nobody_waiting(desk: Desk, one_player: Cmus, second: Radio) -> None:
    assert one_player.process is not None
    os.kill(one_player.process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert (await desk.did("media.playing"))["player"] == "Kitchen Radio"
        assert time.monotonic() - began < 2.5
    finally:
        os.kill(one_player.process.pid, signal.SIGCONT)


async def test_without_a_session_it_says_so(desk: Desk) -> None:
    code, sentence = await desk.refused("media.play")
    assert code == "not_here"
    assert sentence.startswith("There is no desktop session here")


@pytest.mark.parametrize("address", ["unix:path=/nowhere/bus", "nonsense", "tcp:host=127.0.0.1,port=1"])
async def test_a_bus_that_is_not_there_is_told_of_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    assert (await desk.refused("media.play"))[0] == "not_here"


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def test_a_call_that_is_cancelled_leaves_no_connection(desk: Desk, second: Radio, bus: str) -> None:
    before = open_files()
    second.obeys = False
    for _ in range(5):
        call = asyncio.create_task(desk.call("media.pause"))
        await asyncio.sleep(0.02)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
    await desk.registry.close()
    await asyncio.sleep(0.05)
    assert open_files() <= before + 1
