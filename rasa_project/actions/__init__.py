"""Custom actions: what the dialogue does. Each calls a service of the assistant and says how it went.

`rasa_sdk` finds the actions because this package imports them.
"""

from actions import clock, conversation, fallback, home, knowledge, lists, services, timers

__all__ = ["clock", "conversation", "fallback", "home", "knowledge", "lists", "services", "timers"]
