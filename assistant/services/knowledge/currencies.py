"""Money of the world as people call it, by its code in ISO 4217: those whose rates the European Central Bank
publishes each day."""

from dataclasses import dataclass

_TABLE = """
AUD: Australian_dollar Australian_dollars | aussie_dollar aussie_dollars
BRL: Brazilian_real Brazilian_reais | real reais
CAD: Canadian_dollar Canadian_dollars
CHF: Swiss_franc Swiss_francs | franc francs
CNY: Chinese_yuan Chinese_yuan | yuan renminbi
CZK: Czech_crown Czech_crowns | czech_koruna koruna
DKK: Danish_krone Danish_kroner | danish_crowns danish_crown
EUR: euro euros
GBP: British_pound British_pounds | pound pounds pound_sterling pounds_sterling sterling quid
HKD: Hong_Kong_dollar Hong_Kong_dollars
HUF: forint forints | hungarian_forint hungarian_forints
IDR: rupiah rupiahs | indonesian_rupiah indonesian_rupiahs
ILS: shekel shekels | israeli_shekel israeli_shekels
INR: rupee rupees | indian_rupee indian_rupees
ISK: Icelandic_króna Icelandic_krónur | icelandic_crown icelandic_crowns
JPY: yen yen | japanese_yen
KRW: won won | korean_won
MXN: Mexican_peso Mexican_pesos | peso pesos
MYR: ringgit ringgit | malaysian_ringgit
NOK: Norwegian_krone Norwegian_kroner | norwegian_crowns norwegian_crown
NZD: New_Zealand_dollar New_Zealand_dollars | kiwi_dollars
PHP: Philippine_peso Philippine_pesos
PLN: zloty zlotys | polish_zloty polish_zlotys
RON: Romanian_leu Romanian_lei | lei
SEK: Swedish_krona Swedish_kronor | swedish_crowns swedish_crown
SGD: Singapore_dollar Singapore_dollars
THB: baht baht | thai_baht
TRY: Turkish_lira Turkish_lira | lira
USD: dollar dollars | us_dollar us_dollars american_dollar american_dollars buck bucks
ZAR: rand rand | south_african_rand
"""
_LONGEST = 3  # words of a name
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
DECIMALS = {"JPY": 0, "KRW": 0, "HUF": 0, "IDR": 0, "ISK": 0}
"""Of an amount that is told; two for the others."""


@dataclass(frozen=True, slots=True)
class Currency:
    code: str
    one: str
    many: str


def _entries() -> dict[str, Currency]:
    names: dict[str, Currency] = {}
    for line in _TABLE.strip().splitlines():
        code, _, rest = line.partition(": ")
        words, _, others = rest.partition(" | ")
        one, many = (word.replace("_", " ") for word in words.split())
        spoken = [
            one,
            many,
            *([] if code == "TRY" else [code]),
            *(word.replace("_", " ") for word in others.split()),
        ]
        names |= {name.lower(): Currency(code, one, many) for name in spoken}
    return names | {sign: names[code.lower()] for sign, code in _SIGNS.items()}


_NAMES = _entries()


def take_currency(tokens: list[str], at: int) -> tuple[Currency, int] | None:
    """The currency whose name stands there (`swiss francs`, `usd`, `€`), and the place after it."""
    for length in range(_LONGEST, 0, -1):
        words = tokens[at : at + length]
        if len(words) == length and (currency := _NAMES.get(" ".join(words))) is not None:
            return currency, at + length
    return None
