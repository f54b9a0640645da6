"""Home Assistant as the home: the settings of `assistant.services.home.home_assistant`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from assistant.config.section import Section


class HomeAssistant(Section):
    """A Home Assistant server, whose rooms and devices are the home. See docs/home.md."""

    url: str = Field("", description="Such as http://homeassistant.local:8123; empty: none.")
    token: SecretStr = Field(
        SecretStr(""),
        validate_default=False,
        description="A long-lived access token of it. Better given as ASSISTANT__HOME_ASSISTANT__TOKEN, or in a file.",
    )
    token_file: Path | None = Field(None, description="A file that holds the token and nothing else.")
    entities: Literal["exposed", "all"] = Field(
        "exposed",
        description="`exposed`: what is exposed to voice assistants there; `all`: whatever can be used.",
    )
