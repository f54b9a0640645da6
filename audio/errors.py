"""What can go wrong with sound, as sentences that a person can act on."""


class AudioError(Exception):
    """Base of all sound errors; `str()` is one sentence that says what happened, where, and what to do."""


class NoDevice(AudioError):
    """There is no such microphone or speaker, or no sound system at all."""


class DeviceLost(AudioError):
    """A device that was open went away or stopped delivering."""


class BadAudio(AudioError):
    """A file is missing, empty, unreadable or not sound."""


class BadWakeWord(AudioError):
    """A wake word is neither built in nor the path of a microWakeWord model that can be loaded."""


class CannotWrite(AudioError):
    """Sound cannot be written to a file: no folder, no permission, disk full."""
