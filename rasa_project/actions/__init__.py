"""Custom actions: what the dialogue does. Each calls a service of the assistant and says how it went.

`rasa_sdk` finds the actions because this package imports them.
"""

from actions import clock, conversation, desktop, fallback, home, knowledge, lists, media, services, timers

__all__ = ["clock", "conversation", "desktop", "fallback", "home", "knowledge", "lists", "media", "services", "timers"]
