"""Music, volume, programs, clipboard, screen and dictation, as people ask for them."""

from typing import Any

import pytest

from tests.dialogue.conftest import Running

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]


@pytest.fixture(autouse=True)
def _fresh(rasa: Running) -> None:
    rasa.api.forget()


SENTENCES: list[tuple[str, str, dict[str, Any]]] = [
    ("play some music", "media.play", {}),
    ("resume spotify please", "media.play", {"player": "spotify"}),
    ("pause the music", "media.pause", {}),
    ("pause vlc", "media.pause", {"player": "vlc"}),
    ("stop the music", "media.stop", {}),
    ("turn off the music please", "media.stop", {}),
    ("next song please", "media.skip", {"direction": "next"}),
    ("skip this song", "media.skip", {"direction": "next"}),
    ("go back to the previous song", "media.skip", {"direction": "previous"}),
    ("skip forward thirty seconds", "media.seek", {"direction": "forward", "by": "thirty seconds"}),
    ("rewind ten seconds", "media.seek", {"direction": "back", "by": "ten seconds"}),
    ("jump to two minutes", "media.seek", {"direction": "to", "by": "two minutes"}),
    ("start the song over", "media.seek", {"direction": "to"}),
    ("what song is this", "media.playing", {}),
    ("who sings this", "media.playing", {}),
    ("shuffle my songs", "media.shuffle", {"on": True}),
    ("turn off shuffle", "media.shuffle", {"on": False}),
    ("turn the volume up", "volume.change", {"towards": "up"}),
    ("turn the volume down a bit", "volume.change", {"step": -5}),
    ("set the volume to thirty percent", "volume.change", {"level": 30}),
    ("increase the volume by twenty percent", "volume.change", {"step": 20}),
    ("mute the computer", "volume.change", {"muted": True}),
    ("turn the sound back on", "volume.change", {"muted": False}),
    ("how loud is it", "volume.show", {}),
    ("turn the music down", "media.volume", {"step": -10}),
    ("set spotify to forty percent", "media.volume", {"level": 40, "player": "spotify"}),
    ("open firefox", "desktop.open", {"what": "firefox"}),
    ("could you launch the text editor please", "desktop.open", {"what": "text editor"}),
    ("open openshot", "desktop.open", {"what": "openshot"}),
    ("open example dot com", "desktop.open", {"what": "example dot com"}),
    (
        "go to the website news dot example dot org please",
        "desktop.open",
        {"what": "news dot example dot org"},
    ),
    ("read me the clipboard", "clipboard.read", {}),
    ("take a screenshot", "screen.shot", {}),
    ("lock my computer", "screen.lock", {}),
    ("type see you at nine", "dictation.type", {"text": "see you at nine"}),
    ("please type in the words dear ann comma", "dictation.type", {"text": "dear ann comma"}),
]


@pytest.mark.parametrize(("text", "service", "arguments"), SENTENCES)
async def test_one_sentence(
    rasa: Running, sender: str, text: str, service: str, arguments: dict[str, Any]
) -> None:
    answer = await rasa.say(sender, text)
    assert [(call.service, call.arguments) for call in rasa.api.calls] == [(service, arguments)]
    assert answer.sources == [f"service:{service}"]


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("speak louder", "voice.change"),
        ("turn up your volume", "voice.change"),
        ("lower your voice", "voice.change"),
        ("turn on the kitchen light", "home.set"),
        ("open the blinds", "home.set"),
        ("lock the front door", "home.set"),
        ("turn down the heating", "home.set"),
    ],
)
async def test_the_own_voice_and_the_home_are_something_else(
    rasa: Running, sender: str, text: str, service: str
) -> None:
    await rasa.say(sender, text)
    assert [call.service for call in rasa.api.calls] == [service]


async def test_what_it_says(rasa: Running, sender: str) -> None:
    assert "Paper Boats by The Herons" in (await rasa.say(sender, "what's playing")).text
    assert "forty percent" in (await rasa.say(sender, "what's the volume")).text.lower()
    assert (await rasa.say(sender, "what's in the clipboard")).text == "It says: see you at nine"
    assert (await rasa.say(sender, "take a screenshot please")).text == "Saved in the folder Pictures."
    assert (await rasa.say(sender, "lock the screen")).text == "The screen is locked."


async def test_a_title_is_not_looked_for_and_that_is_said(rasa: Running, sender: str) -> None:
    answer = await rasa.say(sender, "play the song yesterday")
    assert rasa.api.calls == []
    assert "yesterday" in answer.text


async def test_louder_music_is_louder_sound_where_no_player_has_a_volume(rasa: Running, sender: str) -> None:
    rasa.api.refuse["media.volume"] = ("no_volume", "cmus has no volume of its own.")
    await rasa.say(sender, "turn up the music")
    assert [(call.service, call.arguments) for call in rasa.api.calls] == [
        ("media.volume", {"step": 10}),
        ("volume.change", {"towards": "up"}),
    ]


async def test_the_last_answer_is_copied(rasa: Running, sender: str) -> None:
    assert (await rasa.say(sender, "copy that")).text.startswith("I haven't said anything")
    said = await rasa.say(f"{sender}:2", "what's playing")
    await rasa.say(f"{sender}:2", "copy your answer")
    assert rasa.api.calls[-1].arguments == {"text": said.text}


async def test_what_to_open_is_asked_for_and_may_be_any_words(rasa: Running, sender: str) -> None:
    question = await rasa.say(sender, "open a program")
    assert question.done.requested_slot == "app"
    await rasa.say(sender, "what time is it")
    answer = await rasa.say(sender, "kerbal space program")
    assert rasa.api.calls[-1].arguments == {"what": "kerbal space program"}
    assert answer.done.active_loop is None


async def test_what_to_open_can_be_left(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "open an application")
    assert (await rasa.say(sender, "never mind")).done.active_loop is None
    assert rasa.api.calls == []


async def test_dictation_types_whatever_is_said_until_its_end(rasa: Running, sender: str) -> None:
    began = await rasa.say(sender, "start dictation")
    assert began.done.requested_slot == "dictated"
    assert "stop dictation" in began.text
    for text in ("dear ann comma", "turn on the kitchen light", "what time is it", "xylophone quartz"):
        answer = await rasa.say(sender, text)
        assert answer.done.requested_slot == "dictated"
        assert answer.sources == ["service:dictation.type"]
    ended = await rasa.say(sender, "stop dictation")
    assert (ended.text, ended.done.active_loop) == ("Okay, dictation is over.", None)
    assert [(call.service, call.arguments) for call in rasa.api.calls] == [
        ("dictation.type", {"text": "dear ann comma", "follows": False}),
        ("dictation.type", {"text": "turn on the kitchen light", "follows": True}),
        ("dictation.type", {"text": "what time is it", "follows": True}),
        ("dictation.type", {"text": "xylophone quartz", "follows": True}),
    ]
    await rasa.say(sender, "turn on the kitchen light")
    assert rasa.api.calls[-1].service == "home.set"


async def test_stop_ends_a_dictation_and_another_begins_anew(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "take a dictation please")
    await rasa.say(sender, "first words")
    assert (await rasa.say(sender, "stop")).done.active_loop is None
    await rasa.say(sender, "start dictation")
    await rasa.say(sender, "other words")
    assert rasa.api.calls[-1].arguments == {"text": "other words", "follows": False}


async def test_a_window_that_is_refused_does_not_end_a_dictation(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "start dictation")
    rasa.api.refuse["dictation.type"] = ("terminal", "I don't type into xterm.")
    answer = await rasa.say(sender, "list all the files")
    assert answer.text == "I don't type into xterm."
    assert answer.done.requested_slot == "dictated"
    rasa.api.refuse.clear()
    assert (await rasa.say(sender, "kind regards")).text == "Typed."


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("stop dictation", "There's no dictation"),
        ("type something", "Say type"),
        ("set the volume", "How loud"),
        ("fast forward", "How far"),
    ],
)
async def test_what_is_missing_is_said(rasa: Running, sender: str, text: str, beginning: str) -> None:
    assert (await rasa.say(sender, text)).text.startswith(beginning)
    assert rasa.api.calls == []


@pytest.mark.parametrize(
    "text", ["play some music", "turn up the volume", "open firefox", "type hello", "skip this song"]
)
async def test_nothing_is_done_ahead(rasa: Running, sender: str, text: str) -> None:
    parse = await rasa.client.parse(text)
    assert await rasa.client.preview(sender, text, 1, parse) == []
    assert [call for call in rasa.api.calls if call.service != "volume.show"] == []


async def test_no_failure_is_silent(rasa: Running, sender: str) -> None:
    rasa.api.refuse = {
        "media.play": ("no_player", "No media player is running. Open one first."),
        "desktop.open": ("unknown_application", "I found no application called minesweeper."),
    }
    assert (await rasa.say(sender, "play music")).text == "No media player is running. Open one first."
    assert "minesweeper" in (await rasa.say(sender, "open the program minesweeper")).text
