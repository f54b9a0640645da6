"""Plain text, as people type it and as PDF files yield it: paragraphs between empty lines, headings by their
look."""

import re

from assistant.documents.blocks import Block, Content, block

_UNDERLINE = re.compile(r"\s*([=\-~_*])\1{2,}\s*$")
_NUMBERED = re.compile(r"(?:§\s*)?(\d+(?:\.\d+)*)[.)]?\s+(?=\S)")
_ITEM = re.compile(r"\s*(?:[-*•·–‣▪◦o]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+(?=\S)")
_DIVIDED = re.compile(r"[a-z]-\Z")
_ENDS = tuple(".,;!?…")
_HEADING_WORDS = 8
_LINE_OF_A_PARAGRAPH = 50  # characters
_SMALL_WORDS = "a an and at by for from if in is of on or the to when with your"
_SMALL = frozenset(_SMALL_WORDS.split())


def read_plain(text: str) -> Content:
    """Lines of one paragraph are joined, with words that were divided at their end."""
    blocks: list[Block] = []
    paragraph: list[str] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").split("\n")

    def close() -> None:
        blocks.extend(block(_joined(paragraph)))
        paragraph.clear()

    for place, line in enumerate(lines):
        before = lines[place - 1] if place else ""
        after = lines[place + 1] if place + 1 < len(lines) else ""
        if not line.strip():
            close()
        elif _UNDERLINE.match(line):
            if len(paragraph) == 1:
                blocks.extend(block(paragraph.pop(), 1 if "=" in line else 2))
            close()
        elif level := _heading_level(line, before, after):
            close()
            blocks.extend(block(line.strip().rstrip(":"), level))
        else:
            if _ITEM.match(line):
                close()
            paragraph.append(_ITEM.sub("", line, count=1) if _is_bullet(line) else line)
    close()
    title = next((each.text for each in blocks if each.level), "")
    return Content(title, tuple(blocks))


def _joined(lines: list[str]) -> str:
    parts: list[str] = []
    for each in lines:
        line = each.strip()
        if parts and _DIVIDED.search(parts[-1]) and line[:1].islower():
            parts[-1] = parts[-1][:-1]
        elif parts:
            parts.append(" ")
        parts.append(line)
    return "".join(parts)


def _is_bullet(line: str) -> bool:
    return bool(re.match(r"\s*[-*•·–‣▪◦]\s", line))


def _heading_level(line: str, before: str, after: str) -> int:
    """0 where it looks like none: a heading is short, ends as no sentence does, and is set apart."""
    words = line.split()
    bare = line.strip()
    if (
        len(words) > _HEADING_WORDS
        or bare.endswith(_ENDS)
        or _is_bullet(line)
        or not re.search(r"[^\W\d_]{2}", bare)
    ):
        return 0
    numbered = _NUMBERED.match(bare)
    if numbered and bare[numbered.end()].isupper() and not before.strip():
        return min(6, numbered[1].count(".") + 1)
    if bare.isupper() and len(bare) > 3:
        return 1
    if bare.endswith(":") or before.strip():
        return 0
    capital = [word for word in words if word[0].isalpha() and word.lower() not in _SMALL]
    in_title_case = bool(capital) and all(word[0].isupper() for word in capital)
    above_a_paragraph = len(after.strip()) > _LINE_OF_A_PARAGRAPH and not _is_bullet(after)
    return 2 if bare[0].isupper() and (not after.strip() or in_title_case or above_a_paragraph) else 0
