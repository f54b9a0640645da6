"""MQTT: the settings of `assistant.mqtt`, of what is told and asked there, and of devices that are reached so."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from assistant.config.section import Section


class MqttDevice(Section):
    """A device of the home that a broker reaches. The defaults are those of Zigbee2MQTT and of Home Assistant's MQTT
    lights, switches, covers and locks."""

    name: str
    kind: Literal["light", "switch", "cover", "lock", "sensor"]
    area: str = ""
    aliases: tuple[str, ...] = ()
    device_class: str = Field("", description="As of the home's devices.")
    unit: str = Field("", description="As of the home's devices.")
    format: Literal["json", "plain"] = Field(
        "json", description="`json`: one object with all properties; `plain`: a topic for each."
    )
    state_topic: str = Field(
        "", description="Empty: it never tells, and is taken to have done what it was told."
    )
    command_topic: str = Field("", description="Of all but sensors.")
    request_topic: str = Field("", description="Where it is asked for its state, with `json`.")
    availability_topic: str = Field(
        "", description="`online` or `offline`, as text or in `state` of an object."
    )
    on: str = Field("", description="State and command; empty: ON, OPEN for covers, LOCK for locks.")
    off: str = Field("", description="Empty: OFF, CLOSE, UNLOCK.")
    level_state_topic: str = Field("", description="Brightness or position, with `plain`.")
    level_command_topic: str = ""
    level_max: int = Field(0, ge=0, le=65535, description="0: 254 for lights, 100 for covers.")
    color_state_topic: str = Field("", description="`red,green,blue`, each 0 to 255, with `plain`.")
    color_command_topic: str = ""
    value: str = Field(
        "",
        description="Of a sensor: the property of its object, such as temperature; `contact` tells of what is closed, "
        "and is turned round.",
    )


class Mqtt(Section):
    """An MQTT broker. See docs/mqtt.md."""

    host: str = Field("", description="Name or address of the broker; empty: none.")
    port: int = Field(0, ge=0, le=65535, description="0: 1883, or 8883 with TLS.")
    protocol: Literal["5", "3.1.1"] = Field("5", description="Version of MQTT.")
    tls: bool = Field(False, description="Speak TLS, and check the broker's certificate.")
    ca_file: Path | None = Field(
        None, description="PEM file of the authority that signed it; empty: the system's."
    )
    user: str = ""
    password: SecretStr = Field(
        SecretStr(""),
        validate_default=False,
        description="Better given as ASSISTANT__MQTT__PASSWORD, or in a file.",
    )
    password_file: Path | None = Field(None, description="A file that holds the password and nothing else.")
    prefix: str = Field("assistant", description="What the assistant's own topics begin with.")
    words: bool = Field(
        False, description="Tell what was said, and with what services were called, and not only that."
    )
    answer_timeout_s: float = Field(
        3.0, gt=0.0, le=4.0, description="How long a device may take to tell that it did what it was told."
    )
    devices: tuple[MqttDevice, ...] = ()
