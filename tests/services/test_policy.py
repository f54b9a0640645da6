"""Who may do what, where: the whole matrix of the defaults, the owner's rules, and what no arguments can get round."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config.policy import KnownPerson, KnownPlace, Policy, PolicyRule
from assistant.services.policy import Policy as Judge
from assistant.services.registry import Outcome
from assistant.services.service import Origin, Risk
from tests.services.test_registry import Cage, cage

__all__ = ["cage"]  # a fixture

ORIGINS = {
    "owner": Origin("sound", 1, "dialogue"),
    "member": Origin("kitchen", 1, "dialogue"),
    "guest": Origin("hall", 1, "dialogue"),
}
PLACES = (KnownPlace(name="kitchen", role="member"), KnownPlace(name="hall", role="guest"))
MATRIX = {
    ("owner", Risk.READ): "allow",
    ("owner", Risk.REVERSIBLE): "allow",
    ("owner", Risk.RISKY): "ask",
    ("owner", Risk.FORBIDDEN): "deny",
    ("member", Risk.READ): "allow",
    ("member", Risk.REVERSIBLE): "allow",
    ("member", Risk.RISKY): "ask",
    ("member", Risk.FORBIDDEN): "deny",
    ("guest", Risk.READ): "allow",
    ("guest", Risk.REVERSIBLE): "allow",
    ("guest", Risk.RISKY): "deny",
    ("guest", Risk.FORBIDDEN): "deny",
}


@pytest.mark.parametrize("risk", Risk)
@pytest.mark.parametrize("role", ORIGINS)
def test_the_matrix_of_roles_and_risks(role: str, risk: Risk) -> None:
    judge = Judge(Policy(places=PLACES))
    assert judge.role(ORIGINS[role]) == role
    assert judge.decide("home.set", risk, ORIGINS[role]).decision == MATRIX[role, risk]


@pytest.mark.parametrize(
    ("origin", "role"),
    [
        (Origin("sound", 1, "dialogue"), "owner"),
        (Origin("console", 1, "http"), "owner"),
        (Origin("browser:ab12", 1, "dialogue"), "guest"),  # from elsewhere
        (Origin("sound", 1, "mqtt"), "guest"),  # a way that is not known
        (Origin("sound", 1, ""), "guest"),
        (Origin("sound", 1, "model"), "guest"),
        (Origin("sound", 1, "assistant"), "guest"),
        (Origin("Den", 1, "model"), "guest"),  # whatever the place's own role
        (Origin("den", 1, "mqtt"), "owner"),
        (Origin("x:1", 1, "mqtt", room="Den"), "guest"),  # nor does a room that is claimed from elsewhere
        (Origin("x:1", 1, "dialogue", room="Den"), "guest"),
        (Origin("sound", 1, "dialogue", room="Den"), "owner"),
        (Origin("sound", 1, "dialogue", room="Cellar"), "guest"),
        (Origin("den", 1, "mqtt", room="Cellar"), "guest"),
        (Origin("sound", 1, "dialogue", person="Ann"), "member"),
        (Origin("sound", 1, "dialogue", person="a stranger"), "guest"),
        (Origin("x:1", 1, "dialogue", person="Bob"), "guest"),  # a voice gives no right
        (Origin("sound", 1, "dialogue", person="bob"), "owner"),
    ],
)
def test_whoever_is_not_known_is_a_guest(origin: Origin, role: str) -> None:
    people = (KnownPerson(name="Ann", role="member"), KnownPerson(name="Bob", role="owner"))
    places = (KnownPlace(name="den", role="owner"), KnownPlace(name="cellar", role="guest"))
    assert Judge(Policy(places=places, people=people)).role(origin) == role


@pytest.mark.parametrize(
    ("decision", "risk", "here", "elsewhere"),
    [
        ("deny", Risk.READ, "deny", "deny"),
        ("ask", Risk.REVERSIBLE, "ask", "ask"),
        ("ask", Risk.RISKY, "ask", "deny"),  # as any guest
        ("allow", Risk.RISKY, "ask", "deny"),
    ],
)
def test_a_room_claimed_from_elsewhere_takes_rights_away_only(
    decision: str, risk: Risk, here: str, elsewhere: str
) -> None:
    rule = PolicyRule.model_validate({"places": ["den"], "decision": decision})
    judge = Judge(Policy(rules=(rule,)))
    assert judge.decide("home.set", risk, Origin("sound", 1, "dialogue", room="den")).decision == here
    assert judge.decide("home.set", risk, Origin("mqtt:x", 1, "dialogue", room="den")).decision == elsewhere


@pytest.mark.parametrize("service", ["home.set", "home.query", "lists.add"])
@pytest.mark.parametrize("role", ORIGINS)
@pytest.mark.parametrize("place", ["sound", "kitchen", "hall"])
def test_the_first_rule_that_fits_counts(role: str, service: str, place: str) -> None:
    rules = (
        PolicyRule(services=("home.query",), decision="allow"),
        PolicyRule(services=("home.*",), role="guest", decision="deny"),
        PolicyRule(services=("*",), places=("kit*",), decision="ask"),
    )
    judge = Judge(Policy(places=(KnownPlace(name=place, role=role),), rules=rules))
    origin = Origin(place, 1, "dialogue")
    expected = "allow"
    if service == "home.query":
        expected = "allow"
    elif service == "home.set" and role == "guest":
        expected = "deny"
    elif place == "kitchen":
        expected = "ask"
    assert judge.decide(service, Risk.REVERSIBLE, origin).decision == expected


@given(
    st.sampled_from(list(Risk)),
    st.sampled_from(["any", "owner", "member", "guest"]),
    st.sampled_from(["allow", "ask", "deny"]),
    st.sampled_from(["dialogue", "http", "model", "mqtt", ""]),
    st.text(max_size=12),
)
def test_no_rule_allows_what_is_forbidden_nor_takes_a_yes_away(
    risk: Risk, role: str, decision: str, channel: str, session: str
) -> None:
    rule = PolicyRule.model_validate({"role": role, "decision": decision})
    made = Judge(Policy(rules=(rule,))).decide("home.set", risk, Origin(session, 1, channel)).decision
    if risk is Risk.FORBIDDEN:
        assert made == "deny"
    if risk is Risk.RISKY:
        assert made != "allow"


NAMES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["parrot.say", "parrot.bite", "parrot.fly", "parrot.say ", "PARROT.SAY", "parrot"]),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
ARGUMENTS = VALUES | st.fixed_dictionaries({"words": VALUES}) | st.fixed_dictionaries({"words": st.text()})


@settings(max_examples=300, deadline=None)
@given(
    NAMES,
    ARGUMENTS,
    st.sampled_from(["console", "dialogue", "http", "model", "mqtt", ""]),
    st.text(max_size=12),
    st.text(max_size=24),
)
def test_nothing_unknown_or_wrong_is_ever_done(
    name: str, arguments: Any, channel: str, session: str, nonce: str
) -> None:
    """Whatever comes: a call is refused without an effect, or it is one that fits; and there is one record."""
    cage = Cage()
    outcome = asyncio.run(cage.registry.call(name, arguments, Origin(session, 1, channel, nonce)))
    [record] = cage.notebook.records
    assert record.ok == outcome.ok
    assert (record.session, record.channel, record.service) == (session, channel, name)
    assert record.reason
    if not outcome.ok:
        assert cage.parrot.said == []
        assert outcome.error_message
    else:
        assert name == "parrot.say"
        assert isinstance(arguments["words"], str)
        assert len(cage.parrot.said) == 1
    assert "bit" not in cage.parrot.said or name == "parrot.say"  # a yes cannot be guessed


async def asked(cage: Cage, origin: Origin) -> Outcome:
    return await cage.registry.call("parrot.bite", {}, origin)


ASKING = Origin("kitchen", 3, "dialogue")


@pytest.mark.parametrize(
    ("origin", "later_s", "why"),
    [
        (("kitchen", 4, "dialogue"), 14.9, ""),
        (("kitchen", 4, "dialogue"), 15.0, "the yes came too late"),
        (("bedroom", 4, "dialogue"), 1.0, "the yes came from another place"),
        (("kitchen", 4, "http"), 1.0, "the yes came from another place"),
        (("kitchen", 3, "dialogue"), 1.0, "question and yes are of one turn"),
    ],
)
async def test_a_yes_counts_from_the_same_place_in_time(
    cage: Cage, origin: tuple[str, int, str], later_s: float, why: str
) -> None:
    question = await asked(cage, ASKING)
    await cage.clock.advance(later_s)
    outcome = await asked(cage, Origin(*origin, question.confirmation))
    assert outcome.ok is (why == "")
    assert outcome.error_code == ("" if not why else "not_confirmed")
    assert cage.parrot.said == ([] if why else ["bit"])
    record = cage.notebook.records[-1]
    assert record.reason.endswith(why or "the person said yes")
    assert len(cage.notebook.records) == 2


async def test_a_yes_counts_once_and_for_one_thing(cage: Cage) -> None:
    question = await asked(cage, ASKING)
    yes = Origin("kitchen", 4, "dialogue", question.confirmation)
    assert (await asked(cage, yes)).ok
    assert (await asked(cage, yes)).error_code == "not_confirmed"
    assert cage.parrot.said == ["bit"]
    question = await cage.registry.call("parrot.peck", {"what": "a nut"}, ASKING)
    yes = Origin("kitchen", 4, "dialogue", question.confirmation)
    other = await cage.registry.call("parrot.peck", {"what": "you"}, yes)
    assert other.error_code == "not_confirmed"
    assert cage.parrot.said == ["bit"]


@pytest.mark.parametrize("channel", ["model", "assistant"])
async def test_neither_a_model_nor_the_assistants_own_voice_says_yes(cage: Cage, channel: str) -> None:
    """Even where the owner's rule lets them ask."""
    cage.furnish(Policy(rules=(PolicyRule(decision="allow"),)))
    question = await asked(cage, Origin("kitchen", 3, channel))
    assert question.error_code == "needs_confirmation"
    for answered in (channel, "dialogue"):
        outcome = await asked(cage, Origin("kitchen", 4, answered, question.confirmation))
        assert outcome.error_code == "not_confirmed"
    assert cage.parrot.said == []


async def test_asking_first_does_nothing_and_its_answer_counts(cage: Cage) -> None:
    question = await cage.registry.ask("parrot.bite", {}, ASKING)
    assert question.error_code == "needs_confirmation"
    assert (await cage.registry.ask("parrot.say", {"words": "a"}, ASKING)).ok
    assert (await cage.registry.ask("parrot.fly", {}, ASKING)).error_code == "forbidden"
    assert cage.parrot.said == []
    assert (await asked(cage, Origin("kitchen", 4, "dialogue", question.confirmation))).ok


async def test_a_nonce_is_written_down_nowhere(cage: Cage) -> None:
    question = await asked(cage, ASKING)
    yes = Origin("kitchen", 4, "dialogue", question.confirmation)
    await asked(cage, yes)
    assert len(question.confirmation) >= 20
    for kept in (cage.notebook.records, cage.events, question, yes):
        assert question.confirmation not in repr(kept)


async def test_too_much_from_one_place_is_refused_and_others_are_not(cage: Cage) -> None:
    cage.furnish(Policy(calls_per_minute=3))
    codes = [(await cage.registry.call("parrot.say", {"words": "a"}, ASKING)).error_code for _ in range(5)]
    assert codes == ["", "", "", "too_often", "too_often"]
    assert len(cage.parrot.said) == 3
    assert len(cage.notebook.records) == 5
    assert (await cage.registry.call("parrot.say", {"words": "a"}, Origin("hall", 1, "dialogue"))).ok
    for _ in range(20):
        assert (await cage.registry.call("parrot.hush", {}, ASKING)).ok  # what stops is never too much
    await cage.clock.advance(20)
    assert (await cage.registry.call("parrot.say", {"words": "a"}, ASKING)).ok
