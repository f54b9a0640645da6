"""The loopback HTTP interface through which the dialogue's actions reach services and generation."""

from assistant.api.server import ApiServer

__all__ = ["ApiServer"]
