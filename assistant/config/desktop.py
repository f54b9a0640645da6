"""The desktop that the assistant runs on."""

from pydantic import Field

from assistant.config.section import Section


class Desktop(Section):
    """Media players, volume, applications, clipboard and screen of this machine. See docs/desktop.md."""

    player: str = Field(
        "", description="The media player that is meant where none plays and none is named; empty: any."
    )
    volume_step: int = Field(10, ge=1, le=50, description="Percent by which volume goes up or down.")
    bookmarks: dict[str, str] = Field(
        {}, description="Pages to open by name: the name as it is said = its address (http or https)."
    )
    screenshots: str = Field(
        "", description="Folder of screenshots; empty: `Screenshots` in the folder of pictures."
    )
    notify_timers: bool = Field(
        False, description="What rings, a timer, an alarm or a reminder, shows a notification, too."
    )
    typing: bool = Field(True, description="What is dictated may be typed into the focused window.")
