"""What people say goes unencrypted to machines of their own network only."""

import pytest

from assistant.config import load
from assistant.errors import UserError


@pytest.mark.parametrize(
    "url",
    ["", "http://127.0.0.1:8080/v1", "http://[::1]:1/v1", "http://localhost:1/v1", "http://192.168.1.5/v1", "http://nas/v1",
     "http://box.local:11434/v1", "http://box.home.arpa/v1", "https://models.example.org/v1", "https://8.8.8.8/v1"],
)  # fmt: skip
def test_addresses_that_are_fine(url: str) -> None:
    assert load(overrides=[f"generation.url={url}"], environ={}).generation.url == url


@pytest.mark.parametrize(
    ("url", "word"),
    [("http://models.example.org/v1", "https"), ("http://8.8.8.8/v1", "https"), ("ftp://nas/v1", "web address"),
     ("models.example.org", "web address"), ("http:///v1", "web address"), ("http://nas:99999/v1", "web address")],
)  # fmt: skip
def test_addresses_that_are_refused(url: str, word: str) -> None:
    with pytest.raises(UserError, match=word):
        load(overrides=[f"generation.url={url}"], environ={})
    with pytest.raises(UserError, match=word):
        load(overrides=[f'generation.models=[{{"url": "{url}"}}]'], environ={})
