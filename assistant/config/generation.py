"""Language models: which servers are asked, in what order, and for how long; settings of `assistant.generation`."""

from pathlib import Path

from pydantic import Field, SecretStr

from assistant.config.answers import Answers
from assistant.config.section import Section
from assistant.config.web import ServerUrl


class ModelServer(Section):
    """A further language model, asked when those before it cannot answer. Its key is never written here."""

    url: ServerUrl = Field(description="Such as https://models.example.org/v1.")
    model: str = Field("", description="The model's name at that server; empty: the first that it has.")
    api_key_file: Path | None = Field(None, description="A file that holds the key and nothing else.")
    api_key_variable: str = Field("", description="An environment variable that holds the key.")


class LocalModel(Section):
    """A language model in a file of yours (GGUF), run by llama.cpp's server as a child of the assistant, on loopback.
    See docs/generation.md."""

    model: str = Field(
        "",
        description="A name (`assistant models list`), a .gguf file, `none`, or empty: the first that is installed.",
    )
    threads: int = Field(
        0, ge=0, le=256, description="Threads; 0: one less than there are cores, at least 1."
    )
    context_tokens: int = Field(
        4096,
        ge=256,
        le=131_072,
        description="How much it reads and writes of one conversation; costs memory.",
    )
    gpu_layers: int = Field(
        -1,
        ge=-1,
        le=1000,
        description="Layers on a graphics card, where the installed llama.cpp can use one; -1: as many as fit.",
    )
    temperature: float = Field(
        0.3, ge=0.0, le=2.0, description="How freely it chooses its words; 0: always the likeliest."
    )
    idle_unload_s: int = Field(900, ge=0, description="Ended after so long without a question; 0: never.")
    start_timeout_s: int = Field(120, ge=1, description="How long loading the model may take.")


class Generation(Section):
    """A language model for what the dialogue cannot answer. Any OpenAI-compatible server. See docs/generation.md."""

    url: ServerUrl = Field(
        "", description="Such as http://127.0.0.1:8080/v1; empty: what `discover` and `local` find."
    )
    model: str = Field("", description="The model's name at that server; empty: the first that it has.")
    api_key: SecretStr = Field(
        SecretStr(""), validate_default=False, description="Better given as ASSISTANT__GENERATION__API_KEY."
    )
    api_key_file: Path | None = Field(None, description="A file that holds the key and nothing else.")
    models: tuple[ModelServer, ...] = ()
    discover: bool = Field(
        True,
        description="With no server named, look on this machine for Ollama, llama.cpp, LM Studio and vLLM at their "
        "usual ports.",
    )
    local: LocalModel = LocalModel()
    answers: Answers = Answers()
    max_tokens: int = Field(200, ge=1, le=4096, description="Longest answer.")
    connect_timeout_s: float = Field(
        2.0, gt=0.0, le=60.0, description="How long a server may take to be reached."
    )
    first_token_timeout_s: float = Field(10.0, gt=0.0, description="How long the first words may take.")
    total_timeout_s: float = Field(
        60.0, gt=0.0, description="How long a whole answer may take to be written."
    )
