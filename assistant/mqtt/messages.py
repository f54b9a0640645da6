"""What comes and goes."""

import re
from dataclasses import dataclass

LONGEST_PAYLOAD = 64 * 1024  # bytes
LONGEST_TOPIC = 512  # bytes
_WILD = re.compile(r"[+#\0]")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """To be published. `correlation` needs MQTT 5. `expires_s`: on the loop's clock; later it is not worth sending."""

    topic: str
    payload: bytes
    retain: bool = False
    correlation: bytes = b""
    expires_s: float | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """`retained`: it was published before we came, perhaps long ago. `response_topic`, `correlation`: of MQTT 5, where
    whoever asks wants the answer, and what to put with it."""

    topic: str
    payload: bytes
    retained: bool = False
    response_topic: str = ""
    correlation: bytes = b""

    @property
    def text(self) -> str:
        """The payload; what is no UTF-8 is replaced."""
        return self.payload.decode("utf-8", "replace")


def can_be_published_to(topic: str) -> bool:
    """It is a topic, and no filter for several or one of the broker's own."""
    length = len(topic.encode("utf-8", "replace"))
    return 0 < length <= LONGEST_TOPIC and not _WILD.search(topic) and not topic.startswith("$")
