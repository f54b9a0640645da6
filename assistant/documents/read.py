"""One file of whatever kind into blocks. Blocking; what can be malicious is read in a process of its own
(`child.py`)."""

import os
import stat
from pathlib import Path

from assistant.documents.blocks import MOST_CHARACTERS, Content, Unreadable

TEXT = (".txt", ".text")
MARKDOWN = (".md", ".markdown")
HTML = (".html", ".htm", ".xhtml")
PDF = (".pdf",)
KINDS = (*TEXT, *MARKDOWN, *HTML, *PDF)
"""Endings of the files that are read of a folder."""
_OFFICE = (
    ".doc",
    ".docx",
    ".odt",
    ".rtf",
    ".pages",
    ".xls",
    ".xlsx",
    ".ods",
    ".ppt",
    ".pptx",
    ".odp",
    ".epub",
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))


def read_document(path: Path, max_bytes: int, max_pages: int) -> Content:
    """Raises `Unreadable`. A path whose last part is a link is refused: whoever calls has resolved it, and a
    link is one that was put there since."""
    data = _bytes(path, max_bytes)
    name, ending = path.name, path.suffix.lower()
    if not data.strip():
        raise Unreadable(f"{name} is empty.")
    if ending in PDF or data[:1024].lstrip().startswith(b"%PDF-"):
        from assistant.documents.pdf import (
            read_pdf,
        )  # each reader is loaded where it is needed: they are slow

        return read_pdf(data, name, max_pages)
    if ending in _OFFICE:
        raise Unreadable(f"{name} is an office document, which I cannot read; save it as PDF.")
    text = _decoded(data, name)
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(f"{name} holds more text than I can keep of one document; split it.")
    content = _parsed(text, data, ending)
    if not content.blocks:
        raise Unreadable(f"{name} has no words in it.")
    return content


def _parsed(text: str, data: bytes, ending: str) -> Content:
    if ending in HTML or text.lstrip()[:14].lower().startswith(("<!doctype html", "<html")):
        from assistant.documents.html import read_html

        return read_html(data)
    if ending in MARKDOWN:
        from assistant.documents.markdown import read_markdown

        return read_markdown(text)
    from assistant.documents.plain import read_plain

    return read_plain(text)


def _bytes(path: Path, max_bytes: int) -> bytes:
    try:
        # without O_NONBLOCK a named pipe would be waited for
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable(f"{path.name} is no file.")
            if status.st_size > max_bytes:
                raise Unreadable(
                    f"{path.name} has {status.st_size / 1e6:.0f} MB, which is more than `documents.max_file_mb` "
                    f"({max_bytes / 1e6:g})."
                )
            return file.read(max_bytes)
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}.") from error


def _decoded(data: bytes, name: str) -> str:
    """UTF-8, UTF-16 with its mark, or what Windows wrote. Raises `Unreadable` for what is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    start = data[:65_536]
    if b"\0" in start or len(start.translate(None, _CONTROLS)) < 0.98 * len(start):
        raise Unreadable(f"{name} is no text, Markdown, HTML or PDF document.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
