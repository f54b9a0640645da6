"""Whisper measured on this machine, with real models in processes of their own."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assistant.cli.commands import group
from assistant.config import Config, load
from assistant.doctor import tune as tune_module
from assistant.doctor.tune import Row, best_of, tune, words_right
from assistant.errors import UserError
from assistant.models import listing
from assistant.models.speed import Speed, machine, recall, remember, remember_first, speeds_file
from tests.recognition.speech import WHY, needs_flite
from tests.whisper_fixture import FOLDER


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STATE", "CACHE", "MODELS"):
        monkeypatch.setenv(f"ASSISTANT_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.setenv("ASSISTANT_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "models" / "whisper" / "tiny.en"
    shutil.copytree(FOLDER, folder)
    return folder


@pytest.fixture
def few_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each measurement starts a process: two compute types, one number of threads and two windows are enough."""
    monkeypatch.setattr(tune_module, "_choices", lambda _settings: (["int8", "float32"], [1]))
    monkeypatch.setattr(tune_module, "WINDOWS_S", (5, 10))


def row(compute_type: str = "int8", threads: int = 1, **figures: float) -> Row:
    return Row(
        "m",
        compute_type,
        threads,
        10,
        seconds=figures.get("seconds", 1.0),
        memory_mb=figures.get("memory_mb", 100.0),
        words_right=figures.get("words_right", 1.0),
    )


def test_the_best_is_the_fastest_of_those_that_understand() -> None:
    slow, fast = row(seconds=2.0), row("float32", seconds=1.0)
    assert best_of([slow, fast]) is fast
    assert best_of([slow, row(seconds=0.5, words_right=0.9)]) is slow
    assert best_of([slow, row(seconds=0.5, words_right=0.99)]).seconds == 0.5


def test_of_equals_the_one_that_leaves_more_to_others() -> None:
    two, one = row(threads=2, seconds=1.0), row(threads=1, seconds=1.04)
    assert best_of([two, one]) is one
    big, small = row(memory_mb=200.0, seconds=1.0), row(memory_mb=150.0, seconds=1.01)
    assert best_of([big, small]) is small


def test_what_does_not_work_is_not_the_best() -> None:
    broken = Row("m", "int16", 1, 10, problem="no")
    assert best_of([broken, row()]) == row()
    with pytest.raises(UserError, match="assistant doctor"):
        best_of([broken])


@pytest.mark.parametrize(
    ("heard", "right"),
    [("Turn on the light.", 1.0), ("turn on", 0.5), ("", 0.0), ("on turn the light", 0.75)],
)
def test_words_right(heard: str, right: float) -> None:
    assert words_right(["turn on the light"], [heard]) == right


def test_speeds_are_remembered_by_model_and_machine(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speed = Speed(0.2, 2.0, "int8", 1, 5)
    assert recall(model) is None
    remember(model, speed)
    assert recall(model) == speed
    assert speed.real_time_factor == pytest.approx(0.1)
    remember_first(model, Speed(9.0, 2.0, "int8", 1, 5))
    assert recall(model) == speed
    assert next(each for each in listing() if each.model.name == "tiny.en").speed == speed
    monkeypatch.setattr("assistant.models.speed.machine", lambda: "another processor, 64 cores")
    assert recall(model) is None
    monkeypatch.undo()
    assert str(os.cpu_count()) in machine()


def test_a_replaced_model_and_a_damaged_memory_are_not_known(model: Path) -> None:
    remember(model, Speed(0.2, 2.0, "int8", 1, 5))
    with (model / "model.bin").open("ab") as weights:
        weights.write(b"x")
    assert recall(model) is None
    for damaged in ("", "[]", '{"x": 1}', "{"):
        speeds_file().write_text(damaged)
        assert recall(model) is None
        remember(model, Speed(0.3, 2.0, "int8", 1, 5))
        assert recall(model) is not None


@pytest.mark.skipif(needs_flite, reason=WHY)
@pytest.mark.usefixtures("few_choices")
async def test_settings_are_measured_and_the_speed_is_remembered(model: Path, tmp_path: Path) -> None:
    shutil.copytree(model, tmp_path / "models" / "whisper" / "my-own")
    config, seen = Config(), list[Row]()
    tuned = await tune(config, ["kitchen"], seen.append)
    assert list(tuned.rows) == seen
    assert [(each.compute_type, each.window_s) for each in seen[:2]] == [("int8", 10), ("float32", 10)]
    assert {each.model for each in seen} == {"tiny.en", "my-own"}
    for each in seen:
        assert not each.problem
        assert each.seconds > 0.0
        assert each.cpu_s > 0.0
        assert each.memory_mb > 50.0
        assert 1.5 < each.audio_s < 5.0
    assert tuned.best in seen
    speed = recall(model)
    assert speed is not None
    assert (speed.seconds, speed.window_s) == (tuned.best.seconds, tuned.best.window_s)
    assert recall(tmp_path / "models" / "whisper" / "my-own") is not None


@pytest.mark.skipif(needs_flite, reason=WHY)
async def test_a_setting_that_does_not_work_is_a_row_and_not_the_end(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tune_module, "_choices", lambda _settings: (["int3", "int8"], [1]))
    monkeypatch.setattr(tune_module, "WINDOWS_S", (10,))
    tuned = await tune(Config())
    assert "compute_type" in tuned.rows[0].problem
    assert tuned.best.compute_type == "int8"


@pytest.mark.skipif(needs_flite, reason=WHY)
async def test_cancelling_leaves_no_process_behind(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = asyncio.Event()
    made: list[asyncio.subprocess.Process] = []
    real = asyncio.create_subprocess_exec

    async def start(*args: str, **options: Any) -> asyncio.subprocess.Process:
        process = await real(*args, **options)
        made.append(process)
        started.set()
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    task = asyncio.create_task(tune(Config()))
    async with asyncio.timeout(60):
        await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [process.returncode is not None for process in made] == [True]


async def test_without_a_model_it_says_how_to_get_one() -> None:
    with pytest.raises(UserError, match=r"assistant models get base\.en"):
        await tune(Config())


@pytest.mark.skipif(needs_flite, reason=WHY)
@pytest.mark.usefixtures("model")
def test_on_the_command_line_it_shows_and_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tune_module, "_choices", lambda _settings: (["int8"], [1]))
    monkeypatch.setattr(tune_module, "WINDOWS_S", (10,))
    path = tmp_path / "config.toml"
    path.write_text('name = "Ada" # mine\n')
    result = CliRunner().invoke(group, ["doctor", "--tune", "--write"])
    assert result.exit_code == 0, result.output
    assert "tiny.en *" in result.stdout
    assert "int8" in result.stdout
    assert load(path, environ={}).recognition.whisper.cpu_threads == 1
    assert "# mine" in path.read_text()
    listed = CliRunner().invoke(group, ["models", "list"])
    assert " ms for " in listed.stdout


def test_write_alone_is_an_error() -> None:
    assert CliRunner().invoke(group, ["doctor", "--write"]).exit_code == 2
