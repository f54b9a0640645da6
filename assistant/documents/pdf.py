"""The text of PDF files."""

import io
from collections import Counter

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from assistant.documents.blocks import MOST_CHARACTERS, Content, Unreadable
from assistant.documents.plain import read_plain


def read_pdf(data: bytes, name: str, max_pages: int) -> Content:
    """`name` is for the message. Raises `Unreadable`: encrypted, damaged, too many pages, or only pictures of
    text."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not _opens_without_password(reader):
            raise Unreadable(f"{name} is protected by a password; save it without one.")
        count = len(reader.pages)
        if count > max_pages:
            raise Unreadable(
                f"{name} has {count} pages, which is more than `documents.max_pages` ({max_pages})."
            )
        pages: list[str] = []
        for page in reader.pages:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > MOST_CHARACTERS:
                raise Unreadable(f"{name} holds more text than I can keep of one document; split it.")
        title = str((reader.metadata and reader.metadata.title) or "")
    except Unreadable:
        raise
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RecursionError,
        NotImplementedError,
    ) as error:
        # a damaged file can make pypdf stumble anywhere, not only where it looks for damage
        raise Unreadable(f"{name} is damaged, or no PDF that I can read; open and save it anew.") from error
    content = read_plain("\n\n".join(_without_running_titles(pages)))
    if not content.blocks:
        raise Unreadable(f"{name} has no text, only pictures perhaps; have its text recognised first (OCR).")
    return Content(" ".join(title.split()), content.blocks)


def _opens_without_password(reader: PdfReader) -> bool:
    try:
        return bool(reader.decrypt(""))
    except (PyPdfError, ImportError, NotImplementedError):  # AES without the library that knows it
        return False


def _without_running_titles(pages: list[str]) -> list[str]:
    """Lines that stand at the top or the bottom of more than half of the pages, and page numbers, are left out."""
    if len(pages) < 3:
        return pages
    split = [[line for line in page.splitlines() if line.strip()] for page in pages]
    edges = Counter(line.strip() for lines in split for line in {*lines[:1], *lines[-1:]})
    running = {line for line, count in edges.items() if count > len(pages) / 2}
    kept = []
    for page in pages:
        lines = page.splitlines()
        kept.append(
            "\n".join(line for line in lines if line.strip() not in running and not line.strip().isdigit())
        )
    return kept
