"""For all tests."""

import pytest

from tests.proof import Proof


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Proof(), "proof of controls")
