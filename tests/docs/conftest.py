"""People who follow the documentation; the fixtures are those of the end-to-end tests."""

from tests.e2e.conftest import person, rasa_is_there

__all__ = ["person", "rasa_is_there"]
