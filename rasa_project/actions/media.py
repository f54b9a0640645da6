"""Music and other media in the desktop's players, and how loud the computer is."""

import re
from typing import Any

from rasa_sdk import Tracker

from actions.api import ServiceError, call_service
from actions.base import Events, Say, SpokenAction, entity, given, intent_of, text_of
from actions.numbers import a_little, is_step, percent

_BACK = re.compile(r"\b(back|rewind|backwards?)\b")
_TO = re.compile(r"\bto\b(?! the (beginning|start))")
_OFF = re.compile(r"\b(off|stop|no|not|don't|longer|in order again)\b")
_STOP = re.compile(r"\b(stop|off|end|kill|no more|enough)\b")
_OF_A_PLAYER = re.compile(r"\b(music|song|track|video|podcast|player|album|playlist)\b")
_SMALL_STEP_PERCENT = 5
_ANY_PLAYER = frozenset({"media player", "music player", "video player", "player"})


class Media(SpokenAction):
    """Whichever player is meant: named, or the one that plays."""

    def name(self) -> str:
        return "action_media"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        await _MEDIA[intent_of(tracker)](say, tracker, given(player=_player(tracker)))
        return []


async def _play(say: Say, tracker: Tracker, player: dict[str, Any]) -> None:
    title = entity(tracker, "media")
    if title:
        say.response("utter_media_no_search", title=title)
        return
    result = await call_service(tracker, "media.play", player)
    response = "utter_media_playing" if result["spoken"] else "utter_media_resumed"
    say.response(response, source="service:media.play", what=result["spoken"])


async def _pause(say: Say, tracker: Tracker, player: dict[str, Any]) -> None:
    stop = bool(_STOP.search(text_of(tracker)))
    service = "media.stop" if stop else "media.pause"
    await call_service(tracker, service, player)
    say.response("utter_media_stopped" if stop else "utter_media_paused", source=f"service:{service}")


async def _skip(say: Say, tracker: Tracker, player: dict[str, Any]) -> None:
    direction = "previous" if intent_of(tracker) == "media_previous" else "next"
    result = await call_service(tracker, "media.skip", {"direction": direction, **player})
    response = "utter_media_playing" if result["spoken"] else "utter_media_skipped"
    say.response(response, source="service:media.skip", what=result["spoken"])


async def _seek(say: Say, tracker: Tracker, player: dict[str, Any]) -> None:
    text, by = text_of(tracker), entity(tracker, "duration")
    if by is None and ("forward" in text or "ahead" in text):
        say.response("utter_media_how_far")
        return
    direction = "back" if _BACK.search(text) else "forward"
    if by is None or (direction == "forward" and _TO.search(text)):
        direction = "to"
    await call_service(tracker, "media.seek", given(by=by, direction=direction, **player))
    response = {"back": "utter_media_back", "to": "utter_media_skipped"}.get(direction, "utter_media_forward")
    say.response(response if by else "utter_media_restarted", source="service:media.seek")


async def _query(say: Say, tracker: Tracker, player: dict[str, Any]) -> None:
    result = await call_service(tracker, "media.playing", player)
    response = "utter_media_query" if result["spoken"] else "utter_media_unknown"
    say.response(response, source="service:media.playing", what=result["spoken"], player=result["player"])


async def _shuffle(say: Say, tracker: Tracker, player: dict[str, Any]) -> None:
    on = not _OFF.search(text_of(tracker))
    await call_service(tracker, "media.shuffle", {"on": on, **player})
    say.response("utter_shuffle_on" if on else "utter_shuffle_off", source="service:media.shuffle")


_MEDIA = {
    "media_play": _play,
    "media_pause": _pause,
    "media_next": _skip,
    "media_previous": _skip,
    "media_seek": _seek,
    "media_query": _query,
    "media_shuffle": _shuffle,
}


class Volume(SpokenAction):
    """Of the player where the sentence is about its music, and it has one; else of the computer. The assistant's own
    voice is another matter: "speak louder"."""

    def name(self) -> str:
        return "action_volume"

    async def perform(self, say: Say, tracker: Tracker) -> Events:
        intent = intent_of(tracker)
        if intent == "ask_volume":
            result = await call_service(tracker, "volume.show", {})
            response = "utter_volume_muted" if result["muted"] else "utter_volume"
            say.response(response, source="service:volume.show", spoken=result["spoken"])
            return []
        if intent in ("mute_volume", "unmute_volume"):
            muted = intent == "mute_volume"
            await call_service(tracker, "volume.change", {"muted": muted})
            say.response("utter_muted" if muted else "utter_unmuted", source="service:volume.change")
            return []
        change = _change(tracker, intent)
        if change is None:
            say.response("utter_which_volume")
        elif not (_is_of_a_player(tracker) and await _player_volume(say, tracker, change)):
            result = await call_service(tracker, "volume.change", change)
            say.response("utter_volume_changed", source="service:volume.change", spoken=result["spoken"])
        return []


def _change(tracker: Tracker, intent: str) -> dict[str, Any] | None:
    """Arguments of `volume.change`; None where it was not said how loud."""
    text, words = text_of(tracker), entity(tracker, "level")
    level = percent(words) if words else None
    if level is not None and not (intent != "set_volume" and is_step(text, words or "")):
        return {"level": level}
    if intent == "set_volume":
        return None
    sign = 1 if intent == "volume_up" else -1
    if level is not None:
        return {"step": sign * level}
    if a_little(text):
        return {"step": sign * _SMALL_STEP_PERCENT}
    return {"towards": "up" if sign > 0 else "down"}


def _is_of_a_player(tracker: Tracker) -> bool:
    return bool(entity(tracker, "app") or _OF_A_PLAYER.search(text_of(tracker)))


async def _player_volume(say: Say, tracker: Tracker, change: dict[str, Any]) -> bool:
    """Whether a player did it. One that was named has to."""
    named = _player(tracker)
    towards = change.get("towards")
    arguments = {"step": 10 if towards == "up" else -10} if towards else dict(change)
    try:
        result = await call_service(tracker, "media.volume", {**arguments, **given(player=named)})
    except ServiceError as error:
        if named or error.code not in ("no_player", "no_volume", "not_here", "player_failed"):
            raise
        return False
    say.response(
        "utter_player_volume_changed",
        source="service:media.volume",
        player=result["player"],
        spoken=result["spoken"],
    )
    return True


def _player(tracker: Tracker) -> str | None:
    name = entity(tracker, "app")
    return None if name in _ANY_PLAYER else name
