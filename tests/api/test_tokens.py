"""Tokens in their file."""

import stat
from pathlib import Path

import pytest

from assistant.api.tokens import Tokens
from assistant.errors import UserError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "tokens"


def test_a_token_is_known_by_its_name_and_nowhere_to_be_read(path: Path) -> None:
    token = Tokens(path).add("home-assistant")
    other = Tokens(path).add("tablet")
    assert token != other
    assert len(token) >= 43
    assert token not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    tokens = Tokens(path)
    assert tokens.name_of(token) == "home-assistant"
    assert tokens.name_of(other) == "tablet"
    assert [tokens.name_of(text) for text in ("", token[:-1], token + "x", "home-assistant", "\udc80")] == [
        None
    ] * 5


def test_changes_are_seen_at_once(path: Path) -> None:
    running = Tokens(path)
    running.load()
    assert running.names == ()
    token = Tokens(path).add("tablet")
    assert running.name_of(token) == "tablet"
    Tokens(path).remove("tablet")
    assert running.name_of(token) is None


def test_written_by_hand(path: Path) -> None:
    path.parent.mkdir()
    path.touch(mode=0o600)
    token = "0123456789abcdef" * 2
    path.write_text(f"# mine\n\ntablet  {token}\n")
    assert Tokens(path).name_of(token) == "tablet"
    Tokens(path).add("phone")
    assert token not in path.read_text(), "what we write holds digests"
    assert Tokens(path).name_of(token) == "tablet"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("tablet short", "line 1: a token needs 32 characters"),
        ("tablet", "line 1: expected"),
        (f"# x\nTablet {'x' * 40}", "line 2: expected"),
        (f"a {'x' * 40}\na {'y' * 40}", "line 2: expected"),
        (f"a {'x' * 40} more", "line 1: expected"),
    ],
)
def test_what_is_no_file_of_tokens(path: Path, content: str, complaint: str) -> None:
    path.parent.mkdir()
    path.touch(mode=0o600)
    path.write_text(content)
    with pytest.raises(UserError, match=complaint):
        Tokens(path).load()
    assert Tokens(path).name_of("x" * 40) is None


def test_a_file_that_others_can_read_lets_nobody_in(path: Path) -> None:
    token = Tokens(path).add("tablet")
    path.chmod(0o640)
    with pytest.raises(UserError, match="chmod 600"):
        Tokens(path).load()
    assert Tokens(path).name_of(token) is None


@pytest.mark.parametrize("name", ["", "Tablet", "a b", "a:b", "a*", "-a", "a" * 33, "ä"])
def test_names_that_would_not_do(path: Path, name: str) -> None:
    with pytest.raises(UserError, match="small letters"):
        Tokens(path).add(name)


def test_names_are_taken_once_and_removed_once(path: Path) -> None:
    Tokens(path).add("tablet")
    with pytest.raises(UserError, match="already"):
        Tokens(path).add("tablet")
    Tokens(path).remove("tablet")
    with pytest.raises(UserError, match="There is no token tablet"):
        Tokens(path).remove("tablet")
