"""Numbers that prove themselves by a check digit."""

import re

_CARD_DIGITS = range(13, 20)


def is_card(text: str) -> bool:
    """Luhn's check (ISO/IEC 7812-1), over 13 to 19 digits, whatever stands between them. All zeros are none."""
    digits = [int(each) for each in text if each.isdecimal()]
    if len(digits) not in _CARD_DIGITS or not any(digits):
        return False
    odd = digits[-1::-2]
    even = [sum(divmod(2 * each, 10)) for each in digits[-2::-2]]
    return (sum(odd) + sum(even)) % 10 == 0


def is_iban(text: str) -> bool:
    """The check of ISO 13616: modulo 97, with letters as numbers from 10."""
    packed = re.sub(r"\W", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", packed):
        return False
    return int("".join(str(int(each, 36)) for each in packed[4:] + packed[:4])) % 97 == 1
