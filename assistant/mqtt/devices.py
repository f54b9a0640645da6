"""The devices of the settings: their topics."""

from collections.abc import Iterable

from assistant.config.mqtt import MqttDevice
from assistant.errors import UserError
from assistant.mqtt.messages import can_be_published_to

_READ = ("state_topic", "availability_topic", "level_state_topic", "color_state_topic")
_WRITTEN = ("command_topic", "request_topic", "level_command_topic", "color_command_topic")
_NEEDED = {
    "light": ("command_topic",),
    "switch": ("command_topic",),
    "cover": ("command_topic",),
    "lock": ("command_topic", "state_topic"),  # nobody is told that a door is locked because it should be
    "sensor": ("state_topic",),
}


def read_by(device: MqttDevice) -> list[str]:
    """Topics on which it tells something."""
    return [topic for name in _READ if (topic := getattr(device, name))]


def written_to(device: MqttDevice) -> list[str]:
    """Topics on which it is told something."""
    return [topic for name in _WRITTEN if (topic := getattr(device, name))]


def topics_of(devices: Iterable[MqttDevice]) -> frozenset[str]:
    """All of them."""
    return frozenset(topic for each in devices for topic in (*read_by(each), *written_to(each)))


def checked(devices: Iterable[MqttDevice]) -> tuple[MqttDevice, ...]:
    """The same devices. Raises `UserError` for one that could never do anything."""
    devices = tuple(devices)
    for device in devices:
        for topic in (*read_by(device), *written_to(device)):
            if not can_be_published_to(topic):
                raise UserError(
                    f"mqtt.devices: {topic} of the {device.name} is no topic: it may hold no + or #, nor begin with $.",
                    exit_status=2,
                )
        for needed in _NEEDED[device.kind]:
            if not getattr(device, needed):
                raise UserError(f"mqtt.devices: the {device.name} needs a {needed}.", exit_status=2)
    return devices
