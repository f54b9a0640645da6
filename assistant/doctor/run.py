"""Runs all checks beside each other. None can hide, delay or bring down another.

What loads a native library or a model runs in a process of its own (`assistant.doctor.probe`): a damaged model
can take its process along, and a sound system that hangs cannot be stopped otherwise.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from assistant import paths
from assistant.config.model import Config
from assistant.doctor import dialogue, language, machine, network, others
from assistant.doctor.check import Check, fail
from assistant.doctor.probe import PROBES
from assistant.errors import UserError

QUICK_S = 15.0
PROBE_S = 60.0
PROBE = ("-m", "assistant.doctor.probe")
AT_ONCE = 2  # engines loading beside each other; more would only make a small machine swap

Found = Check | list[Check]


async def run_checks(
    config: Config, *, path: Path | None = None, fault: UserError | None = None
) -> list[Check]:
    """All findings, in a fixed order, each within a minute.

    `path` is the file that `config` was loaded from, by default the usual one. `fault` is why that could not be
    done; `config` are then the defaults, by which everything else is checked.
    """
    gate = asyncio.Semaphore(AT_ONCE)
    looks: list[Awaitable[list[Check]]] = [
        _quick("Python", lambda: _thread(machine.python)),
        _quick("packages", lambda: _thread(machine.packages)),
        _quick("Rasa", lambda: dialogue.rasa(config)),
        _quick("dialogue model", lambda: _thread(lambda: dialogue.model(config))),
        *(_probe(name, config, gate) for name in PROBES),
        _quick("other sound", lambda: others.other_sound(config)),
        _quick("language model", lambda: language.language_models(config.generation)),
        _quick("home assistant", lambda: network.home_assistant(config.home_assistant)),
        _quick("port", lambda: _thread(lambda: network.port(config.server.port))),
        _quick("folders", lambda: _thread(machine.folders)),
        _quick("memory", lambda: _thread(machine.memory)),
        _quick("clock", lambda: _thread(lambda: machine.clock(config.timezone))),
        _quick("other assistants", lambda: _thread(machine.others)),
    ]
    found = await asyncio.gather(*looks)  # none of them raises
    configuration = (
        fail("configuration", str(fault), "Mend the file; docs/configuration.md lists all settings.")
        if fault
        else machine.configuration(config, path or paths.config_file())
    )
    return [configuration, *(check for checks in found for check in checks)]


async def _thread(look: Callable[[], Found]) -> Found:
    return await asyncio.to_thread(look)


async def _quick(name: str, look: Callable[[], Awaitable[Found]]) -> list[Check]:
    """Bounds `look` and turns whatever it raises into a finding."""
    try:
        async with asyncio.timeout(QUICK_S):
            found = await look()
    except TimeoutError:
        return [fail(name, f"no answer within {QUICK_S:.0f} s")]
    except UserError as error:
        return [fail(name, str(error))]
    except Exception as error:  # whatever it is, the other checks must still be shown
        return [fail(name, f"the check itself failed: {type(error).__name__}: {error}")]
    return found if isinstance(found, list) else [found]


async def _probe(name: str, config: Config, gate: asyncio.Semaphore) -> list[Check]:
    """One entry of `PROBES`, in a child process. The configuration goes there without its secrets."""
    async with gate:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *PROBE,
            name,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(PROBE_S):
                out, err = await process.communicate(config.model_dump_json().encode())
        except TimeoutError:
            return [fail(name, f"does not finish loading within {PROBE_S:.0f} s")]
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    try:
        found = json.loads(out)
    except ValueError:
        found = None
    if process.returncode == 0 and isinstance(found, list):
        return [Check(**each) for each in found]
    return [fail(name, _crashed(process.returncode or 0, err))]


def _crashed(status: int, err: bytes) -> str:
    lines = err.decode(errors="replace").strip().splitlines()
    last = f": {lines[-1]}" if lines else ""
    if status < 0:
        return f"loading it ends the process ({signal.Signals(-status).name}){last}"
    return f"loading it fails{last}"
