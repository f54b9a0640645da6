"""The HTTP API for other machines: the settings of `assistant.api.outward`."""

from pathlib import Path

from pydantic import Field

from assistant.config.section import Section


class Api(Section):
    """The HTTP API for other programs and machines, with tokens of its own. See docs/api.md."""

    host: str = Field(
        "127.0.0.1",
        description="Address to listen on, such as 192.168.1.20, or 0.0.0.0 for all of this machine.",
    )
    port: int = Field(0, ge=0, le=65535, description="0: no such API.")
    tokens: Path | None = Field(
        None,
        description="File of the tokens, as `assistant tokens add NAME` writes it; empty: `tokens` beside the "
        "settings file.",
    )
    certificate: Path | None = Field(None, description="PEM file, with the chain, for HTTPS; empty: HTTP.")
    private_key: Path | None = Field(
        None, description="PEM file of the certificate's key; empty: in the same file."
    )
