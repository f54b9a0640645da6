"""Answers that no template has: from a language model where the owner configured one, else an honest no."""

from assistant.config.model import Generation
from assistant.generation.base import GenerationUnavailable, Message, NoGenerator, TextGenerator
from assistant.generation.openai import OpenAIClient

__all__ = [
    "GenerationUnavailable",
    "Message",
    "NoGenerator",
    "OpenAIClient",
    "TextGenerator",
    "create_generator",
]


def create_generator(config: Generation) -> TextGenerator:
    """The client for the configured server, or `NoGenerator` where none is."""
    return OpenAIClient(config) if config.url else NoGenerator()
