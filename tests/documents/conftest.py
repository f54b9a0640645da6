"""Libraries in a folder of their own, read by the real reader into the real index."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.config.documents import Documents
from assistant.documents.library import Library

MANUAL = """# Calora boiler

## Water pressure

When the system is cold the gauge should show between 1.0 and 1.5 bar. Refill it below 0.8 bar.

## Guarantee

The guarantee on the heat exchanger is five years.
"""


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A folder with one document in it."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "boiler-manual.md").write_text(MANUAL, encoding="utf-8")
    return folder


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    """Empty."""
    async with Library(Documents(), tmp_path / "state") as made:
        yield made


def pdf(*pages: str) -> bytes:
    """A PDF document with a page for each text, a line for each of its lines (ISO 32000-1, 7.5)."""
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for place, page in enumerate(pages):
        lines = " ".join(f"({line}) Tj T*" for line in page.splitlines())
        stream = f"BT /F1 12 Tf 14 TL 50 750 Td {lines} ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {5 + 2 * place} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    data, offsets = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{each}\nendobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + (end + trailer).encode()
