"""The calendar services of a configuration."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from assistant.config.calendar import Calendar as Settings
from assistant.errors import UserError
from assistant.services.calendar.caldav import CalDavStore
from assistant.services.calendar.calendars import Calendars
from assistant.services.calendar.changing import CalendarChanging
from assistant.services.calendar.file import FileStore
from assistant.services.calendar.reading import CalendarReading
from assistant.services.calendar.store import CalendarStore, WritableStore
from assistant.services.calendar.subscription import SubscribedFile, SubscribedUrl
from assistant.services.time import Clock
from assistant.services.zones import home_zone

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class CalendarServices:
    """`providers`: objects with services. `close()` lets go of servers."""

    providers: Sequence[object]
    calendars: Calendars

    async def close(self) -> None:
        await self.calendars.close()


def calendar_services(settings: Settings, timezone: str, clock: Clock, folder: Path) -> CalendarServices:
    """`folder`: where the assistant's own calendar file is. No server is asked yet. Raises `UserError` for settings
    that cannot be meant."""
    others = [_subscription(each, clock, settings.timeout_s) for each in settings.subscriptions]
    calendars = Calendars(_own(settings, folder), others, home_zone(timezone))
    begins, ends = time.fromisoformat(settings.day_begins), time.fromisoformat(settings.day_ends)
    reading = CalendarReading(calendars, clock, begins, ends)
    changing = CalendarChanging(calendars, clock, timedelta(minutes=settings.appointment_minutes))
    return CalendarServices((reading, changing), calendars)


def _own(settings: Settings, folder: Path) -> WritableStore:
    if not settings.url:
        return FileStore(settings.file.expanduser() if settings.file else folder / "calendar.ics")
    parts = urlsplit(settings.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UserError(f"calendar.url is no address of a server: {settings.url!r}; it begins with https://.")
    if parts.username or parts.password:
        raise UserError(
            "calendar.url has a password in it; set calendar.user and calendar.password_file instead."
        )
    password = _password(settings)
    if password and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise UserError(
            f"The password would go to {parts.hostname} where everybody can read it; use https:// in calendar.url."
        )
    return CalDavStore(
        settings.url,
        calendar=settings.calendar,
        user=settings.user,
        password=password,
        timeout_s=settings.timeout_s,
    )


def _password(settings: Settings) -> str:
    if settings.password_file is None:
        return settings.password.get_secret_value()
    path = settings.password_file.expanduser()
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"I cannot read {path}, which calendar.password_file names: {error}.") from error


def _subscription(where: str, clock: Clock, timeout_s: float) -> CalendarStore:
    scheme = urlsplit(where).scheme
    if scheme in ("webcal", "webcals"):
        where, scheme = f"https{where[len(scheme) :]}", "https"
    if scheme in ("http", "https"):
        return SubscribedUrl(where, clock.monotonic, timeout_s)
    return SubscribedFile(Path(where.removeprefix("file://")).expanduser())
