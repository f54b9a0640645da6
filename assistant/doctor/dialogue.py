"""Rasa's environment, and the model trained for what the project says now."""

import asyncio

from assistant.config.model import Config
from assistant.dialogue.environment import rasa_environment
from assistant.dialogue.project import RasaProject
from assistant.doctor.check import Check, fail, ok, warn
from assistant.errors import UserError

# Asks the metadata and imports nothing: importing Rasa takes seconds.
_ASK = (
    "import importlib.metadata as m, platform;"
    "print(m.version('rasa'), m.version('rasa-sdk'), platform.python_version())"
)


async def rasa(config: Config) -> Check:
    """Runs the interpreter of Rasa's environment."""
    project, mend = RasaProject.from_config(config), "script/setup"
    try:
        python = project.python()
    except UserError as error:
        return fail("Rasa", str(error), mend)
    try:
        process = await asyncio.create_subprocess_exec(
            str(python),
            "-c",
            _ASK,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=rasa_environment(),
        )
    except OSError as error:
        return fail("Rasa", f"{python} does not run: {error.strerror}", mend)
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        last = (err.decode(errors="replace").strip().splitlines() or [f"status {process.returncode}"])[-1]
        return fail("Rasa", f"its environment is not whole: {last}", mend)
    version, sdk, python_version = out.decode().split()
    return ok("Rasa", f"{version}, rasa-sdk {sdk}, on Python {python_version}")


def model(config: Config) -> Check:
    """Blocking, for milliseconds."""
    project = RasaProject.from_config(config)
    if project.model.is_file():
        return ok("dialogue model", f"trained for the project as it is now: {project.model}")
    return warn(
        "dialogue model",
        "not trained yet for the project and the names as they are now; the next start trains it first",
        "assistant train",
    )
