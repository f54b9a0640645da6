"""Addresses of servers that are told what people say."""

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

_NEAR = (".local", ".lan", ".home", ".internal", ".localdomain", ".home.arpa")


def is_near(host: str) -> bool:
    """Whether a host is this machine or one of the owner's network, as far as its name tells: nothing is looked up."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_NEAR)
    return address.is_private or address.is_loopback or address.is_link_local


def _safe(url: str) -> str:
    if not url:
        return url
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("it is no web address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("it has to be a web address, such as http://127.0.0.1:8080/v1")
    if parts.scheme == "http" and not is_near(host):
        raise ValueError(
            f"{host} is not of your network, so it has to be https: all that is said would be sent openly"
        )
    return url


ServerUrl = Annotated[str, AfterValidator(_safe)]
"""http to this machine and the owner's network, https to everywhere; or empty."""
