"""Who stays in charge: settings of `assistant.oversight`."""

from pydantic import Field

from assistant.config.section import Section


class Oversight(Section):
    """Limits that hold however somebody asks. See docs/oversight.md."""

    turns_per_minute: int = Field(
        30,
        ge=0,
        le=6_000,
        description="Turns of one caller over HTTP or MQTT, all of its conversations together. 0: any.",
    )
    model_answers_per_hour: int = Field(
        120, ge=0, le=100_000, description="Answers that language models may be asked for. 0: any number."
    )
