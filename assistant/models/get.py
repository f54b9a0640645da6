"""Gets a model: finds its files at the hub, fetches them, and puts the finished model in its place."""

import asyncio
import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import aiohttp

from assistant.models import catalog, installed
from assistant.models.catalog import Model
from assistant.models.download import FIRST_PAUSE_S, FRUITLESS_TRIES, Sleep, disk_error, fetch, part_of
from assistant.models.hub import DownloadError, RemoteFile, Unreachable, hub_url, list_files, session
from assistant.models.installed import MANIFEST, Installed

OnProgress = Callable[[int, int], None]
"""Bytes that are there, bytes in all. On the event loop. The first goes back when a file comes anew."""

# What faster-whisper loads; a repository may hold other formats of the same weights.
_WHISPER_FILE = re.compile(
    r"config\.json|preprocessor_config\.json|model\.bin|tokenizer\.json|vocabulary\.(json|txt)"
)
_ROOM_LEFT = 64 * 1_000_000  # a disk filled to the last byte harms everything else on the machine


async def get(
    name: str, on_progress: OnProgress = lambda done, total: None, *, sleep: Sleep = asyncio.sleep
) -> Installed:
    """Fetches the model `name` (`catalog.find` says which names there are) into the models folder.

    A model that is whole is left alone; a download that was broken off is continued. Nobody ever sees half a
    model in its place. Raises `UserError`; cancelling keeps what has come.
    """
    model = catalog.find(name)
    here = installed.find(model)
    if here is not None and not here.problem:
        on_progress(here.size_bytes, here.size_bytes)
        return here
    base = _base(model)
    work = base / f".{model.name}.part"
    with _alone(base, work, model):
        async with session() as http:
            files = await _files(http, model, sleep)
            total = sum(file.size for file in files)
            _check_room(model, work, files)
            done = 0
            for file in files:
                await fetch(http, file, work, partial(_report, on_progress, done, total), sleep)
                done += file.size
        await asyncio.to_thread(_publish, model, base, work, files)
    found = installed.find(model)
    if found is None or found.problem:
        raise DownloadError(
            f"{model.name} is not whole at the hub: {found.problem if found else 'nothing came'}."
        )
    return found


def _report(on_progress: OnProgress, before: int, total: int, count: int) -> None:
    on_progress(before + count, total)


def _base(model: Model) -> Path:
    folders = {
        "whisper": installed.whisper_dir,
        "voice": installed.voices_dir,
        "language": installed.languages_dir,
    }
    return folders[model.kind]()


async def _files(http: aiohttp.ClientSession, model: Model, sleep: Sleep) -> list[RemoteFile]:
    """What has to be fetched, the small files first: what is wrong shows before the long part."""
    for attempt in range(FRUITLESS_TRIES):
        try:
            found = await list_files(http, model.repo, model.folder)
            break
        except Unreachable as error:
            if attempt == FRUITLESS_TRIES - 1:
                raise DownloadError(
                    f"The model hub {hub_url()} cannot be reached: {error}. Without it a model can be copied "
                    f"by hand into {_base(model)}."
                ) from error
            await sleep(FIRST_PAUSE_S * 2.0**attempt)
    if model.kind == "whisper":
        files = [file for file in found if _WHISPER_FILE.fullmatch(file.name)]
        needed = {"config.json", "model.bin", "tokenizer.json"}
        sort = "Whisper model in CTranslate2's format"
    elif model.kind == "language":
        needed = {model.file}
        files = [file for file in found if file.name == model.file]
        sort = "repository of that language model"
    else:
        needed = {f"{model.name}.onnx", f"{model.name}.onnx.json"}
        files = [file for file in found if file.name in needed]
        sort = "Piper voice"
    if missing := needed - {file.name for file in files}:
        raise DownloadError(
            f"{model.repo} at {hub_url()} is no {sort}: it has no {', '.join(sorted(missing))}."
        )
    return sorted(files, key=lambda file: file.size)


def _check_room(model: Model, work: Path, files: list[RemoteFile]) -> None:
    """Before the first byte, so that nobody waits an hour to learn that the disk is too small."""
    there = 0
    for file in files:
        for path in (work / file.name, part_of(file, work)):
            there += min(path.stat().st_size, file.size) if path.exists() else 0
    missing = sum(file.size for file in files) - there
    free = shutil.disk_usage(work).free
    if missing and free < missing + _ROOM_LEFT:
        raise DownloadError(
            f"{model.name} needs {(missing + _ROOM_LEFT) / 1e6:.0f} MB in {work.parent}, where "
            f"{free / 1e6:.0f} MB are free. Make room, or name another folder in ASSISTANT_MODELS_DIR."
        )


def _publish(model: Model, base: Path, work: Path, files: list[RemoteFile]) -> None:
    """Puts the finished files in their place by renaming, never by writing there."""
    names = {file.name for file in files}
    manifest = work / MANIFEST
    try:
        manifest.write_text(
            json.dumps({"repo": model.repo, "sizes": {f.name: f.size for f in files}}), "utf-8"
        )
        for left in work.iterdir():  # parts of what the hub had when an earlier try began
            if left.name not in names | {MANIFEST}:
                left.unlink()
        if model.kind == "whisper":
            place = base / model.name
            if place.exists():
                damaged = base / f".{model.name}.damaged"
                shutil.rmtree(damaged, ignore_errors=True)
                place.rename(damaged)
                shutil.rmtree(damaged, ignore_errors=True)
            work.rename(place)
        elif model.kind == "language":
            manifest.replace(base / f"{Path(model.file).stem}.{MANIFEST}")
            (work / model.file).replace(base / model.file)
            work.rmdir()
        else:
            # The .onnx file comes last: a voice counts from the moment that it is there.
            manifest.replace(base / f"{model.name}.{MANIFEST}")
            for name in (f"{model.name}.onnx.json", f"{model.name}.onnx"):
                (work / name).replace(base / name)
            work.rmdir()
    except OSError as error:
        raise disk_error(base, error) from error


@contextmanager
def _alone(base: Path, work: Path, model: Model) -> Iterator[None]:
    """Makes the folders, and holds a lock against a second download of the same model. The lock is on the
    working folder itself and goes with the process, however that ends."""
    try:
        work.mkdir(parents=True, exist_ok=True)
        lock = os.open(work, os.O_RDONLY)
    except OSError as error:
        raise disk_error(base, error) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DownloadError(f"{model.name} is being fetched by another process; wait for it.") from None
        try:
            yield
        finally:
            with suppress(OSError):
                work.rmdir()  # leaves it alone when there is something to go on from
    finally:
        os.close(lock)
