"""Questions about the moment reach their services with the words that were said."""

import pytest

from tests.dialogue.conftest import Running

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]


@pytest.fixture(autouse=True)
def _fresh(rasa: Running) -> None:
    rasa.api.forget()


@pytest.mark.parametrize(
    ("sentence", "service"),
    [
        ("what's nineteen percent of three hundred", "calculate"),
        ("how many millilitres are in two cups", "convert"),
        ("what is eighty euros in dollars", "convert"),
        ("how many days until the fifth of july", "day"),
        ("what day is the twelfth of october", "day"),
        ("will it rain on thursday", "weather"),
        ("how cold will it be tonight", "weather"),
    ],
)
async def test_the_service_hears_the_question(
    rasa: Running, sender: str, sentence: str, service: str
) -> None:
    answer = await rasa.say(sender, sentence)
    assert [(c.service, c.arguments) for c in rasa.api.calls] == [
        (f"knowledge.{service}", {"question": sentence})
    ]
    assert answer.text == f"The answer of {service}."
    assert answer.sources == [f"service:knowledge.{service}"]


async def test_the_weather_elsewhere(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "what's the weather like in lisbon tomorrow")
    assert rasa.api.calls[0].arguments == {
        "question": "what's the weather like in lisbon tomorrow",
        "place": "lisbon",
    }


async def test_why_it_cannot_be_told_is_said(rasa: Running, sender: str) -> None:
    rasa.api.refuse["knowledge.weather"] = ("unreachable", "I can't reach the weather service right now.")
    answer = await rasa.say(sender, "what's the weather like")
    assert (answer.text, answer.sources) == (
        "I can't reach the weather service right now.",
        ["error:unreachable"],
    )


async def test_a_question_between_does_not_end_a_timer_s_question(rasa: Running, sender: str) -> None:
    await rasa.say(sender, "set a timer")
    between = await rasa.say(sender, "what is twelve times twelve")
    assert between.done.requested_slot == "duration"
    await rasa.say(sender, "ten minutes")
    assert [call.service for call in rasa.api.calls] == ["knowledge.calculate", "timers.start"]
