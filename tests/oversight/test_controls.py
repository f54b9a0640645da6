"""Each control names tests that are there and are run; a run that does not prove one of them fails."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from assistant.oversight.controls import CONTROLS, Control, unproven
from assistant.paths import source_root

TESTS = sorted({test for control in CONTROLS for test in control.tests})
EVIL = {"skip", "skipif", "xfail"}


@pytest.mark.parametrize("test", TESTS)
def test_a_test_that_is_named_is_there_and_is_always_run(test: str) -> None:
    path, _, name = test.partition("::")
    tree = ast.parse((source_root() / path).read_text("utf-8"))
    [function] = [
        each
        for each in tree.body
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == name
    ]
    nodes = [each for mark in function.decorator_list for each in ast.walk(mark)]
    marks = {each.attr for each in nodes if isinstance(each, ast.Attribute)}
    assert not marks & EVIL


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_a_control_is_somewhere_and_has_a_test(control: Control) -> None:
    assert control.tests
    assert control.functions
    assert [where for where in control.where if not (source_root() / where).exists()] == []


def test_every_function_and_each_duty_of_article_50_has_a_control() -> None:
    assert {function for control in CONTROLS for function in control.functions} == {
        "GOVERN",
        "MAP",
        "MEASURE",
        "MANAGE",
    }
    assert "50(1)" in {article for control in CONTROLS for article in control.articles}
    assert max(Counter(control.name for control in CONTROLS).values()) == 1


def test_what_proves_a_control() -> None:
    control = Control("C", "r", "w", ("MANAGE",), (), ("a::b", "a::c"))
    assert unproven({"a::b": {"passed"}, "a::c": {"passed", "skipped"}}, (control,)) == []
    assert unproven({"a::b": {"passed"}}, (control,)) == ["C: a::c is not there"]
    assert unproven({"a::b": {"skipped"}, "a::c": {"passed", "failed"}}, (control,)) == [
        "C: a::b was skipped",
        "C: a::c failed",
    ]


RUN = """
import sys, pytest
from assistant.oversight.controls import Control
from tests.proof import Proof
control = Control("Doors stay shut", "r", "w", ("MANAGE",), (), ("test_it.py::test_door",))
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]], plugins=[Proof((control,))]))
"""


@pytest.mark.parametrize(
    ("body", "arguments", "status"),
    [
        ("def test_door(): pass", [], 0),
        ("@pytest.mark.skip\ndef test_door(): pass", [], 1),
        ("@pytest.mark.xfail\ndef test_door(): assert False", [], 1),
        ("def test_window(): pass", [], 1),
        ("def test_window(): pass", ["test_it.py"], 0),  # a part of a run
        ("def test_window(): pass", ["-k", "window"], 0),
    ],
)
def test_a_run_without_the_proof_fails(tmp_path: Path, body: str, arguments: list[str], status: int) -> None:
    (tmp_path / "test_it.py").write_text(f"import pytest\n\n{body}\n", "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = .\n", "utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=tmp_path,
        env={"PYTHONPATH": str(source_root()), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == status, ran.stdout + ran.stderr
    assert ("Doors stay shut: test_it.py::test_door" in ran.stdout) == (status == 1)
