"""The command line: `assistant …`. Commands import what they need when they run, so `--help` is instant."""

from assistant.cli.main import main

__all__ = ["main"]
