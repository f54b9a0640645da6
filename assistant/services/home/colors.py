"""Colours as people call them, for lamps: sRGB, and for whites the colour temperature too."""

import colorsys

RGB: dict[str, tuple[int, int, int]] = {
    "red": (255, 0, 0),
    "crimson": (220, 20, 60),
    "coral": (255, 127, 80),
    "salmon": (250, 128, 114),
    "orange": (255, 140, 0),
    "amber": (255, 191, 0),
    "gold": (255, 215, 0),
    "yellow": (255, 255, 0),
    "lime": (150, 255, 0),
    "green": (0, 255, 0),
    "mint green": (120, 255, 170),
    "teal": (0, 160, 140),
    "turquoise": (64, 224, 208),
    "cyan": (0, 255, 255),
    "blue": (0, 0, 255),
    "indigo": (75, 0, 160),
    "violet": (143, 0, 255),
    "purple": (160, 0, 200),
    "magenta": (255, 0, 255),
    "pink": (255, 105, 180),
    "lavender": (190, 160, 255),
    "brown": (150, 75, 0),
    "white": (255, 255, 255),
    "warm white": (255, 214, 170),
    "soft white": (255, 224, 190),
    "cool white": (220, 235, 255),
    "cold white": (220, 235, 255),
    "daylight": (240, 245, 255),
    "candlelight": (255, 147, 41),
}
KELVIN: dict[str, int] = {
    "candlelight": 2000,
    "warm white": 2700,
    "soft white": 3000,
    "white": 4000,
    "cool white": 5000,
    "cold white": 5500,
    "daylight": 6500,
}
COLORS = frozenset(RGB)

_NAMED = {name: rgb for name, rgb in RGB.items() if name not in KELVIN}
_WHITE_SATURATION = 0.12  # of HSV; paler than this is white to the eye


def called(rgb: tuple[int, int, int]) -> str:
    """The name of the nearest colour: hue first, then how pale it is. Brightness is not part of a lamp's colour."""
    hue, saturation, _ = _hsv(rgb)
    if saturation < _WHITE_SATURATION:
        return "white"

    def distance(name: str) -> float:
        other, paleness, _ = _hsv(_NAMED[name])
        around = min(abs(hue - other), 1 - abs(hue - other))
        return 4 * around + abs(saturation - paleness)

    return min(_NAMED, key=distance)


def white_called(kelvin: float) -> str:
    """The white of that colour temperature, of the four that people tell apart."""
    return min(("warm white", "white", "cool white", "daylight"), key=lambda name: abs(KELVIN[name] - kelvin))


def _hsv(rgb: tuple[int, int, int]) -> tuple[float, float, float]:
    red, green, blue = (part / 255 for part in rgb)
    return colorsys.rgb_to_hsv(red, green, blue)
