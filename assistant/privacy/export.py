"""A ZIP file with all that is kept of a person, for them to read."""

import hashlib
import os
import tempfile
import time
import zipfile
from pathlib import Path

import assistant
from assistant.errors import UserError
from assistant.privacy.erase import Found, as_json


def write_archive(target: Path, found: Found, sounds: list[Path]) -> dict[str, int]:
    """One JSON file for each store, the recordings, and `receipt.json`: how many there are of each, with SHA-256 of the
    files. Whole or not at all; its owner alone can read it. How many of each. Blocking. Raises `UserError`."""
    counts = {name: len(rows) for name, rows in found.items() if rows} | (
        {"recordings": len(sounds)} if sounds else {}
    )
    digests: dict[str, str] = {}
    try:
        handle, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # mode 0600
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, rows in found.items():
                _add(archive, f"{name}.json", as_json(rows).encode(), digests) if rows else None
            for path in sounds:
                _add(archive, f"recordings/{path.name}", path.read_bytes(), digests)
            receipt = {
                "made": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
                "by": f"assistant {assistant.__version__}",
                "counts": counts,
                "sha256": digests,
            }
            archive.writestr("receipt.json", as_json(receipt))
        Path(draft).replace(target)
    except OSError as error:
        Path(draft).unlink(missing_ok=True)
        raise UserError(f"{target} cannot be written: {error.strerror}.") from error
    return counts


def _add(archive: zipfile.ZipFile, name: str, content: bytes, digests: dict[str, str]) -> None:
    digests[name] = hashlib.sha256(content).hexdigest()
    archive.writestr(name, content)
