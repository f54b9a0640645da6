"""Models that the owner may fetch: Whisper for open speech, and Piper voices."""

from assistant.models.installed import find_voice, find_whisper, listing

__all__ = ["find_voice", "find_whisper", "listing"]
