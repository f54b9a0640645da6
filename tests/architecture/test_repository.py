"""What the repository holds works on any machine, and says what it needs."""

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

from assistant import paths

ROOT = paths.source_root()

# Put together here, so that this file is not the one that is found.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("crates", "io"),
        ("deb", "debian", "org"),
        ("proxy", "golang", "org"),
        ("docker", "io"),
    )
)
# A folder of one machine, at the beginning of a path: neither part of a word, of an address nor of a longer path.
MACHINE_PATH = re.compile(r"(?<![\w/.:})$~-])/(?:work|root)(?![\w-])")


@cache
def files() -> tuple[Path, ...]:
    """Everything under version control but the lock files, which name where each package came from."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=30
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    names = (name for name in listed.stdout.decode().split("\0") if name and not name.endswith(".lock"))
    return tuple(path for name in names if (path := ROOT / name).is_file())


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    found: list[str] = []
    for path in files():
        content = path.read_bytes()
        if b"\0" in content:  # sound, models
            continue
        for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}, line {number}: {line.strip()}")
    return found


def test_no_registry_is_named() -> None:
    """Where packages come from is for the owner's settings and the lock files to say."""
    assert lines_with(re.compile("|".join(map(re.escape, REGISTRIES)))) == []


def test_no_path_of_one_machine() -> None:
    assert lines_with(MACHINE_PATH) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cd /" + "work/main", True),
        ('open("/' + 'root/.cache")', True),
        ("/" + "work", True),
        ("https://example.com/work/", False),
        ("rest/root.py", False),
        ("{folder}/work", False),
        ("/workers", False),
        ("~/work", False),
    ],
)
def test_what_counts_as_such_a_path(text: str, found: bool) -> None:
    assert bool(MACHINE_PATH.search(text)) == found


@pytest.mark.parametrize("project", ["pyproject.toml", "rasa_project/pyproject.toml"])
def test_every_dependency_has_a_lower_bound(project: str) -> None:
    settings = tomllib.loads((ROOT / project).read_text("utf-8"))
    groups = settings.get("dependency-groups", {}).values()
    direct = [*settings["project"]["dependencies"], *(each for group in groups for each in group)]
    assert direct
    assert [each for each in direct if not re.search(r"(>=|==|~=)\s*\d", each)] == []
