"""HTML: what a person sees of the page, without its navigation."""

from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from assistant.documents.blocks import Block, Content, block, row

_UNSEEN = ("script", "style", "noscript", "template", "nav", "iframe", "object", "svg", "form", "head")
_BLOCK_TAGS = (
    "address article aside blockquote body dd details div dl dt fieldset figcaption figure footer header hr html li "
    "main ol p pre section summary table tbody td tfoot th thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def read_html(markup: bytes) -> Content:
    """The encoding is the page's own word for it. What is hidden is left out: text that a person does not see is no
    document of theirs."""
    page = BeautifulSoup(markup, "html.parser")
    title = page.title.get_text(" ", strip=True) if page.title else ""
    for tag in page.find_all(_hidden):
        tag.decompose()
    return Content(" ".join(title.split()), tuple(_blocks(page)))


def _hidden(tag: Tag) -> bool:
    style = "".join(str(tag.get("style") or "").lower().split())
    return (
        tag.name in _UNSEEN
        or tag.has_attr("hidden")
        or tag.get("aria-hidden") == "true"
        or any(each in style for each in ("display:none", "visibility:hidden", "font-size:0"))
    )


def _blocks(page: Tag) -> Iterator[Block]:
    """Without recursion: a page may be nested as deeply as it likes."""
    words: list[str] = []
    headers: list[str] = []
    waiting: list[PageElement | None] = list(reversed(page.contents))  # None: a block ends here

    def close() -> list[Block]:
        found = block("".join(words))
        words.clear()
        return found

    while waiting:
        node = waiting.pop()
        if node is None:
            yield from close()
        elif isinstance(node, Tag):
            if node.name in _BLOCKS or node.name in _HEADINGS:
                yield from close()
            if node.name == "tr":
                headers, found = _row(node, headers)
                yield from found
            elif node.name in _HEADINGS:
                yield from block(node.get_text(" ", strip=True), int(node.name[1]))
            else:
                headers = [] if node.name == "table" else headers
                if node.name == "br":
                    words.append(" ")
                if node.name in _BLOCKS:
                    waiting.append(None)
                waiting.extend(reversed(node.contents))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            words.append(str(node))
    yield from close()


def _row(tag: Tag, headers: list[str]) -> tuple[list[str], list[Block]]:
    """Headers of the columns from here on, and the row where it is not them."""
    cells = [cell.get_text(" ", strip=True) for cell in tag.find_all(["td", "th"], recursive=False)]
    if tag.find("td", recursive=False) is None:
        return cells, []
    return headers, block(row(headers, cells))
