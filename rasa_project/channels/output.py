"""The messages of a turn, handed out one by one."""

import asyncio
import logging
from typing import Any

from rasa.core.channels.channel import OutputChannel

logger = logging.getLogger(__name__)

MAX_MESSAGES = 64  # of one turn; Rasa's own limit is 10 predictions


class StreamingOutput(OutputChannel):
    """Hands each message of one turn to a queue."""

    @classmethod
    def name(cls) -> str:
        return "assistant"

    def __init__(self) -> None:
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MAX_MESSAGES)
        self.count = 0
        self.failed = False
        """A message says that something could not be done."""

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """One message with all its parts; Rasa's default sends text and custom data apart."""
        text = (message.get("text") or "").strip()
        custom = message.get("custom") or {}
        if text:
            self.put(text, custom)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        self.put(text, {})

    def put(self, text: str, custom: dict[str, Any]) -> None:
        """Drops it where there are too many; the last place is kept for the end of the turn."""
        if self.messages.qsize() >= MAX_MESSAGES - 1:
            logger.error("A turn has more than %d messages; one is dropped.", MAX_MESSAGES)
            return
        self.count += 1
        self.failed |= str(custom.get("source", "")).startswith("error")
        self.messages.put_nowait(
            {
                "text": text[0].upper() + text[1:],  # a response may begin with a value
                "source": custom.get("source", "template"),
                "spoken": bool(custom.get("spoken", False)),
                "custom": custom,
            }
        )
