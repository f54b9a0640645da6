"""Checks every part of the assistant on this machine, and says how to mend what is wrong."""

from assistant.doctor.check import Check, Status
from assistant.doctor.report import as_json, exit_status, render
from assistant.doctor.run import run_checks

__all__ = ["Check", "Status", "as_json", "exit_status", "render", "run_checks"]
