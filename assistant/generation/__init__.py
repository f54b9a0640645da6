"""Answers that no template has: from a language model where the owner configured one, else an honest no."""

from assistant.config.generation import Generation
from assistant.generation.base import (
    GenerationUnavailable,
    Message,
    NoGenerator,
    Piece,
    Request,
    Text,
    TextGenerator,
    Tool,
    ToolCall,
)
from assistant.generation.openai import OpenAIClient

__all__ = [
    "GenerationUnavailable",
    "Message",
    "NoGenerator",
    "OpenAIClient",
    "Piece",
    "Request",
    "Text",
    "TextGenerator",
    "Tool",
    "ToolCall",
    "create_generator",
]


def create_generator(config: Generation) -> TextGenerator:
    """The client for the configured server, or `NoGenerator` where none is."""
    return OpenAIClient(config) if config.url else NoGenerator()
