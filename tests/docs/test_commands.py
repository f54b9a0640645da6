"""Every command that the documentation shows is typed here, or says which test does it instead."""

import ast
import os
import re
import subprocess
import wave
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli.commands import group
from tests.docs.reading import PAGES, ROOT, anchors, commands, documented, links
from tests.e2e.conftest import Person, Result

TIME = str(ROOT / "demo" / "1-time.wav")


@dataclass(frozen=True)
class Typed:
    """Run as it stands but for `places`, what a person would put there; `shows` says what it must do."""

    shows: Callable[[Result, Path], bool]
    places: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rasa: bool = False


@dataclass(frozen=True)
class Elsewhere:
    """Not run here: `why`, and the `test` (file::name) that does the same."""

    why: str
    test: str


FILES = "tests/e2e/test_files.py"
TRACES = "tests/observe/test_command.py"
CARD = "tests/e2e/test_sound_card.py"
KEY = "tests/e2e/test_push_to_talk.py"
SERVE = "tests/e2e/test_serve.py"

TABLE: dict[str, Typed | Elsewhere] = {
    "script/run": Elsewhere(
        "it waits for somebody to speak", f"{CARD}::test_wake_word_command_and_follow_up"
    ),
    "script/test": Elsewhere(
        "it runs this test", "tests/docs/test_commands.py::test_scripts_are_programs_and_end_at_once_on_help"
    ),
    "script/bench intelligibility --voice tests/fixtures/en_US-fixture-x_low.onnx": Elsewhere(
        "it takes minutes", "tests/synthesis/test_piper_fixture.py::test_what_it_says_is_understood"
    ),
    "script/run --input demo/*.wav --output answers.wav": Elsewhere(
        "it takes as long as the recordings", f"{FILES}::test_the_demonstration_of_the_readme"
    ),
    '.venv/bin/assistant ask "turn on the bedroom light" "which lights are on"': Typed(
        lambda result, folder: result.out.count("said") == 2 and "bedroom light" in result.out, rasa=True
    ),
    '.venv/bin/assistant ask --json "what time is it"': Typed(
        lambda result, folder: result.json[0]["intent"] == "ask_time" and bool(result.json[0]["replies"]),
        rasa=True,
    ),
    ".venv/bin/assistant --set listening.mode=open run": Elsewhere(
        "it needs a sound card", f"{CARD}::test_open_listening_needs_no_wake_word"
    ),
    ".venv/bin/assistant serve": Elsewhere(
        "it needs an address to listen on", f"{SERVE}::test_the_documented_request_is_answered"
    ),
    ".venv/bin/assistant tokens add home-assistant": Typed(
        lambda result, folder: len(result.out.strip()) >= 43 and "only time" in result.err
    ),
    ".venv/bin/assistant tokens list": Typed(lambda result, folder: result.status == 0),
    ".venv/bin/assistant tokens remove home-assistant": Elsewhere(
        "it needs a token", f"{SERVE}::test_a_token_is_needed_and_can_be_taken_back"
    ),
    ".venv/bin/assistant listen": Elsewhere(
        "it needs an assistant on a sound card", f"{KEY}::test_a_key_of_the_terminal_and_a_hotkey"
    ),
    ".venv/bin/assistant listen --hold": Elsewhere(
        "it needs an assistant on a sound card", f"{KEY}::test_a_key_of_the_terminal_and_a_hotkey"
    ),
    ".venv/bin/assistant listen --release": Elsewhere(
        "it needs an assistant on a sound card", f"{KEY}::test_a_key_of_the_terminal_and_a_hotkey"
    ),
    ".venv/bin/assistant --set listening.mode=push-to-talk run": Elsewhere(
        "it needs a sound card", f"{KEY}::test_a_key_of_the_terminal_and_a_hotkey"
    ),
    ".venv/bin/assistant --set log.level=info run": Elsewhere(
        "it needs a sound card",
        "tests/conversation/test_wake_check.py::test_a_near_miss_is_told_with_its_probability",
    ),
    "script/bench dialogue": Elsewhere(
        "it takes a minute", "tests/benchmarks/test_dialogue.py::test_growing_turns_are_seen"
    ),
    "script/bench generation": Elsewhere(
        "it takes a minute", "tests/benchmarks/test_generation.py::test_the_report_compares_with_the_aim"
    ),
    "script/bench wake": Elsewhere(
        "it takes minutes", "tests/benchmarks/test_wake.py::test_hits_and_moments_are_counted"
    ),
    "script/bench echo": Elsewhere(
        "it takes minutes", "tests/benchmarks/test_echo.py::test_own_voice_and_a_person_are_told_apart"
    ),
    ".venv/bin/assistant --set audio.echo_cancellation=false --set listening.barge_in=speech run": Elsewhere(
        "it needs a sound card",
        "tests/channels/test_barge_in.py::test_what_interrupts_follows_the_echo",
    ),
    **{
        f".venv/bin/assistant traces{options}": Elsewhere("it needs turns", f"{TRACES}::{test}")
        for options, test in {
            "": "test_percentiles_of_many_turns",
            " --since 2h": "test_which_turns_are_meant",
            " --session sound": "test_which_turns_are_meant",
            " --slowest 3": "test_which_turns_are_meant",
            " --waterfall 3": "test_one_turn_is_drawn",
            " --turn ID": "test_one_turn_is_drawn",
            " --follow": "test_who_follows_sees_a_turn_as_it_ends",
            " --json": "test_which_turns_are_meant",
            " --export turns.jsonl": "test_written_to_files",
            " --otlp spans.json": "test_written_to_files",
            " --otlp http://127.0.0.1:4318": "test_written_to_files",
        }.items()
    },
    ".venv/bin/assistant devices": Typed(
        lambda result, folder: result.status == 0 or "no sound device" in result.err
    ),
    ".venv/bin/assistant doctor": Typed(lambda result, folder: "checks:" in result.out, rasa=True),
    ".venv/bin/assistant doctor --tune": Elsewhere(
        "it takes minutes",
        "tests/doctor/test_tune.py::test_settings_are_measured_and_the_speed_is_remembered",
    ),
    ".venv/bin/assistant doctor --tune --write": Elsewhere(
        "it takes minutes", "tests/doctor/test_tune.py::test_on_the_command_line_it_shows_and_writes"
    ),
    **{
        f".venv/bin/assistant doctor --audio{options}": Elsewhere(
            "it needs a sound card",
            "tests/doctor/test_echo.py::test_measured_is_what_is_true_and_goes_into_the_settings",
        )
        for options in ("", " --write")
    },
    ".venv/bin/assistant call desktop.applications": Typed(lambda result, folder: result.status == 0),
    ".venv/bin/assistant models list": Typed(lambda result, folder: "base.en" in result.out),
    ".venv/bin/assistant models get base.en en_US-ljspeech-medium": Elsewhere(
        "it fetches 200 MB from a hub", "tests/models/test_get.py::test_whisper_model_arrives_whole"
    ),
    ".venv/bin/assistant models get qwen2.5-1.5b-instruct": Elsewhere(
        "it fetches 1.1 GB from a hub", "tests/models/test_language.py::test_a_language_model_arrives_whole"
    ),
    "script/bench generation_client": Elsewhere(
        "it takes a minute", "tests/generation/test_llama.py::test_it_starts_when_it_is_asked_and_streams"
    ),
    ".venv/bin/assistant --set generation.url=http://127.0.0.1:8080/v1 --set generation.model=NAME run": (
        Elsewhere(
            "it needs a language model and a sound card",
            "tests/e2e/test_generation.py::test_a_model_answers_once_and_knows_what_was_said_before",
        )
    ),
    ".venv/bin/assistant transcribe FILE…": Typed(
        lambda result, folder: "what time is it" in result.out, {"FILE…": [TIME]}
    ),
    ".venv/bin/assistant say TEXT -o FILE.wav": Typed(
        lambda result, folder: seconds(folder / "hello.wav") > 0.3,
        {"TEXT": ["hello"], "FILE.wav": ["hello.wav"]},
    ),
    ".venv/bin/assistant voice show": Typed(lambda result, folder: "* flite slt" in result.out),
    ".venv/bin/assistant voice use rms": Typed(lambda result, folder: "flite rms, speed 1" in result.out),
    ".venv/bin/assistant voice use --speed 1.2 --volume 0.8": Typed(
        lambda result, folder: "speed 1.2, volume 0.8" in result.out
    ),
    ".venv/bin/assistant voice use configured": Elsewhere(
        "it goes back from what was chosen before",
        "tests/services/test_voice.py::test_another_voice_and_back",
    ),
    ".venv/bin/assistant models get en_US-ljspeech-medium": Elsewhere(
        "it fetches 60 MB from a hub", "tests/models/test_get.py::test_whisper_model_arrives_whole"
    ),
    ".venv/bin/assistant voice use en_US-ljspeech-medium": Elsewhere(
        "it needs the voice", "tests/services/test_voice.py::test_a_chosen_voice_that_is_gone"
    ),
    ".venv/bin/assistant parse TEXT|WAV… --json": Typed(
        lambda result, folder: [each["intent"] for each in result.json] == ["ask_time", "ask_time"],
        {"TEXT|WAV…": ["what time is it", TIME]},
        rasa=True,
    ),
    ".venv/bin/assistant names": Typed(
        lambda result, folder: "kitchen light" in result.out and "virtual home" in result.out
    ),
    ".venv/bin/assistant switch": Typed(lambda result, folder: "no-actions  off" in result.out),
    ".venv/bin/assistant switch no-actions on": Typed(lambda result, folder: "on" in result.out.split()),
    ".venv/bin/assistant switch no-actions off": Typed(lambda result, folder: "off" in result.out.split()),
    **{
        f".venv/bin/assistant review {command}": Elsewhere(
            "it needs turns", "tests/oversight/test_corrections.py::test_accepted_rejected_and_shown"
        )
        for command in ("accept 3 --intent turn_off", "reject 4")
    },
    ".venv/bin/assistant review check": Typed(lambda result, folder: "Nothing was put right" in result.out),
    ".venv/bin/assistant review stats": Typed(lambda result, folder: "people said" in result.out),
    ".venv/bin/assistant governance --output governance.html": Typed(
        lambda result, folder: "<table>" in (folder / "governance.html").read_text("utf-8")
    ),
    ".venv/bin/assistant review list": Typed(lambda result, folder: "Nothing is kept" in result.out),
    ".venv/bin/assistant review export -o reviews.jsonl": Typed(lambda result, folder: result.status == 0),
    ".venv/bin/assistant review clear": Typed(lambda result, folder: "0 turns forgotten" in result.out),
    ".venv/bin/assistant names forget": Typed(lambda result, folder: "0 forgotten" in result.out),
    ".venv/bin/assistant names pronounce siobhan": Typed(lambda result, folder: "SH AH V AO N" in result.out),
    '.venv/bin/assistant names pronounce siobhan --like "shove on"': Typed(
        lambda result, folder: "(yours)" in result.out and (folder / "pronunciations.txt").is_file()
    ),
    ".venv/bin/assistant knowledge add PATH…": Typed(
        lambda result, folder: result.out == "boiler manual: 6 passages\n",
        {"PATH…": [str(ROOT / "benchmarks" / "documents" / "library" / "boiler-manual.md")]},
    ),
    ".venv/bin/assistant knowledge list": Typed(lambda result, folder: "No documents are kept" in result.out),
    **{
        f".venv/bin/assistant knowledge {command}": Elsewhere(
            "it needs documents", "tests/cli/test_knowledge.py::test_added_found_and_removed"
        )
        for command in ("search WORDS…", "remove NAME…")
    },
    "script/bench documents": Elsewhere(
        "it takes a minute",
        "tests/benchmarks/test_documents.py::test_what_the_page_says_of_the_threshold_is_so",
    ),
    ".venv/bin/assistant call --list": Typed(
        lambda result, folder: "timers.start" in result.out and "duration*=…" in result.out
    ),
    ".venv/bin/assistant call lists.add items=milk,eggs list=shopping": Typed(
        lambda result, folder: '"eggs"' in result.out
    ),
    '.venv/bin/assistant call home.set target.device="floor lamp" state=on': Typed(
        lambda result, folder: result.status == 0 and "floor lamp" in result.out
    ),
    '.venv/bin/assistant call home.set target.device="front door" state=unlocked --yes': Typed(
        lambda result, folder: result.status == 0 and "unlocked" in result.out
    ),
    '.venv/bin/assistant call knowledge.calculate question="seventeen percent of eighty"': Typed(
        lambda result, folder: "thirteen point six" in result.out
    ),
    '.venv/bin/assistant call knowledge.convert question="how many cups in a litre"': Typed(
        lambda result, folder: "four point two three cups" in result.out
    ),
    ".venv/bin/assistant call clock.time --json": Typed(lambda result, folder: result.json["ok"] is True),
    ".venv/bin/assistant plugins list": Typed(lambda result, folder: "There are no plugins" in result.out),
    ".venv/bin/assistant plugins check": Typed(
        lambda result, folder: result.status == 0 and str(folder / "plugins") in result.out
    ),
    ".venv/bin/assistant call dice.roll count=2": Elsewhere(
        "it needs the plugin", "tests/cli/test_call.py::test_a_service_of_a_plugin_is_called_like_any_other"
    ),
    "script/bench nlu": Elsewhere(
        "it takes minutes", "tests/benchmarks/test_nlu.py::test_the_real_rasa_learns_and_is_asked"
    ),
    "script/bench nlu --data DIR": Elsewhere(
        "its data are not part of the project",
        "tests/benchmarks/test_nlu.py::test_hwu64_is_read_and_its_absence_said",
    ),
    "script/bench pipecat": Elsewhere(
        "it takes half an hour and sets up first",
        "tests/benchmarks/test_pipecat.py::test_pipecat_hears_a_command_and_answers",
    ),
    "script/bench recordings --speech DIR --labels FILE --snr clean 24 12 --noise FILE --failures": Elsewhere(
        "it needs recordings and sets up first",
        "tests/benchmarks/test_recordings.py::test_two_orders_by_a_clear_voice_are_right_and_a_false_label_is_not",
    ),
    "script/bench turns": Elsewhere(
        "it takes an hour",
        "tests/benchmarks/test_turns.py::test_meaning_waits_for_the_number_and_not_after_it",
    ),
    ".venv/bin/assistant privacy": Typed(lambda result, folder: "dialogue.db" in result.out),
    ".venv/bin/assistant privacy export anna anna.zip": Typed(
        lambda result, folder: result.status == 0 and (folder / "anna.zip").is_file(),
    ),
    ".venv/bin/assistant privacy erase anna": Elsewhere(
        "it asks for a yes at a terminal",
        "tests/privacy/test_erase.py::test_nothing_of_an_erased_person_is_in_any_byte",
    ),
    ".venv/bin/assistant audit show --last 5": Typed(lambda result, folder: result.status == 0),
    ".venv/bin/assistant audit verify": Typed(lambda result, folder: result.status == 0),
    ".venv/bin/assistant train": Typed(lambda result, folder: result.status == 0, rasa=True),
    "ASSISTANT__LISTENING__WAKE_WORDS=okay_nabu,hey_jarvis assistant run": Elsewhere(
        "it needs a sound card", f"{CARD}::test_wake_word_command_and_follow_up"
    ),
    'assistant run --set audio.volume=0.5 --set \'home.areas=[{"name": "kitchen"}]\'': Elsewhere(
        "it needs a sound card", f"{CARD}::test_open_listening_needs_no_wake_word"
    ),
}


def seconds(path: Path) -> float:
    with wave.open(str(path)) as file:
        return float(file.getnframes() / file.getframerate())


def typed(rasa: bool) -> list[str]:
    return [text for text, how in TABLE.items() if isinstance(how, Typed) and how.rasa is rasa]


def test_every_command_of_the_documentation_is_known_here() -> None:
    unknown = [f"{command.where}: {command.text}" for command in documented() if command.text not in TABLE]
    assert unknown == [], "add a line to TABLE"
    assert [text for text in TABLE if text not in {command.text for command in documented()}] == []


def type_in(person: Person, text: str) -> None:
    how = TABLE[text]
    assert isinstance(how, Typed)
    (command,) = (command for command in documented() if command.text == text)
    words = [each for word in command.words for each in how.places.get(word, [word])]
    assert words[0] == ".venv/bin/assistant"
    result = person.run(*words[1:], cwd=person.folder)
    assert "Traceback" not in result.err
    assert how.shows(result, person.folder), f"{result.status}\n{result.out}\n{result.err}"


@pytest.mark.parametrize("text", typed(rasa=False))
def test_typing_it(person: Person, text: str) -> None:
    type_in(person, text)


@pytest.mark.rasa
@pytest.mark.usefixtures("rasa_is_there")
@pytest.mark.parametrize("text", typed(rasa=True))
def test_typing_it_with_rasa(person: Person, text: str) -> None:
    type_in(person, text)


@pytest.mark.parametrize("text", [text for text, how in TABLE.items() if isinstance(how, Elsewhere)])
def test_what_is_not_typed_here_is_tested_elsewhere(text: str) -> None:
    how = TABLE[text]
    assert isinstance(how, Elsewhere)
    file, _, name = how.test.partition("::")
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, functions)}


@pytest.mark.parametrize(
    "text", [command.text for command in documented() if "assistant" in command.text.split("/")[-1]]
)
def test_its_options_exist(text: str) -> None:
    """Also of what is not typed here: with --help the command line is read, and nothing is done."""
    words = next(command.words for command in documented() if command.text == text)
    program = next(at for at, word in enumerate(words) if word.endswith("assistant"))
    shown = CliRunner().invoke(group, [*words[program + 1 :], "--help"])
    assert shown.exit_code == 0, shown.output


# ── scripts, programs and files that are named ────────────────────────────────────────────────────────────

FOLDERS = "assistant|audio|rasa_project|benchmarks|tests|docs|demo"
SCRIPTS = sorted((ROOT / "script").iterdir())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_programs_and_end_at_once_on_help(script: Path) -> None:
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True, timeout=10)
    if script.name == "setup":
        shown = subprocess.run([script, "--help"], capture_output=True, text=True, timeout=10, check=True)
        assert "script/setup" in shown.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_named_in_passing_is_there(page: Path) -> None:
    """Scripts, commands, files and folders in `code`."""
    missing = []
    for code in re.findall(r"`([^`\n]+)`", page.read_text("utf-8")):
        command = re.match(r"(?:\.venv/bin/)?assistant ([a-z]+)\b", code)
        path = re.match(r"script/[\w-]+", code) or re.fullmatch(rf"(?:{FOLDERS})/[\w/.-]*", code)
        if (command and command[1] not in group.commands) or (path and not (ROOT / path[0]).exists()):
            missing.append(code)
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    broken = []
    for target in links(text):
        name, _, anchor = target.partition("#")
        file = (page.parent / name) if name else page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text("utf-8"))):
            broken.append(target)
    assert broken == []


# ── the reader itself ─────────────────────────────────────────────────────────────────────────────────────

PAGE = """
Text with `script/inline` and script/words.

    script/one --flag   # a comment
    sound in ─▶ out
    .venv/bin/assistant ask "is # a comment"  # is one

- a list

    script/belongs to the list

```sh
NAME=value assistant run --set 'a=[{"b": 1}]'
assistants are no command
```
"""


def test_what_counts_as_a_command() -> None:
    found = list(commands(PAGE, "page"))
    assert [command.text for command in found] == [
        "script/one --flag",
        '.venv/bin/assistant ask "is # a comment"',
        "NAME=value assistant run --set 'a=[{\"b\": 1}]'",
    ]
    assert found[1].words == [".venv/bin/assistant", "ask", "is # a comment"]
    assert found[0].where == "page, line 4"


def test_what_counts_as_a_link() -> None:
    page = "[a](b.md) and ![c](d.png) and [e](https://f.g/h) and [i](#j-k) and `[l](m)`\n\n    [n](o)\n"
    assert list(links(page)) == ["b.md", "#j-k"]
    assert anchors("# A `b` (c)\n\ntext\n\n## D, e") == {"a-b-c", "d-e"}
