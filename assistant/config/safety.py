"""What is checked before it is said, and who is told what: the settings of `assistant.safety`."""

from pydantic import Field, SecretStr

from assistant.config.section import Section


class Safety(Section):
    """What a language model may say, and what is said to somebody in danger. See docs/safety.md."""

    country: str = Field(
        "",
        pattern="^(?:[A-Z]{2})?$",
        description="ISO code such as GB, for the numbers that somebody in danger is told; empty: the country of "
        "`timezone`.",
    )
    gate_timeout_s: float = Field(
        0.5, gt=0.0, le=10.0, description="How long the rules may take over a sentence; then it is not said."
    )
    classifier_url: str = Field(
        "",
        description="An OpenAI-compatible server with a model that judges sentences (Llama Guard, Qwen3Guard), such as "
        "http://127.0.0.1:8080/v1, asked after the rules; empty: rules only.",
    )
    classifier_model: str = Field("", description="The model's name at that server.")
    classifier_api_key: SecretStr = Field(
        SecretStr(""),
        validate_default=False,
        description="Better given as ASSISTANT__SAFETY__CLASSIFIER_API_KEY.",
    )
    classifier_timeout_s: float = Field(
        1.0, gt=0.0, le=10.0, description="How long that server may take; then the sentence is not said."
    )
