"""What every part of the configuration is."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Settings are read once and never change; an unknown key is an error, not a typo that goes unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)
