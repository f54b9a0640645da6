"""The embedded recogniser's language model, made from the sentences that the dialogue understands.

A trigram model of the sentences that the training examples stand for. Intents count by the square root of how
many examples they have, and inside an intent every example counts alike, so neither a talkative intent nor a
long list of values drowns the rest. The entities of an example keep their value or take any other of their
class. A value of several words is one word of the model (compounds.py). Numbers inside values ("twenty five
minutes") stand for all numbers that the unit allows, and those stay words.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice, product
from math import gcd, log10, prod

from assistant.dialogue.training_data import Example, Segment, TrainingData
from assistant.recognition.compounds import compound
from assistant.recognition.expected_counts import END, NOTHING, START, ExpectedCounts, Slot, Trigram
from assistant.recognition.regexes import expand
from assistant.recognition.spoken_words import NUMBER_WORDS, number_in_words, spoken_words

SENTENCES = 20_000
"""What expected counts are counted among."""
DISCOUNT_MASS = 0.005
"""Share of probability kept for what is not expected. A domain's sentences are nearly all of what is said to
it: ArpaBoLM's default of 0.5 recognises far fewer recorded commands (77 against 86 % in one comparison)."""

SELDOM_PAIR, SELDOM_TRIPLE = 0.001, 0.02
"""Expected counts among SENTENCES below which a pair or triple of words is not listed."""

SELDOM_CONTEXT = 0.002
"""The same of two words before a third: a tenth of what would list the three."""

KEEP = 0.4
"""How often an example keeps its own value: it is there because people say it so."""

CLOCK = "moment"
"""The entity in which a number is a time of the day."""

MOST_NUMBERS = 1_500
"""A value with several numbers is said in so many ways at most, evenly among all and with each number in each place:
more would take minutes and gigabytes, and a model of three words does not see how numbers go together."""

_NUMBER = "#"
_RANGES = {"hour": range(1, 25), "minute": range(1, 61), "second": range(1, 91), "day": range(1, 32)}
_ANY_NUMBER = range(101)

Words = tuple[str, ...]


def entity_values(data: TrainingData) -> dict[str, tuple[Words, ...]]:
    """What can be said for each entity: its lookup table, regular expressions that match a short list, what the
    examples say, and all synonyms of these.
    Numbers are folded into one card per pattern, `#` standing for any of them; not in an entity with a lookup
    table, which says what there is."""
    values: dict[str, dict[Words, None]] = {}
    for entity, table in data.lookups.items():
        values.setdefault(entity, {}).update(dict.fromkeys(map(spoken_words, table)))
    for entity, patterns in data.regexes.items():
        said_so = (spoken_words(text) for pattern in patterns for text in expand(pattern))
        values.setdefault(entity, {}).update(dict.fromkeys(said_so))
    for example in data.examples:
        for segment in example.segments:
            if segment.entity:
                values.setdefault(segment.entity, {})[spoken_words(segment.text)] = None
    variants = {spoken_words(value): [value, *said] for value, said in data.synonyms.items()}
    for said in values.values():
        for value in list(said):
            said.update(dict.fromkeys(map(spoken_words, variants.get(value, ()))))
    return {
        entity: tuple(
            dict.fromkeys(
                value if entity in data.lookups else _fold_numbers(value) for value in said if value
            )
        )
        for entity, said in values.items()
    }


def _fold_numbers(words: Words) -> Words:
    """Runs of number words become `#`: (twenty, five, minutes) → (#, minutes)."""
    folded: list[str] = []
    for word in words:
        if word not in NUMBER_WORDS:
            folded.append(word)
        elif not folded or folded[-1] != _NUMBER:
            folded.append(_NUMBER)
    return tuple(folded)


def expected_counts(data: TrainingData, sentences: int = SENTENCES) -> dict[Trigram, float]:
    """How often each three words are expected in so many sentences: every example once as it is written, and
    the rest as `Slot` says."""
    values = entity_values(data)
    said = {entity: tuple(all_said(entity, each)) for entity, each in values.items()}
    counts = ExpectedCounts(said, SELDOM_CONTEXT)
    by_intent: dict[str, list[Example]] = {}
    for example in data.examples:
        if spoken_words(example.text):
            by_intent.setdefault(example.intent, []).append(example)
    written = sum(len(group) for group in by_intent.values())
    weights = {intent: len(group) ** 0.5 for intent, group in by_intent.items()}
    for intent, group in by_intent.items():
        share = weights[intent] / sum(weights.values()) / len(group)
        for example in group:
            pattern = _pattern(example, data)
            counts.add([word for part in pattern for word in _written(part)], 1.0)
            counts.add(pattern, max(0, sentences - written) * share)
    return counts.trigrams()


def _pattern(example: Example, data: TrainingData) -> list[str | Slot]:
    parts: list[str | Slot] = []
    for segment in example.segments:
        said = words_of(segment, data)
        parts += [Slot(segment.entity, said, KEEP)] if segment.entity and said else said
    return parts


def _written(part: str | Slot) -> Words:
    return part.own if isinstance(part, Slot) else (part,)


def words_of(segment: Segment, data: TrainingData) -> Words:
    """What is said in it, as words of the model."""
    said = spoken_words(segment.text)
    closed = segment.entity in data.lookups or NUMBER_WORDS.isdisjoint(said)
    return compound(said) if segment.entity and closed else said


def all_said(entity: str, values: Iterable[Words]) -> Iterator[Words]:
    """Each of the values of an entity, as words of the model."""
    for value in values:
        yield from _numbers_spelled_out(entity, value) if _NUMBER in value else [compound(value)]


def _numbers_spelled_out(entity: str, value: Words) -> Iterator[Words]:
    """Each `#` replaced by each number that its unit allows."""
    choices = [
        _numbers(entity, value[place + 1 :]) if word == _NUMBER else [(word,)]
        for place, word in enumerate(value)
    ]
    every = max(1, prod(map(len, choices)) // MOST_NUMBERS)
    last = next(len(choice) for choice in reversed(choices) if len(choice) > 1)
    while every > 1 and gcd(every, last) > 1:
        every += 1
    for chosen in islice(product(*choices), 0, None, every):
        yield tuple(chain.from_iterable(chosen))


def _numbers(entity: str, after: Words) -> list[Words]:
    unit = after[0].removesuffix("s") if after else ""
    if entity == CLOCK and unit not in _RANGES:
        return _times_of_day()
    return [spoken_words(number_in_words(n)) for n in _RANGES.get(unit, _ANY_NUMBER)]


def _times_of_day() -> list[Words]:
    """ "seven", "seven oh five", "seven thirty", and the numbers of days and minutes."""
    minutes = ["oh five", *(number_in_words(n) for n in range(10, 60, 5))]
    hours = [number_in_words(n) for n in range(1, 13)]
    said = [f"{hour} {minute}" for hour in hours for minute in minutes]
    return [spoken_words(text) for text in (*map(number_in_words, range(1, 60)), *said)]


def arpa(counts: Mapping[Trigram, float]) -> tuple[str, tuple[str, ...]]:
    """The trigram model in ARPA format, and its words in alphabetical order.

    What is expected too seldom is left to the shorter context, together with a share, DISCOUNT_MASS, of what is
    not: a back-off model (Katz 1987) with expected counts.
    """
    pairs: dict[str, dict[str, float]] = {}
    triples: dict[tuple[str, str], dict[str, float]] = {}
    for (older, old, word), times in counts.items():
        followers = pairs.setdefault(old, {})
        followers[word] = followers.get(word, 0.0) + times
        if older != NOTHING:
            triples.setdefault((older, old), {})[word] = times
    if not pairs:
        raise ValueError("a language model needs at least one sentence")
    single: dict[str, float] = {START: sum(pairs[START].values())}
    for followers in pairs.values():
        for word, times in followers.items():
            single[word] = single.get(word, 0.0) + times
    one = _probabilities(single, 0.0)
    two = {old: _probabilities(followers, SELDOM_PAIR) for old, followers in pairs.items()}
    three = {
        context: probabilities
        for context, followers in triples.items()
        if context[1] in two.get(context[0], {})
        and (probabilities := _probabilities(followers, SELDOM_TRIPLE))
    }
    lines = ["\\data\\", f"ngram 1={len(one)}", f"ngram 2={sum(map(len, two.values()))}"]
    lines += [f"ngram 3={sum(map(len, three.values()))}", "", "\\1-grams:"]
    for word, probability in sorted(one.items()):
        lines.append(f"{log10(probability):.4f} {word} {_backoff(two.get(word, {}), one):.4f}")
    lines += ["", "\\2-grams:"]
    for old, after in sorted(two.items()):
        for word, probability in sorted(after.items()):
            backoff = _backoff(three.get((old, word), {}), two.get(word, {}))
            lines.append(f"{log10(probability):.4f} {old} {word} {backoff:.4f}")
    lines += ["", "\\3-grams:"]
    for (older, old), after in sorted(three.items()):
        for word, probability in sorted(after.items()):
            lines.append(f"{log10(probability):.4f} {older} {old} {word}")
    return "\n".join([*lines, "", "\\end\\", ""]), tuple(sorted(set(single) - {START, END}))


def _probabilities(followers: Mapping[str, float], seldom: float) -> dict[str, float]:
    """Of what is not seldom, with room for what is not there."""
    kept = (1.0 - DISCOUNT_MASS) / sum(followers.values())
    return {word: kept * times for word, times in followers.items() if times >= seldom}


def _backoff(seen: Mapping[str, float], lower: Mapping[str, float]) -> float:
    """Logarithm of what the shorter context's probabilities are multiplied by for words that are not `seen`."""
    if not seen:
        return 0.0
    left = max(1.0 - sum(seen.values()), DISCOUNT_MASS)
    unseen = max(1.0 - sum(lower.get(word, 0.0) for word in seen), DISCOUNT_MASS)
    return log10(left / unseen)
