"""The weather, from a real server on loopback that answers as Open-Meteo documents it, or fails to."""

from typing import Any

import pytest

from tests.services.knowledge.conftest import OpenWith
from tests.services.knowledge.providers import Providers, forecast


@pytest.mark.parametrize(
    ("question", "spoken"),
    [
        ("what's the weather like",
         "It's nine degrees and overcast. Today up to nine degrees, with hardly any chance of rain."),
        ("how cold is it outside", "It's nine degrees, and feels like six."),
        ("how windy is it", "The wind is fourteen kilometres an hour right now."),
        ("what's the weather tomorrow",
         "Tomorrow: light rain, five to eight degrees, with an eighty percent chance of rain."),
        ("will it rain tomorrow", "Yes, there's an eighty percent chance of rain tomorrow, from about ten o'clock."),
        ("do i need an umbrella", "No, rain is not likely today."),
        ("do i need an umbrella on sunday",
         "Yes, there's a fifty-five percent chance of rain on Sunday, from about ten o'clock."),
        ("how cold will it get tonight", "Down to four degrees tonight. You'll want a coat."),
        ("what will the weather be tonight",
         "Tonight: an overcast sky, down to four degrees, with hardly any chance of rain."),
        ("what's the weather at the weekend",
         "Tomorrow light rain, five to eight degrees, with an eighty percent chance of rain. On Sunday light showers, "
         "three to seven degrees, with a fifty-five percent chance of rain."),
        ("will it rain this week",
         "Yes, rain is likely tomorrow, on Sunday, on Wednesday and on Thursday."),
        ("is it going to snow on wednesday", "Yes, there's an eighty-five percent chance of snow on Wednesday, from "
         "about ten o'clock."),
        ("will it snow tomorrow", "No, no snow is expected tomorrow."),
        ("how warm will it be on monday", "Between minus two and six degrees on Monday. You'll want a coat."),
        ("when does the sun set", "The sun sets at three fifty-eight today."),
        ("when is sunrise tomorrow", "The sun rises at ten to eight tomorrow."),
        ("how windy will it be tomorrow", "Winds of up to thirty-one kilometres an hour tomorrow."),
    ],
)  # fmt: skip
async def test_questions_about_the_weather(open_with: OpenWith, question: str, spoken: str) -> None:
    house = await open_with()
    assert (await house.did("knowledge.weather", question=question))["spoken"] == spoken


async def test_elsewhere_and_in_other_units(open_with: OpenWith, providers: Providers) -> None:
    house = await open_with(units="imperial")
    told = await house.did("knowledge.weather", question="what's the weather in oslo", place="oslo")
    assert told["spoken"].startswith("It's nine degrees and overcast in Oslo.")
    (_, place), (path, asked) = providers.asked
    assert place["name"] == "oslo"
    assert (path, asked["latitude"], asked["longitude"]) == ("/v1/forecast", "59.91273", "10.74609")
    assert (asked["temperature_unit"], asked["wind_speed_unit"]) == ("fahrenheit", "mph")


async def test_coordinates_need_no_service_for_places(open_with: OpenWith, providers: Providers) -> None:
    house = await open_with(weather={"latitude": 52.5, "longitude": 13.4, "places_url": ""})
    await house.did("knowledge.weather")
    assert [path for path, _ in providers.asked] == ["/v1/forecast"]
    code, sentence = await house.refused("knowledge.weather", place="Oslo")
    assert code == "not_configured"
    assert sentence == (
        "I can't look up where Oslo is. Name a service for places in the settings, as weather dot places URL."
    )


async def test_a_forecast_is_kept_for_a_while(open_with: OpenWith, providers: Providers) -> None:
    house = await open_with()
    await house.did("knowledge.weather")
    await house.did("knowledge.weather", question="and tomorrow")
    assert len(providers.asked) == 2  # the place and the forecast
    await house.clock.advance(601)
    await house.did("knowledge.weather")
    assert [path for path, _ in providers.asked] == ["/v1/search", "/v1/forecast", "/v1/forecast"]


async def test_what_is_past_is_not_told(open_with: OpenWith) -> None:
    house = await open_with()
    await house.clock.advance(9.5 * 3600)  # after midnight
    told = (await house.did("knowledge.weather", question="will it rain today"))["spoken"]
    assert told == "Yes, there's an eighty percent chance of rain today, from about ten o'clock."
    tonight = (await house.did("knowledge.weather", question="how cold does it get tonight"))["spoken"]
    assert tonight == "Down to five degrees tonight. You'll want a coat."


@pytest.mark.parametrize(
    ("settings", "code", "sentence"),
    [
        ({"url": ""}, "not_configured",
         "I have no weather service. Name one in the settings, as weather dot URL."),
        ({"place": ""}, "no_place",
         "I don't know where you are. Name your place in the settings, as weather dot place, or ask for a town."),
        ({"place": "Narnia"}, "unknown_place", "I don't know a place called Narnia."),
        ({"url": "http://127.0.0.1:1/v1/forecast"}, "unreachable", "I can't reach the weather service right now."),
        ({"url": "nonsense"}, "bad_url", "The address of the weather service is not right; please check weather.url."),
    ],
)  # fmt: skip
async def test_what_is_missing_is_said(
    open_with: OpenWith, settings: dict[str, Any], code: str, sentence: str
) -> None:
    house = await open_with(weather=settings)
    assert await house.refused("knowledge.weather") == (code, sentence)


@pytest.mark.parametrize(
    ("fault", "code", "sentence"),
    [
        ({"status": 500}, "refused", "The weather service has a problem right now."),
        ({"status": 429}, "refused", "The weather service has been asked too often; please try again later."),
        ({"status": 400}, "refused", "The weather service refuses to answer; please check weather.url."),
        ({"slow": True}, "timeout", "The weather service takes too long to answer."),
        ({"forecast": "<html>"}, "bad_answer", "The weather service gave an answer that I don't understand."),
        ({"forecast": "[]"}, "bad_answer", "The weather service gave an answer that I don't understand."),
        ({"forecast": "{}"}, "bad_answer", "The weather service gave an answer that I don't understand."),
        ({"forecast": forecast() | {"daily": {"time": []}}}, "bad_answer",
         "The weather service gave an answer that I don't understand."),
        ({"forecast": forecast() | {"current": None}}, "bad_answer",
         "The weather service gave an answer that I don't understand."),
        ({"forecast": '"' + "x" * (1 << 21) + '"'}, "bad_answer", "The weather service broke off its answer."),
    ],
)  # fmt: skip
async def test_a_provider_that_fails_is_a_sentence(
    open_with: OpenWith, providers: Providers, fault: dict[str, Any], code: str, sentence: str
) -> None:
    house = await open_with(weather={"latitude": 52.5, "longitude": 13.4})
    for name, value in fault.items():
        setattr(providers, name, value)
    assert await house.refused("knowledge.weather") == (code, sentence)
    providers.status, providers.slow, providers.forecast = 200, False, forecast()
    assert (await house.did("knowledge.weather"))["spoken"].startswith("It's nine degrees")


async def test_values_that_the_service_does_not_have(open_with: OpenWith, providers: Providers) -> None:
    answer = forecast()
    answer["hourly"]["precipitation_probability"] = [None] * len(answer["hourly"]["time"])
    answer["hourly"]["temperature_2m"][-3:] = [None] * 3
    answer["daily"]["temperature_2m_max"][-1] = None
    providers.forecast = answer
    house = await open_with()
    assert (await house.did("knowledge.weather", question="how cold will it get tonight"))[
        "spoken"
    ].startswith("Down to four degrees")
    code, sentence = await house.refused("knowledge.weather", question="what's the weather on friday") or (
        "",
        "",
    )
    assert (code, sentence) == ("too_far", "The forecast reaches only seven days ahead.")
