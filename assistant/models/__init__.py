"""Models that the owner may fetch: Whisper for open speech, and Piper voices."""

from assistant.models.installed import find_voice, find_whisper, listing
from assistant.models.missing import how_to_get, why_no_voice, why_no_whisper

__all__ = ["find_voice", "find_whisper", "how_to_get", "listing", "why_no_voice", "why_no_whisper"]
