"""How much sound Whisper's encoder is given at once."""

WINDOWS_S = (5, 10, 15, 20, 30)
"""A few lengths and not each: the work of the encoder grows faster than the window, but every new length also
has to be planned and allocated anew by CTranslate2. Whisper was trained on the last one."""

MARGIN_S = 2.5
"""Empty time that the window has after the speech. With 1 s of it tiny.en, told what names to expect, wrote the
whole of 6 of 20 recorded orders twice or more; with this margin and the penalty below, none."""

REPETITION_PENALTY = 1.1
"""Of a token that was already written, in a window that Whisper was not trained on. With a margin of 1 s it
brought those 6 down to 1; in the longest window it changed no word of the 20."""


def window_for(speech_s: float, *, shortest_s: float, longest_s: int) -> int:
    """The window (s) for speech of that length: the first that holds it with its margin, but none shorter than
    `shortest_s` and none longer than `longest_s`, which is the model's own."""
    fitting = (window for window in WINDOWS_S if window >= max(shortest_s, speech_s + MARGIN_S))
    return min(longest_s, next(fitting, WINDOWS_S[-1]))
