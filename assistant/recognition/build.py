"""Makes the embedded recogniser's language model and dictionary, once for each state of the training data.

The work runs in a process of its own (`python -m assistant.recognition.build`): it is seconds of pure
Python, which on a thread would stutter the sound of a running assistant, and it uses espeak-ng, whose state
is global.
"""

import asyncio
import hashlib
import json
import os
import pickle
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assistant import paths
from assistant.dialogue.training_data import TrainingData
from assistant.errors import UserError
from assistant.recognition.compounds import simple, ways_to_say
from assistant.recognition.joined import joined
from assistant.recognition.language_model import SENTENCES, arpa, expected_counts
from assistant.recognition.pronunciation import (
    Pronunciations,
    dictionary_text,
    pronounce,
    read_overrides,
)

FORMAT = 6
"""Goes up whenever equal training data would give another model."""

KEEP_MODELS = 8
"""Those in the cache that have not been used for longest are removed."""

NICENESS = 10
"""The work may be done beside a conversation, which goes first."""

TIMEOUT_S = 300.0

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LanguageModelFiles:
    """A folder with a language model (ARPA) and its dictionary."""

    folder: Path

    @property
    def language_model(self) -> Path:
        return self.folder / "lm"

    @property
    def dictionary(self) -> Path:
        return self.folder / "dict"

    @property
    def guessed(self) -> tuple[str, ...]:
        """Words whose pronunciation no dictionary knew: the ones that an owner may want to correct."""
        return tuple(self._info().get("guessed", ()))

    @property
    def intact(self) -> bool:
        """Whether both files are as they were written. Blocking, 10 ms: they are read."""
        sums = self._info().get("sha256")
        with suppress(OSError):
            return sums is not None and sums == self.sums()
        return False

    def sums(self) -> dict[str, str]:
        """The checksum of each file. Raises OSError."""
        files = (self.language_model, self.dictionary)
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def _info(self) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            info = json.loads((self.folder / "info.json").read_text(encoding="utf-8"))
            if isinstance(info, dict):
                return info
        return {}


def pronunciations_file() -> Path:
    """Where the owner corrects how names are said: beside the configuration."""
    return paths.config_file().parent / "pronunciations.txt"


async def build_language_model(
    data: TrainingData,
    cache: Path | None = None,
    *,
    overrides: Path | None = None,
    progress: Progress | None = None,
) -> LanguageModelFiles:
    """The model for `data`, from the cache if it is there, else made in a few seconds.

    `cache` is a folder for models (default: the assistant's cache), `overrides` the owner's pronunciations.
    A model that was damaged in the cache is made again. Cancelling ends the work. Raises `UserError`: a faulty
    line in `overrides`, no sentences, a full disk, or one that does not keep what is written.
    """
    cache = cache or paths.cache_dir() / "language-models"
    progress = progress or (lambda _text: None)
    said = await asyncio.to_thread(read_overrides, overrides or pronunciations_file())
    files = LanguageModelFiles(cache / await asyncio.to_thread(_key, data, said))
    if await asyncio.to_thread(_usable, files, progress):
        return files
    if not data.examples:
        raise UserError("The Rasa project has no training sentences, so nothing can be recognised: add some.")
    await _in_own_process(_Job(data, said, files.folder), progress)
    if not await asyncio.to_thread(lambda: files.intact):
        raise UserError(
            f"The language model in {files.folder} is damaged just after it was made: check that disk."
        )
    return files


def _usable(files: LanguageModelFiles, progress: Progress) -> bool:
    """Whether the cache has the model. A damaged one is taken away."""
    if not files.folder.exists():
        return False
    if files.intact:
        with suppress(OSError):  # somebody else's cache, perhaps
            os.utime(files.folder)  # it is in use, so it is not the one to be removed next
        return True
    progress("the one that was made before is damaged; it is made again")
    try:
        aside = Path(tempfile.mkdtemp(prefix=".damaged-", dir=files.folder.parent))
        files.folder.rename(aside / "model")
    except OSError as error:
        raise UserError(
            f"The language model in {files.folder} is damaged and cannot be removed "
            f"({error.strerror}): delete that folder."
        ) from error
    shutil.rmtree(aside, ignore_errors=True)
    return False


@dataclass(frozen=True, slots=True)
class _Job:
    data: TrainingData
    overrides: Pronunciations
    folder: Path


def _key(data: TrainingData, overrides: Pronunciations) -> str:
    state = repr(
        (FORMAT, SENTENCES, version("pocketsphinx"), version("piper-tts"), data, sorted(overrides.items()))
    )
    return hashlib.sha256(state.encode()).hexdigest()[:20]


async def _in_own_process(job: _Job, progress: Progress) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "assistant.recognition.build",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(TIMEOUT_S):
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdin.write(pickle.dumps(job))
            process.stdin.close()
            errors = asyncio.ensure_future(process.stderr.read())
            refusal = ""
            async for line in process.stdout:
                message = json.loads(line)
                refusal = message.get("error", refusal)
                if "progress" in message:
                    progress(message["progress"])
            trace = (await errors).decode(errors="replace").strip()
            status = await process.wait()
    except TimeoutError:
        raise UserError(
            f"Making the language model took more than {TIMEOUT_S:.0f} s and was given up."
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if refusal:
        raise UserError(refusal)
    if status != 0:
        last = trace.splitlines()[-1] if trace else f"exit status {status}"
        raise UserError(f"The language model could not be made: {last}")


def _make(job: _Job, progress: Progress) -> None:
    """Child process. Publishes the folder whole or not at all."""
    cache = job.folder.parent
    cache.mkdir(parents=True, exist_ok=True)
    progress("counting word sequences")
    model, words = arpa(joined(expected_counts(job.data)))
    progress("looking up pronunciations")
    said, guessed = pronounce(simple(words), job.overrides)
    pronunciations = ways_to_say(words, said)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=cache))
    try:
        (draft / "lm").write_text(model, encoding="utf-8")
        (draft / "dict").write_text(dictionary_text(pronunciations), encoding="utf-8")
        info = {"words": len(words), "guessed": guessed, "sha256": LanguageModelFiles(draft).sums()}
        (draft / "info.json").write_text(json.dumps(info, indent=1), encoding="utf-8")
        draft.chmod(0o755)  # mkdtemp's 0o700 would keep another user of a shared cache out
        with suppress(FileExistsError):  # somebody else published the same model
            _publish(draft, job.folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    _prune(cache, keep=job.folder)


def _publish(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError as error:
        if not LanguageModelFiles(folder).intact:
            raise
        raise FileExistsError(folder) from error


def _prune(cache: Path, keep: Path) -> None:
    """The oldest models go; one that an assistant has open stays readable to it."""
    models = sorted(
        (folder for folder in cache.iterdir() if folder != keep and (folder / "info.json").is_file()),
        key=lambda folder: folder.stat().st_mtime,
    )
    for folder in models[: max(0, len(models) + 1 - KEEP_MODELS)]:
        shutil.rmtree(folder, ignore_errors=True)


def _tell(**message: str) -> None:
    print(json.dumps(message), flush=True)


def main() -> int:
    """Entry point of the child process: a pickled job on standard input, JSON lines on standard output."""
    os.nice(NICENESS)
    job: _Job = pickle.load(sys.stdin.buffer)  # from the process that started this one
    try:
        _make(job, lambda text: _tell(progress=text))
    except OSError as error:
        _tell(error=f"The language model cannot be saved in {job.folder.parent}: {error.strerror or error}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
