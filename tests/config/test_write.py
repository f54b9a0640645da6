"""What the program writes into the owner's file, and what it leaves as it was."""

import stat
from pathlib import Path

import pytest

from assistant.config import load
from assistant.config.write import write
from assistant.errors import UserError

INT8: dict[tuple[str, ...], object] = {
    ("recognition", "whisper", "compute_type"): "int8",
    ("recognition", "whisper", "cpu_threads"): 2,
    ("recognition", "whisper", "window_s"): 15.0,
}

SHAPES = {
    "nothing": "",
    "a table": '[recognition.whisper]\nmodel = "base.en" # the good one\ncompute_type = "float32"\n',
    "its parent": '[recognition]\nengine = "auto"\n',
    "dotted keys": 'recognition.whisper.model = "base.en"\n\n[audio]\nvolume = 0.5\n',
    "dotted keys below": '[recognition]\nwhisper.model = "base.en"\n',
    "an inline table": '[recognition]\nwhisper = { model = "base.en", beam_size = 2 }\n',
    "quoted": '["recognition"."whisper"]\nmodel = "base.en"\n',
    "windows": "[audio]\r\nvolume = 0.5\r\n",
    "others": '# mine\nname = "Ada"  # a name\n\n[[home.devices]]\nname = "lamp"\nkind = "light"\n\n'
    '[names]\npeople = [\n  "Siobhan", # sister\n]\n',
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())
def test_settings_are_put_where_they_belong_and_the_rest_stays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text.encode())
    before = load(path, environ={})
    write(path, INT8)
    after = load(path, environ={})
    whisper = after.recognition.whisper
    assert (whisper.compute_type, whisper.cpu_threads, whisper.window_s) == ("int8", 2, 15.0)
    kept = whisper.model_copy(update={"compute_type": "int8", "cpu_threads": 0, "window_s": 10.0})
    assert kept == before.recognition.whisper.model_copy(
        update={"compute_type": "int8", "cpu_threads": 0, "window_s": 10.0}
    )
    assert after.model_copy(update={"recognition": before.recognition}) == before
    for comment in ("# the good one", "# mine", "# a name", "# sister"):
        assert (comment in path.read_text()) == (comment in text)


def test_writing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    write(path, INT8)
    first = path.read_bytes()
    write(path, INT8)
    assert path.read_bytes() == first


def test_a_new_file_gets_its_folder_and_an_old_one_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "some" / "where" / "config.toml"
    write(path, INT8)
    path.chmod(0o600)
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    write(link, {("name",): "Ada"})
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load(path, environ={}).name == "Ada"
    assert [each.name for each in path.parent.iterdir()] == ["config.toml"]


@pytest.mark.parametrize(
    ("text", "values", "words"),
    [
        ("name = \n", INT8, "line 1"),
        ('name = "Ada"\nnmae = 1\n', INT8, "nmae"),
        ("", {("recognition", "whisper", "beam_size"): 99}, "beam_size must be at most 10"),
        ("recognition = 3\n", INT8, "recognition"),
    ],
)
def test_what_is_faulty_stays_as_it_is(
    tmp_path: Path, text: str, values: dict[tuple[str, ...], object], words: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=words) as caught:
        write(path, values)
    assert "othing was changed" in str(caught.value)
    assert path.read_text() == text
    assert [each.name for each in tmp_path.iterdir()] == ["config.toml"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("")
    with pytest.raises(UserError, match="cannot be"):
        write(place / "config.toml", INT8)
