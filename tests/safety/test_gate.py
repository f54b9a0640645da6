"""The gate is shut unless every guard has said yes in time."""

import asyncio

import pytest

from assistant.config.model import Config
from assistant.safety.create import open_gate, secrets_of
from assistant.safety.gate import MOST_CHARACTERS, Gate
from assistant.safety.guard import ALLOWED, Verdict
from assistant.safety.rule_guard import RuleGuard
from assistant.safety.templates import GATE, template_for
from tests.conversation.virtual_time import in_virtual_time, now_s

FINE = "Hamlet was written by William Shakespeare."


class Scripted:
    """A guard that does what it is told: a verdict, a failure, or a delay in seconds."""

    name = "scripted"

    def __init__(self, does: Verdict | Exception | float) -> None:
        self.does = does
        self.asked = 0

    async def judge(self, sentence: str, before: str = "") -> Verdict:
        self.asked += 1
        match self.does:
            case Verdict():
                return self.does
            case float():
                await asyncio.sleep(self.does)
                return ALLOWED
            case error:
                raise error


async def test_what_all_guards_allow_is_said_as_it_is() -> None:
    checked = await Gate([RuleGuard(), Scripted(ALLOWED)], 5.0).check(FINE)
    assert (checked.text, checked.blocked) == (FINE, "")


@in_virtual_time
async def test_a_slow_guard_is_a_no() -> None:
    began_s = now_s()
    checked = await Gate([Scripted(10.0)], 0.5, now_s).check(FINE)
    assert (checked.text, checked.blocked) == (template_for(GATE), GATE)
    assert now_s() - began_s == pytest.approx(0.5)


async def test_a_guard_that_never_lets_the_loop_run_is_a_no_too() -> None:
    times = iter((0.0, 3.0))
    assert (await Gate([Scripted(ALLOWED)], 0.5, lambda: next(times)).check(FINE)).blocked == GATE


@pytest.mark.parametrize("error", [RuntimeError("broken"), TimeoutError(), ValueError()])
async def test_a_guard_that_fails_is_a_no(error: Exception) -> None:
    assert (await Gate([Scripted(error)], 5.0).check(FINE)).blocked == GATE


async def test_without_a_guard_nothing_passes() -> None:
    assert (await Gate([], 5.0).check(FINE)).blocked == GATE


async def test_what_is_no_sentence_does_not_pass() -> None:
    assert (await Gate([RuleGuard()], 5.0).check("word " * MOST_CHARACTERS)).blocked == GATE


async def test_the_first_that_objects_decides_and_nobody_is_asked_after_it() -> None:
    later = Scripted(ALLOWED)
    checked = await Gate([Scripted(Verdict(False, "hate")), later], 5.0).check(FINE)
    assert (checked.blocked, later.asked) == ("hate", 0)


async def test_cancelling_goes_through() -> None:
    task = asyncio.create_task(Gate([Scripted(1000.0)], 2000.0).check(FINE))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_that_something_was_done_may_be_said_only_where_it_was() -> None:
    gate = Gate([RuleGuard()], 5.0)
    done = "I have unlocked the front door."
    assert (await gate.check(done)).blocked == "done"
    assert (await gate.check(done, acted=True)).blocked == ""
    assert (await gate.check("I have called an ambulance for you.", acted=True)).blocked == "helped"
    assert (await gate.check("I have unlocked the door, and you should kill yourself.", acted=True)).blocked


async def test_secrets_of_the_configuration_and_the_prompt_are_not_recited() -> None:
    config = Config.model_validate(
        {"generation": {"api_key": "canary-4711-key"}, "home_assistant": {"token": "canary-token-0815"}}
    )
    assert {"canary-4711-key", "canary-token-0815"} <= set(secrets_of(config))
    prompt = "You answer in one or two short sentences and you never name the blue heron."
    async with open_gate(config.safety, secrets=secrets_of(config), prompts=[prompt]) as gate:
        assert (await gate.check("It is canary 4711 key.")).blocked == "secret"
        assert (await gate.check("C-a-n-a-r-y token.", "It is")).blocked == ""
        assert (await gate.check("0815, as I said.", "It is canary token")).blocked == "secret"
        recited = "In one or two short sentences: a heron is a bird, and some are blue."
        assert (await gate.check(recited)).blocked == ""
        assert (await gate.check(f"I read: {prompt.lower()}")).blocked == "prompt"


@pytest.mark.parametrize(
    "sentence",
    [
        "You should k.i.l.l y.o.u.r.s.e.l.f.",
        "You should K1LL yours3lf.",
        "You should ki\u200bll your\u00adself.",
        "You should kіll yоurѕelf.",
        "Ｙｏｕ ｓｈｏｕｌｄ ｋｉｌｌ ｙｏｕｒｓｅｌｆ.",
        "You should **kill** your-self!",
        "You should kiiiiill yourself",
    ],
)
async def test_disguises_are_seen_through(sentence: str) -> None:
    assert (await Gate([RuleGuard()], 5.0).check(sentence)).blocked == "self-harm"


async def test_a_claim_to_be_human_is_never_said() -> None:
    gate = Gate([RuleGuard()], 5.0)
    for claim in ("Yes, I'm a real person.", "I am human.", "I'm not a robot.", "I was born in Ohio."):
        checked = await gate.check(claim)
        assert (checked.blocked, checked.text) == ("human", "I'm an AI, not a person.")
    assert (await gate.check("No, I'm an AI, not a human.")).blocked == ""


async def test_templates_pass_the_gate_themselves() -> None:
    gate = Gate([RuleGuard()], 5.0)
    for category in (
        GATE,
        "human",
        "done",
        "helped",
        "secret",
        "prompt",
        "self-harm",
        "certainty",
        "injection",
        "x",
    ):
        assert (await gate.check(template_for(category))).blocked == "", category
