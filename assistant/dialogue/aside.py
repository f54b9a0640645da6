"""Sentences that nobody says: a routine has them carried out, in a session of their own."""

from collections.abc import AsyncGenerator
from typing import Protocol

from assistant.dialogue.client import DialogueUnavailable, Message, Parse, TurnDone

_QUESTIONS = frozenset({"confirmation", "error:needs_confirmation"})
"""Sources of questions to which somebody would have to say yes."""


class Understanding(Protocol):
    """What the dialogue offers, and the client of Rasa too."""

    async def parse(self, text: str) -> Parse: ...

    def turn(
        self, sender: str, text: str, turn: int, parse: Parse | None = None
    ) -> AsyncGenerator[Message | TurnDone, None]: ...


class Aside:
    """Loop thread."""

    def __init__(self, dialogue: Understanding) -> None:
        self._dialogue = dialogue
        self._turns = 0

    async def ask(self, session: str, text: str) -> str:
        """What is answered; a question to which a person would have to say yes is none. Raises ConnectionError where
        nobody can answer."""
        self._turns += 1
        try:
            parse = await self._dialogue.parse(text)
            turn = self._dialogue.turn(session, text, self._turns, parse)
            said = [part async for part in turn if isinstance(part, Message)]
        except DialogueUnavailable as error:
            raise ConnectionError(str(error)) from error
        if any(part.source in _QUESTIONS for part in said):
            return f"I left this out, because it needs your yes: {text}."
        return " ".join(part.text for part in said)
