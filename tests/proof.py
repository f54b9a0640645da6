"""A run of all tests fails where a control (assistant/oversight/controls.py) has no test that passed.

Part of a run proves nothing either way, so it is left alone: that is one with paths, `-k`, `-m` or the like.
"""

import pytest

from assistant.oversight.controls import CONTROLS, Control, Outcome, unproven


class Proof:
    """A plugin of pytest."""

    def __init__(self, controls: tuple[Control, ...] = CONTROLS) -> None:
        self._controls = controls
        self._outcomes: dict[str, set[Outcome]] = {}
        self._missing: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        seen = self._outcomes.setdefault(report.nodeid.partition("[")[0], set())
        if report.skipped or hasattr(report, "wasxfail"):
            seen.add("skipped")
        elif report.failed:
            seen.add("failed")
        elif report.when == "call":
            seen.add("passed")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not whole(session.config) or session.config.option.collectonly:
            return
        self._missing = unproven(self._outcomes, self._controls)
        if self._missing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._missing:
            terminalreporter.section("controls without a test that passed")
            for line in self._missing:
                terminalreporter.line(line)


def whole(config: pytest.Config) -> bool:
    """All tests run: nothing was chosen."""
    option = config.option
    chosen = option.keyword, option.markexpr, option.deselect, option.ignore, option.ignore_glob
    paths = [str(each) for each in config.args]
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    return not named and not any(chosen) and not getattr(option, "lf", False) and bool(paths)
