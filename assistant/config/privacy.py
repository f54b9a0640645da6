"""What is kept of people, and for how long: the settings of `assistant.privacy`."""

from pydantic import Field

from assistant.config.section import Section


class Privacy(Section):
    """What is kept of people, and for how long. See docs/privacy.md and `assistant privacy`."""

    conversation_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="What was said in conversations (Rasa's memory) is deleted after so long.",
    )
    record_days: int = Field(
        90, ge=1, le=3650, description="The record of service calls, and who spoke where and when."
    )
    names_days: int = Field(
        365, ge=1, le=3650, description="Names that were learned and not used since are forgotten."
    )
    log_days: int = Field(
        30, ge=1, le=3650, description="Logs in the state folder that nothing was added to."
    )
    keep_audio: bool = Field(
        False,
        description="Write the sound of each turn to the state folder, such as to find out why it was not understood; "
        "it is said at every start. Off: no sound is ever written.",
    )
    keep_audio_days: int = Field(7, ge=1, le=365, description="That sound is deleted after so long.")
