"""What the owner writes is what is in force, and what is wrong with it is said with its place."""

import json
from pathlib import Path

import pytest

from assistant.config import Config, load
from assistant.errors import UserError


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def fault(path: Path | None, *overrides: str, **environ: str) -> str:
    with pytest.raises(UserError) as caught:
        load(path, overrides, environ)
    assert caught.value.exit_status == 2
    return str(caught.value)


def test_nothing_need_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CONFIG", str(tmp_path / "none.toml"))
    assert load(environ={}) == Config()


def test_default_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CONFIG", str(write(tmp_path, 'name = "Ada"')))
    assert load(environ={}).name == "Ada"


def test_process_environment_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("ASSISTANT__RECOGNITION__WHISPER__BEAM_SIZE", "4")
    assert load().recognition.whisper.beam_size == 4


def test_command_line_over_environment_over_file(tmp_path: Path) -> None:
    path = write(tmp_path, "[audio]\nvolume = 0.1\n[voice]\nspeed = 1.1\nspeaker = 1\n")
    environ = {"ASSISTANT__AUDIO__VOLUME": "0.2", "ASSISTANT__VOICE__SPEED": "1.2"}
    config = load(path, ["audio.volume=0.3"], environ)
    assert (config.audio.volume, config.voice.speed, config.voice.speaker) == (0.3, 1.2, "1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("alexa, hey_jarvis", ("alexa", "hey_jarvis")),
        ('["alexa", "hey, you"]', ("alexa", "hey, you")),
        ("alexa", ("alexa",)),
        ("", ()),
    ],
)
def test_lists_of_text(text: str, words: tuple[str, ...]) -> None:
    assert load(environ={"ASSISTANT__LISTENING__WAKE_WORDS": text}).listening.wake_words == words


def test_text_that_looks_like_a_number_stays_text() -> None:
    config = load(environ={"ASSISTANT__AUDIO__INPUT_DEVICE": "3", "ASSISTANT__NAME": '"007"'})
    assert (config.audio.input_device, config.name) == ("3", "007")


def test_empty_value_unsets_an_optional_key(tmp_path: Path) -> None:
    path = write(tmp_path, '[listening]\nwake_threshold = 0.4\n[log]\nfile = ""\n')
    assert load(path, environ={}).listening.wake_threshold == 0.4
    config = load(path, ["listening.wake_threshold="], {})
    assert config.listening.wake_threshold is None
    assert config.log.file is None


def test_tables_from_the_environment_as_json() -> None:
    devices = [{"name": "lamp", "kind": "light", "aliases": ["light"]}]
    config = load(environ={"ASSISTANT__HOME__DEVICES": json.dumps(devices)})
    assert config.home.devices[0].aliases == ("light",)


def test_section_as_json_is_merged(tmp_path: Path) -> None:
    path = write(tmp_path, "[voice]\nspeed = 1.5\nspeaker = 2\n")
    config = load(path, ['voice={"speed": 0.9}'], {})
    assert (config.voice.speed, config.voice.speaker) == (0.9, "2")


def test_named_file_must_be_there(tmp_path: Path) -> None:
    assert fault(tmp_path / "gone.toml") == f"There is no configuration file {tmp_path}/gone.toml."


def test_folder_is_not_a_file(tmp_path: Path) -> None:
    assert fault(tmp_path) == f"{tmp_path} cannot be read: Is a directory."


def test_not_text(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(b'name = "\xff"')
    assert fault(path) == f"{path} is not UTF-8 text (byte 8); save it as UTF-8."


def test_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    assert load(write(tmp_path, '\ufeffname = "Ada"'), environ={}).name == "Ada"


def test_unknown_key_names_line_and_nearest_key(tmp_path: Path) -> None:
    path = write(tmp_path, '# settings\nname = "Ada"\n\n[audio]\nvolum = 0.5\n')
    assert fault(path) == f"{path}, line 5: there is no setting audio.volum; did you mean audio.volume?"


def test_unknown_section(tmp_path: Path) -> None:
    path = write(tmp_path, '\n[listning]\nmode = "open"\n')
    assert fault(path) == f"{path}, line 2: there is no setting listning; did you mean listening?"


def test_key_in_the_wrong_section(tmp_path: Path) -> None:
    path = write(tmp_path, "volume = 0.5\n")
    assert fault(path) == f"{path}, line 1: there is no setting volume; did you mean audio.volume?"


def test_unknown_key_like_none_points_to_the_list(tmp_path: Path) -> None:
    path = write(tmp_path, "zzzz = 1\n")
    assert fault(path) == f"{path}, line 1: there is no setting zzzz; docs/configuration.md lists all keys."


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[server]\nport = "80"', 'line 2: server.port must be a whole number, not "80".'),
        ("[server]\nport = 70000", "line 2: server.port must be at most 65535, not 70000."),
        ("[server]\nport = true", "line 2: server.port must be a whole number, not true."),
        ("[audio]\nvolume = [1]", "line 2: audio.volume must be a number, not a list."),
        ("name = 3", "line 1: name must be text in quotes, not 3."),
        ('audio = "loud"', "line 1: audio must be a section with keys of its own, not text."),
        (
            '[listening]\nwake_words = "alexa"',
            'line 2: listening.wake_words must be a list such as ["one", "two"], not "alexa".',
        ),
        (
            '[listening]\nwake_words = [\n  "alexa",\n  # mine\n  7,\n]',
            "line 5: listening.wake_words[1] must be text in quotes, not 7.",
        ),
        ("[audio]\nvolume = 1979-05-27", 'line 2: audio.volume must be a number, not "1979-05-27".'),
        ('units = "stones"', 'line 1: units must be one of "metric" or "imperial", not "stones".'),
        ('[[home.areas]]\nname = "a"\n[[home.areas]]\n', "line 3: home.areas[1] needs the key name."),
    ],
)
def test_wrong_type_says_what_is_expected(tmp_path: Path, text: str, complaint: str) -> None:
    path = write(tmp_path, text)
    assert fault(path) == f"{path}, {complaint}"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('name = "a"\nunits metric\n', "line 2, column 7: not valid TOML: expected '=' after a key"),
        ("[audio]\nvolume = ", "line 2, column 10: not valid TOML: invalid value"),
        ('name = "a"\nname = "b"\n', "line 2, column 11: not valid TOML: cannot overwrite a value"),
        ('name = """open\n', "line 2, column 1: not valid TOML"),
    ],
)
def test_syntax_error_has_line_and_column(tmp_path: Path, text: str, place: str) -> None:
    path = write(tmp_path, text)
    assert fault(path).startswith(f"{path}, {place}")


def test_environment_fault_names_the_variable() -> None:
    said = fault(None, ASSISTANT__SERVER__PORT="http")
    assert said == (
        'environment variable ASSISTANT__SERVER__PORT: server.port must be a whole number, not "http".'
    )
    said = fault(None, ASSISTANT__SERVER__PROT="80")
    assert said.endswith(
        "ASSISTANT__SERVER__PROT: there is no setting server.prot; did you mean server.port?"
    )


def test_flag_fault_names_the_flag() -> None:
    assert fault(None, "voice.speed=9") == "--set voice.speed: voice.speed must be at most 2, not 9."
    assert fault(None, "voice.sped=1").startswith("--set voice.sped: there is no setting voice.sped")
    assert fault(None, "name.first=1").startswith("--set name.first: there is no setting name.first")
    assert fault(None, "loud") == "--set takes section.key=value, such as audio.volume=0.5."
    assert fault(None, "home.areas=kitchen").endswith("home.areas must be JSON, such as [{…}, {…}].")


def test_a_bad_value_that_is_overridden_does_no_harm(tmp_path: Path) -> None:
    assert load(write(tmp_path, "[audio]\nvolume = 7"), ["audio.volume=1"], {}).audio.volume == 1.0


def test_every_fault_is_listed(tmp_path: Path) -> None:
    path = write(tmp_path, '[audio]\nvolum = 1\n[[home.devices]]\nname = "x"\nkind = "lump"\n')
    said = fault(path, "units=stones", ASSISTANT__VOICE__SPEED="fast")
    assert said.splitlines()[0] == "The configuration has 4 faults:"
    assert "line 2: there is no setting audio.volum;" in said
    assert "line 5: home.devices[0].kind must be one of" in said
    assert "--set units: units must be one of" in said
    assert "ASSISTANT__VOICE__SPEED: voice.speed must be a number" in said


@pytest.mark.parametrize(
    ("text", "overrides", "environ"),
    [
        ("[generation]\napi_key = 12345678", (), {}),
        ('[generation]\napikey = "12345678"', (), {}),
        ('generation = "12345678"', (), {}),
        ("", ("generation.api_kee=12345678",), {}),
        ("", ("12345678",), {}),
        ("", ('generation={"api_key": "12345678"',), {}),
        ("", (), {"ASSISTANT__GENERATION": '["12345678"]'}),
        ("", (), {"ASSISTANT__GENERATION": '{"api_key": ["12345678"]}'}),
        ("", (), {"ASSISTANT__GENERATION__API_KEY": "12345678\udcff"}),
    ],
)
def test_secrets_are_never_shown(
    tmp_path: Path, text: str, overrides: tuple[str, ...], environ: dict[str, str]
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(UserError) as caught:
        load(path, overrides, environ)
    assert "12345678" not in str(caught.value)
    assert "12345678" not in repr(caught.value.__cause__)


def test_secret_is_hidden_in_a_good_configuration() -> None:
    config = load(environ={"ASSISTANT__GENERATION__API_KEY": "12345678"})
    assert config.generation.api_key.get_secret_value() == "12345678"
    assert "12345678" not in repr(config)


def test_every_section_can_be_given_in_part(tmp_path: Path) -> None:
    """A section that is there, but leaves keys out, has the defaults for them."""
    path = tmp_path / "config.toml"
    sections = ["audio", "listening", "recognition", "recognition.whisper", "recognition.sphinx", "voice"]
    sections += ["dialogue", "generation", "home", "names", "server", "log"]
    path.write_text("".join(f"[{section}]\n" for section in sections))
    assert load(path, environ={}) == Config()
