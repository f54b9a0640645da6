"""Two sentences in one breath: "turn off the lights and set a timer for ten minutes".

No training sentence is like that, and a trigram model that has never seen an "and" behind "lights" hears something
else. What follows is the exact expectation for any sentence, "and" and any other sentence, in the form of trigrams.
"""

from collections import defaultdict
from collections.abc import Mapping

from assistant.recognition.expected_counts import END, NOTHING, START, Trigram

AND = "and"
SHARE = 0.05
"""Of the sentences so many go on with another, which costs all others a twentieth of their probability to end."""


def joined(counts: Mapping[Trigram, float], share: float = SHARE) -> dict[Trigram, float]:
    """The expected counts with those of the words around the "and"."""
    sentences = sum(times for (older, old, _), times in counts.items() if (older, old) == (NOTHING, START))
    more: dict[Trigram, float] = defaultdict(float)
    last: dict[str, float] = defaultdict(float)  # words before the "and"
    first: dict[str, float] = defaultdict(float)  # those after it
    for (older, old, word), times in counts.items():
        if word == END and old != START:
            more[older, old, AND] += share * times
            last[old] += share * times
        if (older, old) == (NOTHING, START):
            first[word] += times / sentences
        elif older == START:
            more[AND, old, word] += share * times
    for before, times in last.items():
        for after, probability in first.items():
            more[before, AND, after] += times * probability
    return {
        trigram: counts.get(trigram, 0.0) + more.get(trigram, 0.0)
        for trigram in dict.fromkeys([*counts, *more])
    }
