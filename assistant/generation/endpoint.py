"""Where a model is asked: address, name and key, and how long is waited."""

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from assistant.config.generation import Generation, ModelServer
from assistant.generation.base import GenerationUnavailable

_NO_KEY = "I have no key for the language model; please check generation.api_key_file."


@dataclass(frozen=True, slots=True)
class Key:
    """Where the key stands. It is read for each question, so that a new one needs no restart, and shown nowhere."""

    given: SecretStr = field(default=SecretStr(""), repr=False)
    file: Path | None = None
    variable: str = ""

    def read(self) -> str:
        """Blocking; empty: none is needed. Raises `GenerationUnavailable` where a file or variable has none."""
        if self.file is not None:
            try:
                key = self.file.expanduser().read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                detail = f"the key's file {self.file} cannot be read ({type(error).__name__})"
                raise GenerationUnavailable(_NO_KEY, detail) from None
        elif self.variable:
            key = os.environ.get(self.variable, "").strip()
        else:
            return self._whole(self.given.get_secret_value().strip())
        if not key:
            where = f"file {self.file}" if self.file is not None else f"variable {self.variable}"
            raise GenerationUnavailable(_NO_KEY, f"the key's {where} is empty")
        return self._whole(key)

    @staticmethod
    def _whole(key: str) -> str:
        if not key.isascii() or not key.isprintable():  # else aiohttp's error would have it in its text
            raise GenerationUnavailable(_NO_KEY, "the key has characters that no header may have")
        return key


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model at one server. `url` ends in `/v1` or whatever stands before `/chat/completions`; `model` empty: the
    first that the server has."""

    url: str
    model: str = ""
    key: Key = Key()

    @property
    def shown(self) -> str:
        """The address without a name and password that may be in it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")

    @property
    def on_this_machine(self) -> bool:
        host = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a server may take, in seconds: to be reached, for the first piece, between two pieces, and in all. The
    time that the consumer takes counts for none of them."""

    connect_s: float = 2.0
    first_token_s: float = 10.0
    idle_s: float = 15.0
    total_s: float = 60.0
    max_tokens: int = 200


def limits_of(settings: Generation) -> Limits:
    return Limits(
        connect_s=settings.connect_timeout_s,
        first_token_s=settings.first_token_timeout_s,
        total_s=settings.total_timeout_s,
        max_tokens=settings.max_tokens,
    )


def configured(settings: Generation) -> list[Endpoint]:
    """Those that the owner named, in the order in which they are asked."""
    found = []
    if settings.url:
        key = Key(settings.api_key, settings.api_key_file)
        found.append(Endpoint(settings.url.rstrip("/"), settings.model, key))
    return found + [_further(each) for each in settings.models]


def _further(server: ModelServer) -> Endpoint:
    key = Key(file=server.api_key_file, variable=server.api_key_variable)
    return Endpoint(server.url.rstrip("/"), server.model, key)
