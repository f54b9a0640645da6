"""`assistant listen`: a key of the desktop in place of the wake word.

It has to be quick, for the person speaks already: it asks the assistant that runs, and imports little.
"""

from assistant import instances
from assistant.errors import UserError
from assistant.instances import NotThere

ANSWER_TIMEOUT_S = 2.0


def listen(key: str) -> None:
    """`key`: press, hold or release. Raises `UserError`."""
    instance = instances.find()
    if instance is None:
        raise UserError("No assistant is running; start it with `assistant run`.")
    try:
        instance.request("POST", "/api/listen", {"key": key}, timeout_s=ANSWER_TIMEOUT_S)
    except NotThere as error:
        raise UserError(
            "The assistant that is running does not listen: it was started on recordings, or is about to end."
        ) from error
