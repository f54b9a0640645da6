"""What settings may declare, how risky it is, and which words of a sentence are values."""

import json
from typing import Any

import pytest
from pydantic import Field, ValidationError

from assistant.config.commands import Command
from assistant.config.placeholders import filled, placeholders
from assistant.config.policy import Policy, PolicyRule
from assistant.services.commands.output import beginning
from assistant.services.commands.phrases import described, heard
from assistant.services.service import Call, Done, Input, Origin, Risk, service
from tests.services.commands.conftest import Sit

TEXT = {"name": "x"}
NUMBER = {"name": "x", "kind": "number"}


def command(**keys: Any) -> Command:
    return Command.model_validate_json(json.dumps({"name": "it", **keys}), strict=True)


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({}, "needs one of"),
        ({"run": ["true"], "http": {"url": "https://a.example"}}, "needs one of"),
        ({"run": ["{x}"], "parameters": [NUMBER]}, "program of the command it cannot be spoken"),
        ({"run": ["echo", "{y}"], "parameters": [TEXT]}, "has {y}, which is none of its parameters"),
        ({"run": ["true"], "say": ["do {x}"]}, "has {x}, which is none of its parameters"),
        ({"run": ["sh", "-c", "echo {x}"], "parameters": [TEXT]}, "hand free words to sh"),
        (
            {"run": ["env", "A=1", "/bin/bash", "-lc", "f {x}"], "parameters": [TEXT]},
            "hand free words to bash",
        ),
        ({"run": ["ssh", "host", "{x}"], "parameters": [TEXT]}, "hand free words to ssh"),
        ({"run": ["python3", "-c", "print('{x}')"], "parameters": [TEXT]}, "hand free words to python3"),
        ({"run": ["true"], "parameters": [{"name": "x", "kind": "choice"}]}, "needs `choices`"),
        ({"run": ["true"], "parameters": [{"name": "x", "pattern": "("}]}, "no regular expression"),
        ({"run": ["true"], "parameters": [TEXT, NUMBER]}, "two parameters of one name"),
        (
            {"run": ["true"], "parameters": [{**NUMBER, "minimum": 2, "maximum": 1}]},
            "minimum above its maximum",
        ),
        ({"http": {"url": "http://a.example/"}}, "must be https, or loopback"),
        ({"http": {"url": "http://8.8.8.8/", "lan": True}}, "not on a private network"),
        ({"http": {"url": "ftp://a.example/"}}, "must begin with https"),
        ({"http": {"url": "https://{x}.example/"}, "parameters": [TEXT]}, "cannot be spoken"),
        ({"http": {"url": "https://u:p@a.example/"}}, "must hold no password"),
        ({"name": "It Is", "run": ["true"]}, "pattern"),
    ],
)
def test_what_is_refused(keys: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why.replace("{", r"\{").replace("(", r"\(")):
        command(**keys)


@pytest.mark.parametrize(
    "keys",
    [
        {"run": ["sh", "-c", "sleep {x}"], "parameters": [NUMBER]},
        {
            "run": ["ssh", "host", "{x}"],
            "parameters": [{"name": "x", "kind": "choice", "choices": {"a": "b"}}],
        },
        {"run": ["jq", "{{x}}"]},
        {"http": {"url": "http://printer.lan/", "lan": True}},
        {"http": {"url": "http://localhost:1/{x}"}, "parameters": [TEXT]},
    ],
)
def test_what_is_taken(keys: dict[str, Any]) -> None:
    command(**keys)


def test_placeholders_are_filled_once() -> None:
    assert placeholders("{a} {{b}} {c}{a} {} {D}") == ("a", "c")
    assert filled("{a} {{b}} {c}", {"a": "{c}", "c": "1"}) == "{c} {b} 1"


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("back up my photos to the attic", {"what": "photos", "where": "attic"}),
        ("Please back up my photos, to the attic.", {"what": "photos", "where": "attic"}),
        (
            "could you please back up my tax papers to the usb stick now",
            {"what": "tax papers", "where": "usb stick"},
        ),
        ("save my photos", {"what": "photos"}),
        ("save my photos please", {"what": "photos"}),
        ("my photos", {}),
        ("back up my photos", {}),
    ],
)
def test_the_words_in_the_places_of_a_phrase(said: str, values: dict[str, str]) -> None:
    parameters = [{"name": "what"}, {"name": "where"}]
    it = command(
        say=["back up my {what} to the {where}", "save my {what}"], run=["true"], parameters=parameters
    )
    assert heard(it, said) == values


def test_choices_are_found_in_other_words() -> None:
    parameters = [
        {"name": "what", "kind": "choice", "choices": {"papers": "/p", "tax papers": "/t"}},
        {"name": "x"},
    ]
    it = command(say=["back up my {what} to {x}"], run=["true"], parameters=parameters)
    assert heard(it, "well make a copy of the tax papers for me") == {"what": "tax papers"}
    assert heard(it, "well make a copy") == {}


def test_what_a_command_does_in_the_owners_words() -> None:
    it = command(say=["back up my {x}"], run=["true"], parameters=[TEXT])
    assert described(it, {"x": "photos"}) == "back up your photos"
    assert described(it, {}) == "run the command it"
    assert described(command(run=["true"], name="no_words"), {}) == "run the command no words"


def test_output_as_it_is_said() -> None:
    assert beginning("") == ""
    assert beginning("\n\n  One  two\x07\nthree. Four. Five.") == "One two. three."
    assert beginning("word " * 100).endswith("word …")
    assert len(beginning("word " * 100)) <= 303


async def test_a_command_needs_a_yes_that_names_it_unless_its_owner_says_otherwise(sit: Sit) -> None:
    desk = await sit(
        {
            "name": "auto",
            "risk": "auto",
            "say": ["back up my {x}"],
            "run": ["echo", "{x}"],
            "parameters": [TEXT],
        },
        {"name": "own", "risk": "risky", "ask": "Really {x}?", "run": ["true"], "parameters": [TEXT]},
        {"name": "free", "risk": "reversible", "run": ["true"]},
    )
    question = await desk.call("auto", x="photos")
    assert question.error_message == "Shall I really back up your photos?"
    assert (await desk.yes("auto", question, x="photos")).result["spoken"] == "photos."
    other = await desk.call("auto", x="photos")
    assert (await desk.yes("auto", other, x="secrets")).error_code == "not_confirmed"
    assert (await desk.call("own", x="now")).error_message == "Really now?"
    assert await desk.says("free") == "Done."


async def test_guests_may_run_nothing_risky_and_rules_count(sit: Sit) -> None:
    rule = PolicyRule(services=("commands.free",), decision="deny")
    desk = await sit(
        {"name": "it", "risk": "auto", "run": ["true"]},
        {"name": "free", "run": ["true"]},
        policy=Policy(rules=(rule,)),
    )
    guest = Origin("browser:ab", 1, "console")
    assert (await desk.registry.call("commands.it", {}, guest)).error_code == "forbidden"
    assert (await desk.call("free")).error_code == "forbidden"


async def test_a_preview_runs_nothing(sit: Sit, tmp_path: Any) -> None:
    left = tmp_path / "left"
    desk = await sit({"name": "it", "run": ["touch", str(left)]})
    outcome = await desk.registry.call("commands.it", {}, Origin("desk", 1, "dialogue", preview=True))
    assert (outcome.error_code, left.exists()) == ("preview", False)


class Lamp:
    def __init__(self) -> None:
        self.level = 0

    class To(Input):
        level: int = Field(le=100)

    @service("lamp.set", "Set the lamp.", Risk.REVERSIBLE)
    async def set(self, asked: To, origin: Origin) -> Done:
        before, self.level = self.level, asked.level
        return Done({"spoken": f"Level {asked.level}."}, (Call("lamp.set", {"level": before}),))

    @service("lamp.smash", "Smash the lamp.", Risk.RISKY)
    async def smash(self, asked: To, origin: Origin) -> dict[str, Any]:
        self.level = -1
        return {}


async def test_a_macro_is_its_calls(sit: Sit) -> None:
    level = {"service": "lamp.set", "arguments": {"level": "{x}"}}
    desk = await sit(
        {"name": "dim", "risk": "auto", "macro": [level, level], "parameters": [NUMBER]},
        {"name": "smash", "risk": "auto", "macro": [{"service": "lamp.smash", "arguments": {"level": 1}}]},
        {"name": "half", "macro": [{"service": "lamp.none"}, {**level, "arguments": {"level": 7}}]},
        {"name": "bad", "macro": [{"service": "lamp.set", "arguments": {"level": 900}}]},
    )
    lamp = Lamp()
    desk.registry.add(lamp)
    outcome = await desk.call("dim", x="forty")
    assert (outcome.result["spoken"], lamp.level) == ("Level 40. Level 40.", 40)
    for call in outcome.undo:
        await desk.registry.call(call.service, call.arguments, Origin("desk", 9, "console"))
    assert lamp.level == 0
    question = await desk.call("smash")
    assert (question.error_code, question.error_message) == (
        "needs_confirmation",
        "Shall I really smash the lamp?",
    )
    assert (await desk.yes("smash", question)).ok
    assert lamp.level == -1
    assert (await desk.call("half")).error_code == "forbidden"
    assert "level is not right" in await desk.says("bad")


async def test_what_takes_it_back_is_a_command_with_the_same_values(sit: Sit) -> None:
    choice = {"name": "x", "kind": "choice", "choices": {"the attic": "/a"}}
    desk = await sit(
        {"name": "up", "run": ["echo", "{x}"], "parameters": [choice], "undo": "down"},
        {"name": "down", "run": ["echo", "{x}"], "parameters": [choice]},
    )
    outcome = await desk.call("up", x="attic")
    assert outcome.undo == (Call("commands.down", {"x": "the attic"}),)


async def test_what_is_missing_is_asked_for(sit: Sit) -> None:
    desk = await sit(
        {
            "name": "it",
            "say": ["move {x} to {y}", "move things"],
            "run": ["true"],
            "parameters": [NUMBER, {"name": "y", "question": "Where to?"}],
        }
    )
    filled_in = await desk.call("fill", command="it", said="move three to the attic")
    assert filled_in.result == {"arguments": {"x": "three", "y": "the attic"}, "missing": "", "question": ""}
    asked = await desk.call("fill", command="it", said="move things")
    assert (asked.result["missing"], asked.result["question"]) == ("x", "Which x?")
    asked = await desk.call("fill", command="it", said="move things", values={"x": "3"})
    assert (asked.result["missing"], asked.result["question"]) == ("y", "Where to?")
    wrong = await desk.call("fill", command="it", said="move lots to the attic")
    assert (wrong.result["missing"], wrong.result["question"]) == ("x", "I did not understand lots as a x.")
    assert (await desk.call("fill", command="none")).error_code == "unknown_command"
