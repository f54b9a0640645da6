"""Choosing a device by what a person typed, and machines that have none."""

import subprocess
import sys

import pytest

from audio.devices import Device, choose
from audio.errors import NoDevice

DEVICES = (
    Device(0, "HDA Intel: ALC257 Analog (hw:0,0)", "ALSA", 2, 2, 44_100, False, False),
    Device(1, "USB Microphone", "ALSA", 1, 0, 48_000, True, False),
    Device(2, "USB Microphone 2", "ALSA", 1, 0, 48_000, False, False),
    Device(3, "HDMI 3", "ALSA", 0, 8, 44_100, False, True),
)


@pytest.mark.parametrize(
    ("wanted", "number"),
    [("", 1), ("0", 0), ("usb microphone 2", 2), ("USB Microphone", 1), ("alc257", 0), (" 2 ", 2)],
)
def test_a_microphone_is_found(wanted: str, number: int) -> None:
    assert choose(DEVICES, wanted, "input").number == number


def test_a_speaker_is_found() -> None:
    assert choose(DEVICES, "", "output").number == 3
    assert choose(DEVICES[:1], "", "output").number == 0  # no default: the first that can


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("usb", "more than one microphone: 1: USB Microphone, 2: USB Microphone 2"),
        ("3", 'There is no microphone "3"'),  # a speaker, and a number is never a part of a name
        ("headset", "There is 0: HDA Intel"),
    ],
)
def test_what_is_not_found_is_told_with_what_there_is(wanted: str, words: str) -> None:
    with pytest.raises(NoDevice) as caught:
        choose(DEVICES, wanted, "input")
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")


def test_no_device_at_all() -> None:
    with pytest.raises(NoDevice, match="No microphone was found"):
        choose(DEVICES[3:], "", "input")


def test_without_portaudio_everything_but_devices_works() -> None:
    """The library is really not found: the lookup that sounddevice uses finds nothing."""
    program = """
import ctypes.util
ctypes.util.find_library = lambda name: None
import audio.files, audio.detector, audio.microphone, audio.speaker, audio.devices, audio.errors
try:
    audio.devices.list_devices()
except audio.errors.NoDevice as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "libportaudio2" in done.stdout
    assert done.stdout.count("\n") == 1
