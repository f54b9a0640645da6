"""Whose frames are whose: flite's phones laid beside espeak-ng's phonemes.

Piper's voices are given espeak-ng's pronunciation, one character an id; flite has its own. Both are of the same
words, so an edit distance that knows which sounds are alike pairs them, and each character gets the frames of
its phone.
"""

from dataclasses import dataclass

# Characters that are part of the sound before or after them, and never last themselves.
MARKS = frozenset("ˈˌːˑ̩̃ʲ͡")
PUNCTUATION = frozenset(".,:;!?")
BOS, EOS, SPACE = "^", "$", " "

# Units of espeak-ng's en-us, longest first, with what flite may say for them. The first is the best.
_UNITS: dict[str, tuple[str, ...]] = {
    "aɪ": ("ay", "aa", "ih"),
    "aʊ": ("aw", "aa"),
    "eɪ": ("ey", "eh"),
    "oʊ": ("ow", "ao", "ax"),
    "ɔɪ": ("oy",),
    "tʃ": ("ch", "t", "sh"),
    "dʒ": ("jh", "d", "zh"),
    "i": ("iy", "ih"),
    "u": ("uw", "uh"),
    "ɑ": ("aa", "ao"),
    "ɔ": ("ao", "aa", "ow"),
    "o": ("ao", "ow"),
    "ɜ": ("er", "ax"),
    "ɚ": ("er", "ax", "r"),
    "ɐ": ("ax", "ah", "ae", "ey"),
    "ə": ("ax", "ah", "ih", "eh", "uh"),
    "ᵻ": ("ih", "ax", "iy", "eh"),
    "ɪ": ("ih", "ax", "iy", "eh"),
    "ɛ": ("eh", "ey", "ae", "ih"),
    "æ": ("ae", "eh", "ax"),
    "a": ("ae", "aa"),
    "ʌ": ("ah", "ax", "aa"),
    "ʊ": ("uh", "uw", "ax"),
    "e": ("ey", "eh"),
    "b": ("b",),
    "d": ("d", "t"),
    "ð": ("dh", "th"),
    "f": ("f", "v"),
    "ɡ": ("g",),
    "h": ("hh",),
    "j": ("y",),
    "k": ("k",),
    "l": ("l",),
    "m": ("m",),
    "n": ("n",),
    "ŋ": ("ng", "n"),
    "p": ("p",),
    "ɹ": ("r", "er"),
    "r": ("r", "er"),
    "s": ("s", "z"),
    "ʃ": ("sh", "s"),
    "t": ("t", "d"),
    "ɾ": ("t", "d"),
    "ʔ": ("t",),
    "θ": ("th", "dh"),
    "v": ("v", "f"),
    "w": ("w",),
    "x": ("k", "hh"),
    "z": ("z", "s"),
    "ʒ": ("zh", "jh", "sh"),
}
_VOWELS = frozenset(
    ["aa", "ae", "ah", "ao", "aw", "ax", "ay", "eh", "er", "ey", "ih", "iy", "ow", "oy", "uh", "uw"]
)
_GAP = 0.7  # a sound that only one of the two makes
_PAUSE_AT_SPACE = 0.3


@dataclass(frozen=True, slots=True)
class _Unit:
    place: int  # of its first sounding character
    size: int  # how many characters share its frames
    phones: tuple[str, ...]  # what flite may say; empty where only a pause can be
    can_pause: float  # the price of a pause here; below 0 for never


def durations(phonemes: list[str], phones: tuple[tuple[str, int], ...]) -> tuple[list[int], float] | None:
    """Frames for each of `phonemes` (piper's, of one sentence, BOS and EOS included), and the price of the
    alignment for each phone: under 0.1 both say the same. None if one has a sound that is not known here."""
    units = _units(phonemes)
    if units is None:
        return None
    path, price = _aligned(units, [name for name, _ in phones])
    frames = [0] * len(phonemes)
    for unit, own in zip(units, path, strict=True):
        total = sum(phones[index][1] for index in own)
        for part in range(unit.size):
            frames[unit.place + part] = total // unit.size + (part < total % unit.size)
    return _lent(frames, units), price / max(1, len(phones))


def _units(phonemes: list[str]) -> list[_Unit] | None:
    units: list[_Unit] = []
    place = 0
    while place < len(phonemes):
        one, two = phonemes[place], "".join(phonemes[place : place + 2])
        if one in (BOS, EOS):
            units.append(_Unit(place, 1, (), 0.0))
        elif one in PUNCTUATION:
            units.append(_Unit(place, 1, (), 0.05))
        elif one == SPACE:
            units.append(_Unit(place, 1, (), _PAUSE_AT_SPACE))
        elif two in _UNITS and len(two) == 2:
            units.append(_Unit(place, 2, _UNITS[two], -1.0))
            place += 1
        elif one in _UNITS:
            units.append(_Unit(place, 1, _UNITS[one], -1.0))
        elif one not in MARKS:
            return None
        place += 1
    return units


def _price(unit: _Unit, phone: str) -> float:
    if phone == "pau":
        return unit.can_pause if unit.can_pause >= 0 else 9.0
    if not unit.phones:
        return 9.0
    if phone in unit.phones:
        return 0.0 if phone == unit.phones[0] else 0.1
    alike = (unit.phones[0] in _VOWELS) == (phone in _VOWELS)
    return (0.5 if phone in _VOWELS else 0.9) if alike else 1.3


def _aligned(units: list[_Unit], phones: list[str]) -> tuple[list[list[int]], float]:
    """The phones of each unit, with the least price (Needleman–Wunsch; a phone that has no unit of its own goes to
    the unit before)."""
    rows, columns = len(units) + 1, len(phones) + 1
    best = [[float("inf")] * columns for _ in range(rows)]
    came: list[list[str]] = [[""] * columns for _ in range(rows)]
    best[0][0] = 0.0
    for row in range(rows):
        for column in range(columns):
            if row and column:
                _better(best, came, row, column, "pair", _price(units[row - 1], phones[column - 1]))
            if row:
                _better(best, came, row, column, "skip", _GAP if units[row - 1].phones else 0.0)
            if row and column:
                # ɚ against "ax r", oːɹ against "ao er" and the like: the second half costs less than a stray.
                cheap = phones[column - 1] in ("r", "er", "l", "ax") and bool(units[row - 1].phones)
                _better(best, came, row, column, "more", 0.3 if cheap else _GAP)
    owned: list[list[int]] = [[] for _ in units]
    row, column = rows - 1, columns - 1
    while row or column:
        step = came[row][column]
        if step in ("pair", "more"):
            owned[row - 1].insert(0, column - 1)
            column -= 1
        if step in ("pair", "skip"):
            row -= 1
    return owned, best[-1][-1]


def _better(
    best: list[list[float]], came: list[list[str]], row: int, column: int, step: str, price: float
) -> None:
    before = {"pair": (row - 1, column - 1), "skip": (row - 1, column), "more": (row, column - 1)}[step]
    total = best[before[0]][before[1]] + price
    if total < best[row][column]:
        best[row][column], came[row][column] = total, step


def _lent(frames: list[int], units: list[_Unit]) -> list[int]:
    """A sound that flite does not make takes half of its longer neighbour, for it has to last somehow."""
    sounding = [unit for unit in units if unit.phones]
    for index, unit in enumerate(sounding):
        if frames[unit.place]:
            continue
        near = [other for other in sounding[max(0, index - 1) : index + 2] if frames[other.place] > 3]
        if near:
            lender = max(near, key=lambda other: frames[other.place]).place
            frames[unit.place] = frames[lender] // 2
            frames[lender] -= frames[unit.place]
    return frames
