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
    level = 0

    def close() -> list[Block]:
        found = block("".join(words), level)
        words.clear()
        return found

    node: PageElement | None = page.next_element
    headers: list[str] = []
    while node is not None:
        after = node.next_element
        if isinstance(node, Tag):
            if node.name == "table":
                headers = []
            if node.name == "tr":
                yield from close()
                cells = [
                    cell.get_text(" ", strip=True) for cell in node.find_all(["td", "th"], recursive=False)
                ]
                if node.find("td", recursive=False) is None:
                    headers = cells
                else:
                    yield from block(row(headers, cells))
                after = _behind(node)
            elif node.name in ("h1", "h2", "h3", "h4", "h5", "h6"):
                yield from close()
                yield from block(node.get_text(" ", strip=True), int(node.name[1]))
                after = _behind(node)
            elif node.name in _BLOCKS or node.name == "br":
                if node.name == "br":
                    words.append(" ")
                else:
                    yield from close()
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            words.append(str(node))
        if node.parent is not None and after is not None and _ends_block(node, after):
            yield from close()
        node = after
    yield from close()


def _behind(tag: Tag) -> PageElement | None:
    """What comes after it and all that is in it."""
    last: PageElement | None = tag
    while isinstance(last, Tag) and last.contents:
        last = last.contents[-1]
    return last.next_element if last is not None else None


def _ends_block(node: PageElement, after: PageElement) -> bool:
    """Whether a block that holds the one is closed before the other."""
    if isinstance(node, Tag) and after.parent is node:
        return False
    parent = node.parent
    while parent is not None and after.parent is not parent:
        if parent.name in _BLOCKS:
            return True
        parent = parent.parent
    return False
