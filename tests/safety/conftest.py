"""The engines that conversations are tested with."""

from tests.conversation.conftest import engines, flite, sphinx

__all__ = ["engines", "flite", "sphinx"]
