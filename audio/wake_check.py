"""The second check of a wake word: was there a voice where it is said to have been?

microWakeWord looks for a pattern in a spectrogram; music, a tap or a squeaking door can have it. A detector of
voice, which looks for something else, rarely errs on the same sound.
"""

from collections import deque

from audio.activity import Activity
from audio.frames import SAMPLE_RATE_HZ

WORD_S = 1.2
"""The stretch before a hit in which the word lies: the longest took 1.0 s, and is noticed up to 0.25 s later."""
VOICED_S = 0.2
"""So much of it has to be voice: less than the vowels of the shortest wake word."""
VOICE = 0.5
"""Probability of voice from which a wake word counts. Of 203 that were heard, down to 0 dB of noise, each reached 0.9;
in noises and music, 1 moment of 350 reached 0.5: benchmarks/wake.py, docs/listening.md."""


class VoiceHeard:
    """Remembers the latest probabilities of voice. Pure; one thread."""

    def __init__(self) -> None:
        self._latest: deque[Activity] = deque(maxlen=256)

    def add(self, activity: Activity) -> None:
        """The next, in the order of the sound."""
        self._latest.append(activity)
        while self._latest[0].start < activity.end - WORD_S * SAMPLE_RATE_HZ:
            self._latest.popleft()

    def before(self, index: int) -> float:
        """The probability that VOICED_S of the sound of the WORD_S before sample `index` reached; 0 where not so much
        of it is known."""
        begin = index - WORD_S * SAMPLE_RATE_HZ
        needed = VOICED_S * SAMPLE_RATE_HZ
        known = [each for each in self._latest if begin <= each.start and each.end <= index]
        for each in sorted(known, key=lambda each: each.probability, reverse=True):
            needed -= each.end - each.start
            if needed <= 0:
                return each.probability
        return 0.0
