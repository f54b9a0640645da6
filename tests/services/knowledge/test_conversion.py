import pytest

from assistant.services.knowledge.conversion import Conversion, Exchange, NotConversion, parse_conversion
from assistant.services.knowledge.unit_names import Measures, UnitNames
from assistant.services.knowledge.units import convert

NAMES = UnitNames("us")


async def _told(question: str, names: UnitNames = NAMES) -> str:
    parsed = parse_conversion(question, names)
    assert isinstance(parsed, Conversion)
    return str((await convert(parsed))["spoken"])


@pytest.mark.parametrize(
    ("question", "spoken"),
    [
        ("how many cups in a litre", "One litre is about four point two three cups."),
        ("how many cups are in a liter", "One litre is about four point two three cups."),
        ("convert seventy two fahrenheit to celsius",
         "Seventy-two degrees Fahrenheit is about twenty-two point two degrees Celsius."),
        ("What's 72°F in Celsius?",
         "Seventy-two degrees Fahrenheit is about twenty-two point two degrees Celsius."),
        ("seventy two in celsius",
         "Seventy-two degrees Fahrenheit is about twenty-two point two degrees Celsius."),
        ("thirty degrees in fahrenheit", "Thirty degrees Celsius is eighty-six degrees Fahrenheit."),
        ("minus forty celsius in fahrenheit",
         "Minus forty degrees Celsius is minus forty degrees Fahrenheit."),
        ("six foot two in centimetres",
         "Six feet and two inches is one hundred and eighty-seven point nine six centimetres."),
        ("how tall is one hundred and eighty centimetres in feet",
         "One hundred and eighty centimetres is about five feet and eleven inches."),
        ("eleven stone four in kilos", "Eleven stone and four pounds is about seventy-one point seven kilograms."),
        ("how many feet are in a mile", "One mile is five thousand two hundred and eighty feet."),
        ("how many ounces are in a pound", "One pound is sixteen ounces."),
        ("ten pounds in kilos", "Ten pounds is about four point five four kilograms."),
        ("how many kilometres to the mile", "One mile is about one point six one kilometres."),
        ("an hour and a half in minutes", "One point five hours is ninety minutes."),
        ("sixty miles an hour in kilometres per hour",
         "Sixty miles an hour is about ninety-six point six kilometres an hour."),
        ("how many inches is a metre", "One metre is about thirty-nine point four inches."),
        ("three quarters of a cup in millilitres",
         "Zero point seven five cups is about one hundred and seventy-seven millilitres."),
        ("one millimetre in miles",
         "One millimetre is about six point two one times ten to the power of minus seven miles."),
        ("how many millilitres in an imperial pint",
         "One imperial pint is about five hundred and sixty-eight millilitres."),
    ],
)  # fmt: skip
async def test_units(question: str, spoken: str) -> None:
    assert await _told(question) == spoken


@pytest.mark.parametrize(
    ("measures", "millilitres"),
    [("us", "about two hundred and thirty-seven"), ("metric", "two hundred and fifty")],
)
async def test_whose_cup_is_a_setting(measures: Measures, millilitres: str) -> None:
    told = await _told("how many millilitres in a cup", UnitNames(measures))
    assert told == f"One cup is {millilitres} millilitres."


@pytest.mark.parametrize(
    ("question", "amount", "source", "to"),
    [
        ("what are fifty dollars in euros", 50, "USD", "EUR"),
        ("how much is a dollar in euros", 1, "USD", "EUR"),
        ("how many pounds is fifty euros", 50, "EUR", "GBP"),
        ("ten pounds in euros", 10, "GBP", "EUR"),
        ("$50 in euros", 50, "USD", "EUR"),
        ("what's the exchange rate from dollars to swiss francs", 1, "USD", "CHF"),
        ("how many dollars do i get for fifty euros", 50, "EUR", "USD"),
        ("convert a thousand yen to us dollars", 1000, "JPY", "USD"),
    ],
)
def test_money(question: str, amount: float, source: str, to: str) -> None:
    parsed = parse_conversion(question, NAMES)
    assert isinstance(parsed, Exchange)
    assert (parsed.amount, parsed.currency.code, parsed.to.code) == (amount, source, to)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("convert ten dollars", "I did not understand what to convert that into."),
        ("convert something", "I did not understand what to convert."),
        ("how many metres are in a litre", "I can't convert litres into metres: they measure different things."),
        ("how many metres in ten euros", "I can't convert one into the other."),
        ("", "I did not understand what to convert."),
    ],
)  # fmt: skip
async def test_what_cannot_be_converted_is_said_so(question: str, sentence: str) -> None:
    with pytest.raises(NotConversion) as caught:
        await _told(question)
    assert str(caught.value) == sentence
