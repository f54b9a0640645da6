"""Which microphones and speakers there are, and at which rate they can be opened.

`sounddevice` is imported on first use: everything else works on a machine without PortAudio.
"""

import importlib
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from audio.errors import NoDevice

Kind = Literal["input", "output"]
NAMES: dict[Kind, str] = {"input": "microphone", "output": "speaker"}


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone, a speaker, or both."""

    number: int
    name: str
    system: str  # PortAudio's host API: ALSA, Core Audio, …
    inputs: int  # channels
    outputs: int
    rate_hz: int  # its native rate
    is_default_input: bool
    is_default_output: bool

    def can(self, kind: Kind) -> bool:
        return (self.inputs if kind == "input" else self.outputs) > 0

    def is_default(self, kind: Kind) -> bool:
        return self.is_default_input if kind == "input" else self.is_default_output


PULSE_LATENCY_MS = 40
"""Asked of PulseAudio and PipeWire for our streams, unless the environment asks for something else. Without, they add
the latency of the device to that of the stream: on a virtual card an answer was heard some 25 ms later."""


def portaudio() -> Any:
    """The `sounddevice` module. The first call takes about half a second and initialises PortAudio.

    Raises `NoDevice` where the library is missing.
    """
    os.environ.setdefault("PULSE_LATENCY_MSEC", str(PULSE_LATENCY_MS))  # read when a stream is opened
    try:
        return importlib.import_module("sounddevice")
    except OSError as error:
        raise NoDevice(
            "There is no sound library on this machine: install PortAudio "
            "(on Debian: sudo apt install libportaudio2)."
        ) from error
    except Exception as error:  # a PortAudioError, whose class went away with the failed import
        raise NoDevice(f"The sound system of this machine does not start: {one_line(error)}") from error


def rescan() -> None:
    """Look for devices anew: PortAudio's list is from its initialisation. Only while no stream is open."""
    sd = portaudio()
    try:
        with suppress(sd.PortAudioError):  # it is not initialised where that failed last time
            sd._terminate()
        sd._initialize()
    except sd.PortAudioError as error:
        raise NoDevice(f"The sound system of this machine does not start: {one_line(error)}") from error


def list_devices() -> tuple[Device, ...]:
    """All of them, in PortAudio's order; maybe none. Raises `NoDevice` only without a sound library."""
    sd = portaudio()
    try:
        systems = [api["name"] for api in sd.query_hostapis()]
        found = list(sd.query_devices())
    except sd.PortAudioError as error:
        raise NoDevice(f"The devices cannot be listed: {one_line(error)}") from error
    default_input, default_output = sd.default.device[0], sd.default.device[1]
    if default_input < 0 or default_output < 0:
        default_input, default_output = _defaults(sd)
    return tuple(
        Device(
            number=number,
            name=str(info["name"]),
            system=str(systems[info["hostapi"]]),
            inputs=int(info["max_input_channels"]),
            outputs=int(info["max_output_channels"]),
            rate_hz=round(info["default_samplerate"]),
            is_default_input=number == default_input,
            is_default_output=number == default_output,
        )
        for number, info in enumerate(found)
    )


def _defaults(sd: Any) -> tuple[int, int]:
    """The default host API's devices; -1 where it has none."""
    apis = sd.query_hostapis()
    if not apis:
        return -1, -1
    return int(apis[0]["default_input_device"]), int(apis[0]["default_output_device"])


def find_device(wanted: str, kind: Kind) -> Device:
    """By number, by name, by a part of it that only one device has, or the default for "".

    Raises `NoDevice`, naming the devices that there are.
    """
    return choose(list_devices(), wanted, kind)


def choose(devices: tuple[Device, ...], wanted: str, kind: Kind) -> Device:
    """`find_device` among given devices."""
    name = NAMES[kind]
    able = [device for device in devices if device.can(kind)]
    if not able:
        raise NoDevice(f"No {name} was found on this machine.")
    known = ", ".join(f"{device.number}: {device.name}" for device in able)
    wanted = wanted.strip()
    if not wanted:
        return next((device for device in able if device.is_default(kind)), able[0])
    for fits in _number, _exactly, _partly:
        matching = [device for device in able if fits(device, wanted)]
        if len(matching) == 1:
            return matching[0]
        if matching:
            several = ", ".join(f"{device.number}: {device.name}" for device in matching)
            raise NoDevice(f'"{wanted}" fits more than one {name}: {several}. Give the number.')
    raise NoDevice(f'There is no {name} "{wanted}". There is {known}.')


def _number(device: Device, wanted: str) -> bool:
    return str(device.number) == wanted


def _exactly(device: Device, wanted: str) -> bool:
    return device.name == wanted


def _partly(device: Device, wanted: str) -> bool:
    return not wanted.isdecimal() and wanted.casefold() in device.name.casefold()


def usable_rate_hz(device: Device, kind: Kind, wanted_hz: int) -> int:
    """`wanted_hz` where the device accepts it, otherwise its native rate (then resample at this edge).

    Raises `NoDevice` when it can be opened with neither, for example because another program holds it.
    """
    sd = portaudio()
    check = sd.check_input_settings if kind == "input" else sd.check_output_settings
    try:
        check(device=device.number, channels=1, dtype="int16", samplerate=wanted_hz)
        return wanted_hz
    except (sd.PortAudioError, ValueError):
        pass
    try:
        check(device=device.number, channels=1, dtype="int16", samplerate=device.rate_hz)
        return device.rate_hz
    except (sd.PortAudioError, ValueError) as error:
        raise cannot_open(device, kind, error) from error


def cannot_open(device: Device, kind: Kind, error: Exception) -> NoDevice:
    """The error that says so."""
    return NoDevice(
        f'The {NAMES[kind]} "{device.name}" cannot be opened: {one_line(error)} '
        "Is another program using it, or is it unplugged?"
    )


def one_line(error: Exception) -> str:
    """A library's message as one sentence."""
    text = " ".join(str(error).split()).rstrip(".")
    return f"{text or type(error).__name__}."
