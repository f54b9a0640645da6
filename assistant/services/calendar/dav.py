"""The XML of CalDAV (RFC 4791 on RFC 4918 and RFC 5397): what is asked, and what is read from answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.sax.saxutils import escape

_D = "{DAV:}"
_C = "{urn:ietf:params:xml:ns:caldav}"
_NAMES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"'

WHAT_IS_HERE = (
    f'<?xml version="1.0" encoding="utf-8"?><d:propfind {_NAMES}><d:prop><d:resourcetype/><d:displayname/>'
    "<d:current-user-principal/><c:calendar-home-set/><c:supported-calendar-component-set/>"
    "<d:current-user-privilege-set/></d:prop></d:propfind>"
)


class NotDav(Exception):
    """The answer is not what a CalDAV server sends."""


@dataclass(frozen=True, slots=True)
class Found:
    """One resource of a multi-status answer; paths as the server wrote them. `components` is empty where the server
    does not say which it takes, `writable` True where it does not say who may write."""

    href: str
    name: str = ""
    is_calendar: bool = False
    components: tuple[str, ...] = ()
    writable: bool = True
    principal: str = ""
    home: str = ""
    etag: str = ""
    data: str = ""
    status: int = 200

    @property
    def takes_events(self) -> bool:
        return self.is_calendar and (not self.components or "VEVENT" in self.components)


def between_query(start: datetime, end: datetime) -> str:
    """Events with something in [start, end) (RFC 4791, 9.9); the server unfolds what is repeated."""
    return _query(f'<c:time-range start="{_utc(start)}" end="{_utc(end)}"/>')


def uid_query(uid: str) -> str:
    """The object of a UID."""
    match = f'<c:text-match collation="i;octet">{escape(uid)}</c:text-match>'
    return _query(f'<c:prop-filter name="UID">{match}</c:prop-filter>')


def multistatus(body: bytes) -> list[Found]:
    """Raises `NotDav`."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise NotDav(str(error)) from error
    if root.tag != f"{_D}multistatus":
        raise NotDav(f"the answer is a {root.tag}")
    return [_found(response) for response in root.findall(f"{_D}response")]


def chosen(found: Sequence[Found], wanted: str) -> Found | None:
    """The calendar of that name, whatever its capitals; without one, the first that takes appointments."""
    calendars = [one for one in found if one.takes_events]
    if wanted:
        calendars = [one for one in calendars if one.name.casefold() == wanted.casefold()]
    return next((one for one in calendars if one.writable), calendars[0] if calendars else None)


@dataclass
class _Values:
    props: dict[str, ElementTree.Element] = field(default_factory=dict)

    def text(self, tag: str, inner: str = "") -> str:
        found = self.props.get(tag)
        if found is not None and inner:
            found = found.find(inner)
        return (found.text or "").strip() if found is not None else ""


def _found(response: ElementTree.Element) -> Found:
    values = _Values()
    for part in response.findall(f"{_D}propstat"):
        if " 200 " in f"{part.findtext(f'{_D}status', '')} ":
            for prop in part.findall(f"{_D}prop"):
                values.props.update({child.tag: child for child in prop})
    kinds = values.props.get(f"{_D}resourcetype")
    takes = values.props.get(f"{_C}supported-calendar-component-set")
    rights = values.props.get(f"{_D}current-user-privilege-set")
    allowed = {right.tag for each in _privileges(rights) for right in each}
    status = response.findtext(f"{_D}status", "").split()
    return Found(
        href=response.findtext(f"{_D}href", "").strip(),
        name=values.text(f"{_D}displayname"),
        is_calendar=kinds is not None and kinds.find(f"{_C}calendar") is not None,
        components=tuple(each.get("name", "") for each in takes) if takes is not None else (),
        writable=not allowed or bool(allowed & {f"{_D}write", f"{_D}write-content", f"{_D}all"}),
        principal=values.text(f"{_D}current-user-principal", f"{_D}href"),
        home=values.text(f"{_C}calendar-home-set", f"{_D}href"),
        etag=values.text(f"{_D}getetag"),
        data=values.text(f"{_C}calendar-data"),
        status=int(status[1]) if len(status) > 1 and status[1].isdecimal() else 200,
    )


def _privileges(rights: ElementTree.Element | None) -> list[ElementTree.Element]:
    return rights.findall(f"{_D}privilege") if rights is not None else []


def _query(condition: str) -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><c:calendar-query {_NAMES}>'
        "<d:prop><d:getetag/><c:calendar-data/></d:prop>"
        '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
        f"{condition}</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
    )


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
