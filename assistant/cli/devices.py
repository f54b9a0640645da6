"""`assistant devices`: the microphones and speakers of this machine."""

from dataclasses import asdict

from assistant.cli.common import echo, print_json
from audio.devices import list_devices
from audio.errors import NoDevice


def show(as_json: bool) -> None:
    devices = list_devices()
    if as_json:
        print_json([asdict(device) for device in devices])
        return
    if not devices:
        raise NoDevice(
            "There is no sound device on this machine. Files and text work: `assistant ask TEXT`, "
            "`assistant run --input FILE`."
        )
    for device in devices:
        use = []
        if device.inputs:
            use.append("microphone" + ("*" if device.is_default_input else ""))
        if device.outputs:
            use.append("speaker" + ("*" if device.is_default_output else ""))
        echo(
            f"{device.number:>3}  {device.name}  [{device.system}, {device.rate_hz} Hz]  {' and '.join(use)}"
        )
