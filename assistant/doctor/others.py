"""What else is playing on this machine. Loads no native library."""

import os
from pathlib import Path

from assistant.config.model import Config
from assistant.doctor.check import Check, ok
from audio.others import NoServer, OtherSound


async def other_sound(config: Config) -> Check:
    """Whether what else is playing can be made quieter."""
    if not config.audio.duck_others:
        return ok("other sound", "stays as loud as it is: audio.duck_others is false")
    try:
        server = await OtherSound(Path(os.devnull)).check()
    except NoServer as error:
        # No fault: a box that plays nothing else has no such server, and needs none.
        return ok("other sound", f"stays as loud as it is while the assistant listens and speaks: {error}")
    return ok("other sound", f"is made quieter while the assistant listens and speaks, by {server}")
