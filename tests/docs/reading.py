"""What the documentation tells people to type, and where its links lead."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from assistant import paths

ROOT = paths.source_root()
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*/README.md")))

_FENCE = re.compile(r"^\s*```")
_COMMAND = re.compile(r"^(?:[A-Z_]+=\S*\s+)*(?:script/[\w-]+|(?:\.venv/bin/)?assistant)(?=\s|$)")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`[^`]*`")


@dataclass(frozen=True)
class Command:
    """One line that a person is told to type, without its comment and with single spaces."""

    text: str
    where: str

    @property
    def words(self) -> list[str]:
        """As a shell would read them, variables and program included."""
        return shlex.split(self.text)


def code_lines(page: str) -> Iterator[tuple[int, str]]:
    """Lines of fenced and of indented code, with their number. A line indented below a list is no code."""
    fenced, listed, blank = False, False, True
    for number, line in enumerate(page.splitlines(), 1):
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced:
            yield number, line.strip()
        elif line.startswith("    ") and blank and not listed:
            yield number, line.strip()
            continue  # the next line of the block is code too
        elif line.strip() and not line.startswith(" "):
            listed = bool(re.match(r"[-*+]\s|\d+\.\s", line))
        blank = not line.strip()


def commands(page: str, where: str) -> Iterator[Command]:
    for number, line in code_lines(page):
        if _COMMAND.match(line):
            yield Command(_without_comment(line), f"{where}, line {number}")


def _without_comment(line: str) -> str:
    """Up to a `#` that begins a word outside of quotes."""
    quote = ""
    for at, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#" and (at == 0 or line[at - 1].isspace()):
            line = line[:at]
            break
    return " ".join(line.split())


def documented() -> list[Command]:
    """Every command of all pages; the first place of each."""
    found: dict[str, Command] = {}
    for path in PAGES:
        for command in commands(path.read_text("utf-8"), str(path.relative_to(ROOT))):
            found.setdefault(command.text, command)
    return list(found.values())


def links(page: str) -> Iterator[str]:
    """Targets of the links that lead to this repository."""
    prose = "\n".join(line for line in page.splitlines() if not line.startswith("    "))
    for target in _LINK.findall(_CODE.sub("", prose)):
        if not re.match(r"[a-z]+:", target):
            yield target


def anchors(page: str) -> set[str]:
    """The names that headings can be linked by."""
    headings = re.findall(r"^#+\s+(.*)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
