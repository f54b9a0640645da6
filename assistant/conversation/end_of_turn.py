"""Is the sentence over? Judged by what was said, so that a command need not wait as long as a hesitation.

Five things speak for the end: what was heard while the person spoke ends like the sentence that was made of it (a
recogniser that reads a whole sentence makes "cancel that" of "cancel the"); the understanding is sure; nothing that
such commands need is missing ("set a timer" names no duration); no name or number stops in the middle ("lock the
side", of "side door"); and sentences of the domain do end so ("turn on the light", not "turn on the"). The last is a
back-off model over the training sentences with their entities as classes, asked for the probability of an end after
these words.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from assistant.conversation.messages import Completeness
from assistant.dialogue.client import Parse
from assistant.dialogue.training_data import Example, TrainingData
from assistant.recognition.spoken_words import NUMBER_WORDS, spoken_words

LIKELY_END = 0.3
"""Of 171 held-out sentences of rasa_project/tests 91 % are above it, and 5 % of their 695 beginnings, among
those some that are sentences themselves ("what's it like in the kitchen")."""
UNLIKELY_END = 0.1
"""97 % of those sentences are above it, or known as they are, and 9 % of the beginnings."""
NO_END = 0.02
"""No sentence ends with a word of which so few do."""
OFTEN = 5  # words must have been seen so often that it means something

USUAL = 0.6
"""An entity that so many examples of an intent have is one that such commands usually name."""
NEEDED = 0.8
"""And one that so many have is waited for: most people who say "set a timer" and pause go on with the duration."""

ORDER = 4  # words, or classes, that the end is judged by; the sentence as a whole comes on top
PRIOR = 0.5  # probability of an end after words that were never seen

NOT_A_COMMAND = ("nlu_fallback", "out_of_scope", "")

DANGLING = frozenset(
    [
        *("a", "an", "and", "as", "at", "because", "but", "by", "for", "from", "if"),
        *("in", "into", "like", "my", "of", "on", "or", "so", "that", "than", "the"),
        *(
            "their",
            "then",
            "to",
            "um",
            "uh",
            "until",
            "well",
            "what",
            "when",
            "where",
            "which",
            "while",
            "who",
            "with",
            "your",
        ),
    ]
)
"""After these, a sentence that is no command of the domain goes on."""

Token = str  # a word, or "{entity}"


class Judgement(NamedTuple):
    completeness: Completeness
    reason: str


class SentenceEnds:
    """P(end | words), from sentences: the longest context that was seen decides, smoothed by the shorter ones
    (each worth one observation, as in a hierarchical Dirichlet model with concentration 1)."""

    def __init__(self, sentences: Iterable[Sequence[Token]]) -> None:
        self._seen: Counter[tuple[Token, ...]] = Counter()
        self._ended: Counter[tuple[Token, ...]] = Counter()
        for sentence in sentences:
            for length in range(1, len(sentence) + 1):
                for context in _contexts(sentence[:length]):
                    self._seen[context] += 1
                    self._ended[context] += length == len(sentence)

    def probability(self, words: Sequence[Token]) -> float:
        """0..1; PRIOR where nothing like it was seen."""
        probability = PRIOR
        for context in _contexts(words):
            probability = (self._ended[context] + probability) / (self._seen[context] + 1)
        return probability

    def goes_on(self, word: str) -> bool:
        """Sentences never end with it."""
        seen = self._seen[(word,)]
        return seen >= OFTEN and self._ended[(word,)] < NO_END * seen

    def knows(self, words: Sequence[Token]) -> bool:
        """Sentences begin like that."""
        return self._seen[_whole(words)] >= 1

    def is_sentence(self, words: Sequence[Token]) -> bool:
        """Exactly these words are a sentence."""
        return self._ended[_whole(words)] > 0


class EndOfTurn:
    """Loop thread; a judgement takes microseconds. `sure`: confidence from which an intent counts."""

    def __init__(self, data: TrainingData, sure: float) -> None:
        self._sure = sure
        self._ends = SentenceEnds(_tokens_of(example) for example in data.examples)
        self._usual = _shares(data.examples)
        self._values = _Values(data)

    def judge(self, text: str, parse: Parse, so_far: str = "") -> Judgement:
        """Whether the person has said what they want, going by `text` and what it means; `so_far` as in
        `Transcript`. Of several things said in one breath the last one counts."""
        if parse.parts:
            text, parse = parse.last.text, parse.last
        words = _classes(text, parse)
        if not words:
            return Judgement(Completeness.OPEN, "no words")
        last = so_far.split()[-1:]
        if last and last != text.split()[-1:] and self._ends.goes_on(last[0]):
            return Judgement(
                Completeness.UNFINISHED, f"“{last[0]}” was heard last, and sentences go on after it"
            )
        end = self._ends.probability(words)
        if parse.intent in NOT_A_COMMAND or parse.confidence < self._sure:
            if words[-1] in DANGLING:
                return Judgement(Completeness.UNFINISHED, f"no sentence ends with “{words[-1]}”")
            if end < UNLIKELY_END and self._ends.knows(words):
                return Judgement(Completeness.UNFINISHED, f"the beginning of a command (end {end:.2f})")
            return Judgement(Completeness.OPEN, "no command that is known")
        said = {str(entity.get("entity")) for entity in parse.entities}
        half = self._values.half_said(parse)
        usual = self._usual.get(parse.intent, {})
        missing = max(usual.keys() - said, key=lambda entity: usual[entity], default="")
        if end < UNLIKELY_END and not self._ends.is_sentence(words):
            return Judgement(Completeness.UNFINISHED, f"commands go on after that (end {end:.2f})")
        if half:
            return Judgement(Completeness.UNFINISHED, f"“{half}” is the beginning of something")
        if missing:
            needed = usual[missing] >= NEEDED
            completeness = Completeness.UNFINISHED if needed else Completeness.OPEN
            return Judgement(
                completeness, f"{parse.intent} {'needs' if needed else 'usually names'} a {missing}"
            )
        if end >= LIKELY_END or self._ends.is_sentence(words):
            return Judgement(Completeness.COMPLETE, f"a complete {parse.intent} (end {end:.2f})")
        return Judgement(Completeness.OPEN, f"{parse.intent}, which may go on (end {end:.2f})")


class _Values:
    """What is said for each entity, numbers being all alike, to notice when somebody stops in the middle."""

    def __init__(self, data: TrainingData) -> None:
        self._whole: set[tuple[str, ...]] = set()
        for text in _said_for_entities(data):
            self._whole.add(_like(text))
        self._beginnings = {value[:length] for value in self._whole for length in range(1, len(value))}

    def half_said(self, parse: Parse) -> str:
        """The text of an entity at the end of the sentence that only begins a longer one; else empty."""
        for entity in parse.entities:
            start, end = int(entity.get("start", 0)), int(entity.get("end", 0))
            if parse.text[end:].strip(" .,!?"):
                continue
            value = _like(parse.text[start:end])
            if value in self._beginnings and value not in self._whole:
                return parse.text[start:end]
        return ""


def _said_for_entities(data: TrainingData) -> Iterator[str]:
    for example in data.examples:
        yield from (segment.text for segment in example.segments if segment.entity)
    for table in data.lookups.values():
        yield from table
    for value, variants in data.synonyms.items():
        yield from (value, *variants)


def _like(text: str) -> tuple[str, ...]:
    """Its words, each run of number words being `#`."""
    words: list[str] = []
    for word in spoken_words(text):
        folded = "#" if word in NUMBER_WORDS else word
        if not (folded == "#" and words[-1:] == ["#"]):
            words.append(folded)
    return tuple(words)


def _whole(words: Sequence[Token]) -> tuple[Token, ...]:
    return ("<s>", *words)


def _contexts(words: Sequence[Token]) -> Iterator[tuple[Token, ...]]:
    """From the most general to the most specific."""
    yield ()
    for length in range(1, min(ORDER, len(words)) + 1):
        yield tuple(words[-length:])
    yield _whole(words)


def _tokens_of(example: Example) -> list[Token]:
    tokens: list[Token] = []
    for segment in example.segments:
        tokens += [f"{{{segment.entity}}}"] if segment.entity else spoken_words(segment.text)
    return tokens


def _classes(text: str, parse: Parse) -> list[Token]:
    """The words of `text`, with the entities of `parse` as classes."""
    tokens: list[Token] = []
    at = 0
    for entity in sorted(parse.entities, key=lambda each: int(each.get("start", 0))):
        start, end = int(entity.get("start", 0)), int(entity.get("end", 0))
        if start < at or end <= start:
            continue  # two extractors found the same
        tokens += [*spoken_words(text[at:start]), f"{{{entity.get('entity')}}}"]
        at = end
    return [*tokens, *spoken_words(text[at:])]


def _shares(examples: Iterable[Example]) -> dict[str, dict[str, float]]:
    """Of each intent the entities that are usual, with the share of examples that have them."""
    count: Counter[str] = Counter()
    having: Counter[tuple[str, str]] = Counter()
    for example in examples:
        count[example.intent] += 1
        for entity in {segment.entity for segment in example.segments if segment.entity}:
            having[example.intent, entity] += 1
    shares: dict[str, dict[str, float]] = {}
    for (intent, entity), times in having.items():
        if times >= USUAL * count[intent]:
            shares.setdefault(intent, {})[entity] = times / count[intent]
    return shares
