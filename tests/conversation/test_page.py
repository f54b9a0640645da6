"""docs/turn-taking.md names tests; each of them exists."""

import re

from assistant import paths


def test_the_tests_that_the_page_names_exist() -> None:
    root = paths.source_root()
    page = (root / "docs" / "turn-taking.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    sources = "".join(path.read_text(encoding="utf-8") for path in (root / "tests").rglob("test_*.py"))
    missing = named - set(re.findall(r"^(?:async )?def (test_\w+)", sources, re.MULTILINE))
    assert len(named) > 20
    assert missing == set()
