"""The sentences of `sets/`, with a development and a held-out half."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "sets"


@dataclass(frozen=True, slots=True)
class Line:
    """`kind`: the heading it stands under."""

    text: str
    kind: str

    @property
    def heldout(self) -> bool:
        """Half of them, always the same."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 1


def load(name: str) -> list[Line]:
    lines, kind = [], ""
    for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("## "):
            kind = line[3:].strip()
        elif line.strip():
            lines.append(Line(line, kind))
    return lines
