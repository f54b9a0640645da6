"""Answers that no template has: from a language model where there is one, else an honest no."""

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
from assistant.generation.models import Models
from assistant.generation.openai import OpenAIClient

__all__ = [
    "GenerationUnavailable",
    "Message",
    "Models",
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


def create_generator(config: Generation) -> Models:
    """The models that the owner's settings lead to; `Models.start` begins to look for those that are not named."""
    return Models(config)
