"""All that the desktop offers."""

from collections.abc import Callable

from assistant.config.desktop import Desktop
from assistant.events import Event
from assistant.services.desktop.clipboard import ClipboardServices
from assistant.services.desktop.dictation import DictationServices
from assistant.services.desktop.media import MediaServices
from assistant.services.desktop.notifications import NotificationServices
from assistant.services.desktop.open import OpenServices
from assistant.services.desktop.screen import ScreenServices
from assistant.services.desktop.volume import VolumeServices
from assistant.services.time import Clock


def desktop_services(settings: Desktop, clock: Clock, emit: Callable[[Event], None]) -> tuple[object, ...]:
    """Providers for the registry. Making them looks at nothing: a machine without a desktop is found out when something
    is asked of it."""
    return (
        MediaServices(settings, clock, emit),
        VolumeServices(settings),
        OpenServices(settings),
        ClipboardServices(),
        ScreenServices(settings, clock),
        NotificationServices(),
        DictationServices(settings),
    )
