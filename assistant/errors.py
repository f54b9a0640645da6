"""Errors that a person caused or can mend."""


class UserError(Exception):
    """`str()` is one sentence: what happened, where, and what to do. The command line prints it without a
    traceback and exits with `exit_status`."""

    exit_status = 1

    def __init__(self, message: str, *, exit_status: int | None = None) -> None:
        super().__init__(message)
        if exit_status is not None:
            self.exit_status = exit_status


def leaf(error: BaseException) -> BaseException:
    """The first error inside nested groups: what a TaskGroup wraps is seldom more than one."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
