"""OTLP over HTTP: traces to a collector, as JSON."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from assistant.errors import UserError
from assistant.observe.otlp import request
from assistant.observe.record import TurnTrace

TIMEOUT_S = 5.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")  # which no proxy can reach
PATH = "/v1/traces"


def endpoint(url: str) -> str:
    """Where traces go; an address without a path is a collector's base. Raises `UserError`."""
    parts = urlsplit(url)
    try:
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        good = False
    if not good:
        raise UserError(f"{url} is no address of a collector; one is http://127.0.0.1:4318.", exit_status=2)
    return urlunsplit(parts._replace(path=parts.path if parts.path.strip("/") else PATH))


class Exporter:
    """Blocking; any thread. Raises `UserError` when the address is none."""

    def __init__(self, url: str) -> None:
        self._url = endpoint(url)
        direct = urllib.request.ProxyHandler({}) if urlsplit(self._url).hostname in LOOPBACK else None
        self._opener = urllib.request.build_opener(*([direct] if direct else []))

    def send(self, traces: Sequence[TurnTrace]) -> None:
        """Raises `UserError` that says why the collector did not take them."""
        body = json.dumps(request(traces)).encode()
        post = urllib.request.Request(self._url, body, {"Content-Type": "application/json"}, method="POST")
        try:
            with self._opener.open(post, timeout=TIMEOUT_S) as answer:
                rejected = _rejected(answer.read(1_000_000))
        except urllib.error.HTTPError as error:
            raise UserError(f"The collector {self._url} answered with status {error.code}.") from error
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "reason", None) or error
            raise UserError(f"The collector {self._url} cannot be reached: {why}.") from error
        if rejected:
            raise UserError(f"The collector {self._url} took all but {rejected} spans.")


def _rejected(body: bytes) -> int:
    """Of a partial success."""
    try:
        return int(json.loads(body or b"{}").get("partialSuccess", {}).get("rejectedSpans", 0))
    except (ValueError, AttributeError, TypeError):
        return 0
