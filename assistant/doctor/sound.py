"""Microphone, speaker and wake words. Runs in the probe's process."""

from assistant.config.model import Config
from assistant.doctor.check import Check, fail, ok, warn
from audio.devices import Kind, choose, list_devices, usable_rate_hz
from audio.errors import AudioError, NoDevice
from audio.wake import WakeWords

RATE_HZ = 16_000
WITHOUT = "Without one, files and text work: `assistant run --input`, `assistant ask`."


def devices(config: Config) -> list[Check]:
    """PortAudio, and the devices that the configuration names."""
    try:
        found = list_devices()
    except NoDevice as error:
        return [fail("sound library", str(error), "sudo apt-get install libportaudio2")]
    checks = [ok("sound library", f"PortAudio, {len(found)} devices")]
    wanted: tuple[tuple[Kind, str, str], ...] = (
        ("input", config.audio.input_device, "microphone"),
        ("output", config.audio.output_device, "speaker"),
    )
    for kind, name, title in wanted:
        try:
            device = choose(found, name, kind)
            rate = usable_rate_hz(device, kind, RATE_HZ)
        except NoDevice as error:
            # A headless machine is a normal place to be; a device that was named must be there.
            mend = "`assistant devices` lists what there is." if name else WITHOUT
            checks.append(fail(title, str(error), mend) if name else warn(title, str(error), mend))
        else:
            checks.append(ok(title, f"{device.name}, {rate} Hz"))
    return checks


def wake_words(config: Config) -> list[Check]:
    listening = config.listening
    if listening.mode == "open":
        return [ok("wake words", "none needed: everything said is meant for the assistant")]
    if listening.mode == "push-to-talk":
        return [ok("wake words", "none needed: a key, or `assistant listen`, begins a turn")]
    try:
        names = WakeWords(listening.wake_words, listening.wake_threshold).names
    except AudioError as error:
        return [fail("wake words", str(error), "Set listening.wake_words to, for example, hey_jarvis.")]
    if not names:
        return [
            fail("wake words", "none is named, so nothing wakes the assistant", "Set listening.wake_words.")
        ]
    return [ok("wake words", ", ".join(names))]
