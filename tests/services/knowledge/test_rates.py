"""Exchange rates, from a real server on loopback that answers as Frankfurter documents it, or fails to."""

from pathlib import Path
from typing import Any

import pytest

from tests.services.knowledge.conftest import OpenWith
from tests.services.knowledge.providers import RATES, Providers

FIFTY = "Fifty dollars is forty-seven point five six euros, by the rates of November twenty-sixth."


@pytest.mark.parametrize(
    ("question", "spoken"),
    [
        ("what are fifty dollars in euros", FIFTY),
        ("how much is one euro in dollars", "One euro is one point zero five dollars, by the rates of November "
         "twenty-sixth."),
        ("ten pounds in yen", "Ten British pounds is one thousand nine hundred and thirty-four yen, by the rates of "
         "November twenty-sixth."),
        ("a rupiah in euros", "One rupiah is about zero point zero zero zero zero five six nine euros, by the rates of "
         "November twenty-sixth."),
    ],
)  # fmt: skip
async def test_money_by_the_rates_of_the_day(open_with: OpenWith, question: str, spoken: str) -> None:
    house = await open_with()
    assert (await house.did("knowledge.convert", question=question))["spoken"] == spoken


async def test_rates_are_kept_and_outlive_a_restart_and_their_provider(
    open_with: OpenWith, providers: Providers
) -> None:
    house = await open_with()
    assert (await house.did("knowledge.convert", question="fifty dollars in euros"))["spoken"] == FIFTY
    await house.did("knowledge.convert", question="ten dollars in euros")
    assert len(providers.asked) == 1
    again = await open_with()
    await again.did("knowledge.convert", question="ten dollars in euros")
    assert len(providers.asked) == 1
    await again.clock.advance(7 * 3600)
    providers.status = 503
    assert (await again.did("knowledge.convert", question="fifty dollars in euros"))["spoken"] == FIFTY
    providers.status, providers.rates = 200, {**RATES, "date": "2026-11-27"}
    told = (await again.did("knowledge.convert", question="fifty dollars in euros"))["spoken"]
    assert told.endswith("by the rates of November twenty-seventh.")


async def test_a_damaged_cache_is_fetched_again(
    open_with: OpenWith, providers: Providers, tmp_path: Path
) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "exchange-rates.json").write_text('{"base": "EUR", "rates": {"USD": -1}')
    house = await open_with()
    assert (await house.did("knowledge.convert", question="fifty dollars in euros"))["spoken"] == FIFTY


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"status": 404}, "The exchange rate service refuses to answer; please check knowledge.rates_url."),
        ({"slow": True}, "The exchange rate service takes too long to answer."),
        ({"rates": "no json"}, "The exchange rate service gave an answer that I don't understand."),
        ({"rates": {**RATES, "rates": {"USD": "much"}}},
         "The exchange rate service gave an answer that I don't understand."),
        ({"rates": {**RATES, "rates": {"USD": 0}}},
         "The exchange rate service gave an answer that I don't understand."),
        ({"rates": {**RATES, "date": "yesterday"}},
         "The exchange rate service gave an answer that I don't understand."),
    ],
)  # fmt: skip
async def test_a_provider_that_fails_is_a_sentence(
    open_with: OpenWith, providers: Providers, fault: dict[str, Any], sentence: str
) -> None:
    house = await open_with()
    for name, value in fault.items():
        setattr(providers, name, value)
    assert (await house.refused("knowledge.convert", question="fifty dollars in euros"))[1] == sentence


async def test_without_a_provider_units_are_converted_and_money_is_not(open_with: OpenWith) -> None:
    house = await open_with(knowledge={"rates_url": ""})
    assert await house.refused("knowledge.convert", question="fifty dollars in euros") == (
        "not_configured",
        "I have no exchange rates. Name a service for them in the settings, as knowledge dot rates URL.",
    )
    assert (await house.did("knowledge.convert", question="how many feet in a mile"))["value"] == 5280.0
    code, sentence = await (await open_with()).refused("knowledge.convert", question="ten dollars in forints")
    assert (code, sentence) == ("no_rate", "I have no exchange rate for the forint.")


async def test_sums_and_days_by_their_services(open_with: OpenWith) -> None:
    house = await open_with()
    told = await house.did("knowledge.calculate", question="what is seventeen percent of eighty")
    assert told == {"spoken": "Seventeen percent of eighty is thirteen point six.", "value": 13.6}
    assert (await house.did("knowledge.day", question="how many days until christmas"))["days"] == 28
    code, sentence = await house.refused("knowledge.calculate", question="ten divided by zero")
    assert (code, sentence) == ("not_understood", "Nothing can be divided by zero.")
