"""The command line: `assistant …`. Commands import what they need when they run, so `--help` is instant."""

import signal


def main() -> None:
    """The entry point."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Ctrl-C while modules are loaded just ends; once there is something to close, `common.run` does.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from assistant.cli.program import main as run_command

    run_command()


__all__ = ["main"]
