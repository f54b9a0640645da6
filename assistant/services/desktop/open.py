"""Opening applications and pages."""

import asyncio
import logging
import shutil
from collections.abc import Sequence
from typing import Any

from pydantic import Field
from rapidfuzz import fuzz

from assistant.config.desktop import Desktop
from assistant.services.desktop.bus import BusError, session_bus
from assistant.services.desktop.entries import BadEntry, Entry, applications, argv
from assistant.services.desktop.here import display
from assistant.services.desktop.pages import address_of, checked
from assistant.services.desktop.spawn import NotStarted, spawn
from assistant.services.numbers import joined
from assistant.services.service import Input, NoInput, Origin, Risk, ServiceError, service

_log = logging.getLogger(__name__)
_ENOUGH = 85.0  # likeness of two names, in percent
_AS_GOOD = 2.0
_MOST_ASKED = 4
_BROWSER_S = 1.0  # how long a browser has to say that it cannot


class OpenInput(Input):
    what: str = Field(
        description="An application's name, a bookmark's, or an address such as `example.com`.", min_length=1
    )


class OpenServices:
    """Loop thread. What is installed is looked at anew with each call."""

    def __init__(self, settings: Desktop) -> None:
        self._pages = {_plain(name): address for name, address in settings.bookmarks.items()}

    @service("desktop.open", "Open an application or a page.", Risk.REVERSIBLE, timeout_s=8.0, least="member")
    async def open(self, asked: OpenInput, origin: Origin) -> dict[str, Any]:
        display()
        page = self._page(asked.what)
        if page is not None:
            await _open_page(page)
            return {"kind": "page", "name": _shown(page, asked.what), "address": page}
        entry = _meant(await asyncio.to_thread(applications), asked.what)
        try:
            await spawn(argv(entry), folder=entry.folder)
        except (BadEntry, NotStarted) as error:
            _log.warning("%s did not start: %s", entry.name, error)
            raise ServiceError("not_started", f"{entry.name} didn't start. Try it from the menu.") from error
        return {"kind": "application", "name": entry.name}

    @service("desktop.applications", "Tell which applications can be opened.", Risk.READ, least="member")
    async def list_applications(self, asked: NoInput, origin: Origin) -> dict[str, Any]:
        return {"applications": [entry.name for entry in await asyncio.to_thread(applications)]}

    def _page(self, said: str) -> str | None:
        bookmark = self._pages.get(_plain(said))
        if bookmark is None:
            return address_of(said)
        if (address := checked(bookmark)) is None:
            raise ServiceError(
                "bad_address",
                f"The address of the bookmark {said} is no web address. Correct it in the settings.",
            )
        return address


def _meant(entries: Sequence[Entry], said: str) -> Entry:
    """The application whose name is most like it. Raises `ServiceError`: unknown_application, ambiguous."""
    wanted = _plain(said)
    scored = [(_likeness(wanted, entry), entry) for entry in entries]
    best = max((score for score, _ in scored), default=0.0)
    if best < _ENOUGH:
        raise ServiceError("unknown_application", f"I found no application called {said[:60]}.")
    alike = {entry.name: entry for score, entry in scored if score > best - _AS_GOOD}
    if len(alike) > 1:
        which = joined(list(alike)[:_MOST_ASKED], "or")
        raise ServiceError("ambiguous", f"Which one, {which}?")
    return next(iter(alike.values()))


def _likeness(said: str, entry: Entry) -> float:
    """The name itself counts most; then what kind of program it is; then a name of which only a part was said."""
    scores = [fuzz.ratio(said, _plain(entry.name))]
    scores += [0.97 * fuzz.ratio(said, _plain(name)) for name in entry.names]
    if len(said) > 2:
        scores.append(0.94 * fuzz.token_set_ratio(said, _plain(entry.name)))
    return max(scores)


async def _open_page(address: str) -> None:
    if shutil.which("xdg-open"):
        try:
            await spawn(["xdg-open", address], watch_s=_BROWSER_S)
        except NotStarted as error:
            _log.warning("the page was not opened: %s", error)
        else:
            return
    try:
        async with session_bus() as bus:
            await bus.call(
                "org.freedesktop.portal.Desktop",
                "/org/freedesktop/portal/desktop",
                "org.freedesktop.portal.OpenURI",
                "OpenURI",
                "ssa{sv}",
                ["", address, {}],
            )
    except (ServiceError, BusError) as error:
        _log.warning("the page was not opened by the desktop's portal either: %s", error)
        raise ServiceError(
            "no_browser",
            "I found no browser to open the page with. Install the package xdg-utils and choose a default browser.",
        ) from error


def _plain(name: str) -> str:
    words = "".join(c if c.isalnum() or c in ".+#" else " " for c in name.casefold()).split()
    while words[:1] in (["the"], ["my"], ["a"]) and len(words) > 1:
        words = words[1:]
    return " ".join(words)


def _shown(page: str, said: str) -> str:
    """A bookmark as it was called, an address without what nobody says."""
    return (
        said
        if _plain(said).replace(" ", "").isalpha() and "dot" not in said.split()
        else page.split("://")[1].rstrip("/")
    )
