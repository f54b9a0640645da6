"""The owner's own documents. See docs/documents.md."""

from typing import Annotated

from pydantic import Field, SecretStr

from assistant.config.section import Section

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


class Documents(Section):
    """Your own documents, from which questions are answered with their source. See docs/documents.md."""

    folders: tuple[str, ...] = Field(
        (),
        description="Folders whose documents are read, and read again when they change, beside what `assistant "
        "knowledge add` was given.",
    )
    threshold: Fraction = Field(
        0.7,
        description="How sure an answer must be, 0 to 1; below it is “I don't know”. Measured: docs/documents.md.",
    )
    max_file_mb: float = Field(20.0, gt=0.0, le=500.0, description="Larger files are left out.")
    max_pages: int = Field(1_000, ge=1, le=20_000, description="PDF documents with more pages are left out.")
    max_files: int = Field(2_000, ge=1, le=50_000, description="More files of one folder are left out.")
    read_timeout_s: float = Field(30.0, gt=0.0, le=600.0, description="How long reading one file may take.")
    embeddings_url: str = Field(
        "",
        description="An OpenAI-compatible server with /embeddings, such as http://127.0.0.1:8080/v1, that finds "
        "passages by meaning too; it is sent the documents and the questions. Empty: by words only.",
    )
    embeddings_model: str = Field("", description="The model's name at that server.")
    embeddings_api_key: SecretStr = Field(
        SecretStr(""),
        validate_default=False,
        description="Better given as ASSISTANT__DOCUMENTS__EMBEDDINGS_API_KEY.",
    )
    embeddings_timeout_s: float = Field(
        1.0, gt=0.0, le=30.0, description="How long a question may wait for its embedding."
    )
