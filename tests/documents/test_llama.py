"""Vectors of the real llama.cpp server, with a small model of our own: they mean little, but they are real."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from assistant import paths
from assistant.config.documents import Documents
from assistant.documents.library import Library

pytest.importorskip("xllamacpp", reason="llama.cpp is not installed (the extra local-llm)")

MODEL = paths.source_root() / "tests" / "fixtures" / "answers-fixture.gguf"
SERVE = """
import sys, threading, xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.hostnames = ["127.0.0.1"]
params.port = 0
params.embedding = True
params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
params.n_ctx = params.n_batch = params.n_ubatch = 4096
params.n_parallel = 1
params.cpuparams.n_threads = 1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
threading.Event().wait()
"""


@asynccontextmanager
async def llama() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SERVE,
        str(MODEL),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(90):
            while not (line := (await process.stdout.readline()).decode()).startswith("http"):
                assert line, "the server did not start"
        yield f"{line.strip()}/v1"
    finally:
        process.kill()
        await process.wait()


async def test_passages_get_vectors_and_questions_an_order(tmp_path: Path, papers: Path) -> None:
    async with llama() as url:
        settings = Documents(embeddings_url=url, embeddings_model="any", embeddings_timeout_s=30.0)
        async with Library(settings, tmp_path / "state") as library:
            await library.add(papers)
            await library.catch_up()
            rows = await library.table.vectors("any")
            assert len(rows) == 2
            for _, vector in rows:
                assert np.linalg.norm(np.frombuffer(vector, np.float32)) == pytest.approx(1.0, abs=1e-5)
            assert sorted(await library._embeddings.nearest("gauge")) == [id for id, _ in rows]
            answer = await library.answer("what pressure should the boiler have when it is cold")
            assert answer is not None
            assert "1.5 bar" in answer.text
