"""Tokens of other programs and machines: each has a name, which is where its calls come from.

A file of lines `NAME sha256:DIGEST`, or `NAME TOKEN` for who writes it by hand. Only digests are written by us: a
token is 256 random bits, so its digest need not be slow to make.
"""

import hashlib
import hmac
import os
import re
import secrets
import tempfile
from pathlib import Path

from assistant.errors import UserError

SHORTEST_TOKEN = 32  # characters
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_DIGEST = "sha256:"


class Tokens:
    """What a file says, read anew when it has changed. Reading is a matter of microseconds: it is done at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None
        self._digests: dict[str, str] = {}

    def load(self) -> None:
        """Raises `UserError` for a file that cannot be used, or that others can read."""
        try:
            state = self.path.stat()
            stamp = (state.st_mtime_ns, state.st_size)
            if stamp == self._stamp:
                return
            if state.st_mode & 0o077:
                raise UserError(
                    f"Others can read the tokens in {self.path}; close it with: chmod 600 {self.path}"
                )
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            self._stamp, self._digests = None, {}
            return
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"The tokens in {self.path} cannot be read: {error}.") from error
        self._digests = _parsed(text, self.path)
        self._stamp = stamp

    @property
    def names(self) -> tuple[str, ...]:
        """In the file's order."""
        return tuple(self._digests)

    def name_of(self, token: str) -> str | None:
        """Whose it is; None for none. A file that cannot be used any more lets nobody in."""
        try:
            self.load()
        except UserError:
            return None
        digest = _digest(token)
        found = [name for name, known in self._digests.items() if hmac.compare_digest(known, digest)]
        return found[0] if found else None

    def add(self, name: str) -> str:
        """A new token, which is nowhere to be read later. Raises `UserError`."""
        if not _NAME.fullmatch(name):
            raise UserError(
                "A token's name has small letters, digits and hyphens, 32 at most, such as home-assistant.",
                exit_status=2,
            )
        self.load()
        if name in self._digests:
            raise UserError(
                f"There is a token {name} already; remove it first: assistant tokens remove {name}"
            )
        token = secrets.token_urlsafe(32)
        self._write({**self._digests, name: _digest(token)})
        return token

    def remove(self, name: str) -> None:
        """Raises `UserError` when there is none of that name."""
        self.load()
        if name not in self._digests:
            raise UserError(f"There is no token {name}; assistant tokens list shows them.")
        self._write({other: digest for other, digest in self._digests.items() if other != name})

    def _write(self, digests: dict[str, str]) -> None:
        text = "".join(f"{name} {_DIGEST}{digest}\n" for name, digest in digests.items())
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=self.path.parent, prefix=".tokens-")  # mode 0600
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(part).replace(self.path)
        except OSError as error:
            raise UserError(f"{self.path} cannot be written: {error.strerror}.") from error
        self.load()


def _parsed(text: str, path: Path) -> dict[str, str]:
    digests: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2 or not _NAME.fullmatch(words[0]) or words[0] in digests:
            raise UserError(f"{path}, line {number}: expected a name of its own and a token.")
        name, token = words
        if token.startswith(_DIGEST):
            digests[name] = token.removeprefix(_DIGEST).lower()
        elif len(token) < SHORTEST_TOKEN:
            raise UserError(f"{path}, line {number}: a token needs {SHORTEST_TOKEN} characters or more.")
        else:
            digests[name] = _digest(token)
    return digests


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
