"""Which models stay in the cache."""

import os
from pathlib import Path

import pytest

from assistant.dialogue.kept_models import (
    KEPT_MODELS,
    UNFINISHED_S,
    InUse,
    forget_old_models,
    forget_unfinished,
    used_now,
)
from assistant.dialogue.project import models_folder


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Oldest first, two more than are kept."""
    monkeypatch.setenv("ASSISTANT_CACHE_DIR", str(tmp_path))
    made = [models_folder() / f"model{age}" / "model.tar.gz" for age in range(KEPT_MODELS + 2)]
    for age, model in enumerate(made):
        model.parent.mkdir(parents=True)
        model.write_bytes(b"a model")
        os.utime(model, (1000.0 + age, 1000.0 + age))
    return made


def test_those_used_last_are_kept(models: list[Path]) -> None:
    assert used_now(models[0])
    forget_old_models(models_folder())
    assert [model.exists() for model in models] == [True, False, False, True, True, True]
    assert not used_now(models[1])
    assert not models[1].parent.exists()


def test_what_somebody_thinks_with_is_kept(models: list[Path]) -> None:
    first, second = InUse(models[0]), InUse(models[0])
    forget_old_models(models_folder())
    assert [model.exists() for model in models] == [True, False, True, True, True, True]
    first.close()
    used_now(models[2])
    forget_old_models(models_folder())
    assert models[0].exists()
    second.close()
    forget_old_models(models_folder())
    assert not models[0].exists()


def test_a_model_elsewhere_is_left_alone(tmp_path: Path, models: list[Path]) -> None:
    (tmp_path / "mine").mkdir()
    InUse(tmp_path / "mine" / "model.tar.gz").close()
    InUse(models_folder() / "gone" / "model.tar.gz").close()
    assert list((tmp_path / "mine").iterdir()) == []


def test_what_a_killed_training_left_goes(models: list[Path]) -> None:
    old, new = (models_folder() / f".training-{name}" for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir()
    past = new.stat().st_mtime - UNFINISHED_S - 1
    os.utime(old, (past, past))
    forget_unfinished(models_folder())
    assert (old.exists(), new.exists()) == (False, True)
