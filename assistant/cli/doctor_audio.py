"""`assistant doctor --audio`: plays a sound, hears it, and says what that means for a conversation."""

from dataclasses import asdict

from assistant import paths
from assistant.cli.common import Settings, echo, notice, print_json
from assistant.config.write import write as write_settings
from assistant.doctor import exit_status, render
from assistant.doctor.echo import measure


async def check_sound(settings: Settings, *, write: bool, as_json: bool) -> int:
    config = settings.load()
    notice("Rising tones are played for eight seconds. Be quiet while they are.")
    sound = await measure(config.audio)
    path = settings.path or paths.config_file()
    if write and sound.settings:
        write_settings(path, sound.settings)
    if as_json:
        values = {".".join(place): value for place, value in sound.settings.items()}
        print_json({"checks": [asdict(check) for check in sound.found], **sound.figures, "settings": values})
    else:
        echo(render(sound.found))
    if sound.settings:
        wanted = "".join(f"\n  {'.'.join(place)} = {value}" for place, value in sound.settings.items())
        done = f"is in {path} now" if write else f"`assistant doctor --audio --write` puts into {path}"
        notice(f"What {done}:{wanted}")
    elif write:
        notice("Nothing was written: there is no echo to measure.")
    return exit_status(sound.found)
