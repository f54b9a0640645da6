"""Markdown, as CommonMark and its tables have it."""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.documents.blocks import Block, Content, block, row


def read_markdown(text: str) -> Content:
    """Formatting, addresses of links and HTML are left out; code is kept as text."""
    tokens = MarkdownIt("commonmark").enable("table").parse(_without_front_matter(text))
    blocks = tuple(_blocks(tokens))
    return Content(next((each.text for each in blocks if each.level), ""), blocks)


def _without_front_matter(text: str) -> str:
    if text.startswith("---\n") and (end := text.find("\n---", 3)) != -1:
        return text[end + 4 :]
    return text


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    level = 0
    headers: list[str] = []
    cells: list[str] | None = None
    in_head = False
    for token in tokens:
        match token.type:
            case "heading_open":
                level = int(token.tag[1])
            case "heading_close":
                level = 0
            case "thead_open" | "thead_close":
                in_head = token.type == "thead_open"
            case "tr_open":
                cells = []
            case "tr_close":
                if in_head:
                    headers = cells or []
                else:
                    yield from block(row(headers, cells or []))
                cells = None
            case "inline":
                if cells is None:
                    yield from block(_text(token), level)
                else:
                    cells.append(_text(token))
            case "fence" | "code_block":
                yield from block(token.content)


def _text(inline: Token) -> str:
    parts = []
    for child in inline.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "image":
            parts.append(child.content)
    return "".join(parts)
