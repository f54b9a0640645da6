"""Dependencies point one way. The table says which part may import which; whoever wants a new arrow adds it there,
where a reader sees it."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from assistant import paths

EVERYWHERE = {"config", "errors", "events", "paths"}
"""What every part of `assistant` may import."""

ARROWS: dict[str, set[str]] = {
    # sound knows nothing of the assistant
    "audio": set(),
    # what everybody stands on
    "errors": set(),
    "paths": set(),
    "events": set(),
    "config": {"errors", "paths"},
    # parts that can be used alone
    "bus": set(),
    "instances": set(),
    "models": set(),
    "mqtt": set(),
    "storage": set(),
    "observe": {"bus", "safety"},
    "safety": set(),
    "services": {"mqtt", "oversight", "storage", "safety"},
    "documents": {"storage"},
    "generation": {"dialogue", "documents", "models", "safety", "services", "synthesis"},
    "privacy": {"audio", "bus", "documents", "oversight", "recognition", "safety", "storage"},
    "oversight": {"bus", "safety", "storage"},
    "plugins": {"services"},
    "dialogue": {"plugins", "safety", "services"},
    "recognition": {"audio", "dialogue", "models"},
    "synthesis": {"audio", "models"},
    # what puts them together
    "api": {"services"},
    "conversation": {
        "audio",
        "bus",
        "dialogue",
        "generation",
        "observe",
        "recognition",
        "safety",
        "synthesis",
    },
    "app": {
        "api",
        "bus",
        "conversation",
        "dialogue",
        "documents",
        "generation",
        "observe",
        "oversight",
        "plugins",
        "privacy",
        "safety",
        "services",
        "storage",
        "synthesis",
    },
    "voices": {"services", "synthesis"},
    "engines": {"app", "dialogue", "recognition", "synthesis", "voices"},
    "vocabulary": {"app", "dialogue", "recognition", "storage"},
    "channels": {
        "api",
        "app",
        "audio",
        "bus",
        "conversation",
        "engines",
        "instances",
        "mqtt",
        "observe",
        "recognition",
        "services",
        "synthesis",
    },
    "doctor": {"audio", "dialogue", "generation", "models", "recognition", "services", "synthesis"},
}
"""`cli` is not in it: it may import everything, and nothing may import it."""

ROOT = paths.source_root()
FILES = sorted([*(ROOT / "audio").rglob("*.py"), *(ROOT / "assistant").rglob("*.py")])


def part_of(module: str) -> str | None:
    """The part that a module belongs to: `audio`, or the first name below `assistant`."""
    words = module.split(".")
    if words[0] == "assistant":
        return words[1] if len(words) > 1 else None
    return "audio" if words[0] == "audio" else None


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Modules that are imported anywhere in the file, inside functions too, with the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute here"
            module = node.module or ""
            if module == "assistant":
                yield from ((f"assistant.{name.name}", node.lineno) for name in node.names)
            else:
                yield module, node.lineno


def violations(path: Path, source: str) -> list[str]:
    relative = path.relative_to(ROOT)
    me = part_of(".".join(relative.with_suffix("").parts))
    if me in (None, "__init__", "cli"):
        return []
    assert me is not None
    if me not in ARROWS:
        return [f"{relative}: the part {me!r} has no line in the table of arrows"]
    allowed = ARROWS[me] | {me} | (set() if me == "audio" or me in EVERYWHERE else EVERYWHERE)
    return [
        f"{relative}, line {line}: {me} must not import {other}"
        for module, line in imported(ast.parse(source))
        if (other := part_of(module)) is not None and other not in allowed
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_arrows(path: Path) -> None:
    assert violations(path, path.read_text("utf-8")) == []


def test_no_arrow_leads_back() -> None:
    """Raises CycleError, which names the parts that go round in a circle."""
    assert len(list(TopologicalSorter(ARROWS).static_order())) == len(ARROWS)


def test_nothing_may_import_the_command_line() -> None:
    assert all("cli" not in allowed for allowed in ARROWS.values())


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("audio/ring.py", "from assistant import paths"),
        ("audio/ring.py", "import assistant.errors"),
        ("assistant/services/timers.py", "def f():\n    from assistant.conversation import machine"),
        ("assistant/recognition/sphinx.py", "import assistant.channels.sound"),
        ("assistant/app.py", "from assistant.cli import main"),
        ("assistant/errors.py", "from assistant.config import Config"),
        ("assistant/novelty/new.py", ""),
    ],
)
def test_a_wrong_import_is_noticed(file: str, source: str) -> None:
    assert len(violations(ROOT / file, source)) == 1
