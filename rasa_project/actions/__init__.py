"""Custom actions: what the dialogue does. Each calls a service of the assistant and says how it went.

`rasa_sdk` finds the actions because this package imports them.
"""

from actions import (
    calendar,
    calendar_forms,
    clock,
    conversation,
    desktop,
    fallback,
    home,
    knowledge,
    lists,
    media,
    notes,
    services,
    timers,
)

__all__ = [
    "calendar",
    "calendar_forms",
    "clock",
    "conversation",
    "desktop",
    "fallback",
    "home",
    "knowledge",
    "lists",
    "media",
    "notes",
    "services",
    "timers",
]
