"""Language models in the cache: a damaged one heals, one that is in use stays."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import UserError
from assistant.recognition import build
from assistant.recognition.build import KEEP_MODELS, LanguageModelFiles, build_language_model
from tests.recognition.speech import home


async def make(cache: Path, told: list[str]) -> LanguageModelFiles:
    return await build_language_model(home(), cache, overrides=cache / "none.txt", progress=told.append)


def cut(files: LanguageModelFiles) -> None:
    os.truncate(files.language_model, files.language_model.stat().st_size // 2)


def turned_bit(files: LanguageModelFiles) -> None:
    content = bytearray(files.dictionary.read_bytes())
    content[len(content) // 2] ^= 1
    files.dictionary.write_bytes(content)


def without_info(files: LanguageModelFiles) -> None:
    (files.folder / "info.json").unlink()


def nonsense_info(files: LanguageModelFiles) -> None:
    (files.folder / "info.json").write_text("[1, 2")


@pytest.mark.parametrize("damage", [cut, turned_bit, without_info, nonsense_info])
async def test_a_damaged_model_is_made_again_once(
    tmp_path: Path, damage: Callable[[LanguageModelFiles], None]
) -> None:
    told: list[str] = []
    files = await make(tmp_path, told)
    before = files.language_model.read_bytes(), files.dictionary.read_bytes()
    damage(files)
    told.clear()
    healed = await make(tmp_path, told)
    assert "damaged" in told[0]
    assert (healed.language_model.read_bytes(), healed.dictionary.read_bytes()) == before
    told.clear()
    await make(tmp_path, told)
    assert told == []
    assert await asyncio.to_thread(os.listdir, tmp_path) == [files.folder.name]


async def test_a_disk_that_keeps_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[str] = []

    async def writes_half(job: build._Job, progress: object) -> None:
        attempts.append(job.folder.name)
        job.folder.mkdir()
        (job.folder / "lm").write_text("half")

    monkeypatch.setattr(build, "_in_own_process", writes_half)
    with pytest.raises(UserError, match="damaged just after it was made: check that disk"):
        await make(tmp_path, [])
    assert len(attempts) == 1


async def test_the_model_in_use_is_not_the_one_to_go(tmp_path: Path) -> None:
    files = await make(tmp_path, [])
    others = [tmp_path / f"other{number}" for number in range(KEEP_MODELS)]
    for age, folder in enumerate(others):
        folder.mkdir()
        (folder / "info.json").write_text("{}")
        os.utime(folder, (2e9 - age,) * 2)
    os.utime(files.folder, (1e9, 1e9))  # made long before the others
    os.utime(others[0], (1.5e9, 1.5e9))
    await make(tmp_path, [])  # and used just now
    for folder in others[1:]:
        os.utime(folder, (1.6e9, 1.6e9))
    build._prune(tmp_path, keep=others[-1])
    assert files.intact
    assert not others[0].exists()
