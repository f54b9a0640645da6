"""What kind of thing a question asks for, and whether a sentence has such a thing in it."""

import re
from dataclasses import dataclass
from enum import StrEnum

from assistant.documents.terms import STOP_WORDS, WEAK_WORDS, Term, form_of, terms


class Kind(StrEnum):
    """What the answer has to hold. OTHER: anything."""

    DURATION = "duration"
    MONEY = "money"
    TEMPERATURE = "temperature"
    WHEN = "when"
    CLOCK = "clock"
    PERSON = "person"
    PHONE = "phone"
    PLACE = "place"
    QUANTITY = "quantity"
    REASON = "reason"
    PERMISSION = "permission"
    OTHER = "other"


_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|half|quarter|once|twice|"
    "a dozen|no"
)
_NUMBER = rf"(?:\d[\d.,:]*|\b(?:{_NUMBER_WORDS})\b)"
_SPAN = (
    r"(?:seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|fortnights?|months?|years?|kilometres|miles|h|min|"
    r"overnight)\b"
)
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekends?|weekdays?|working days?)"
_MONTH = (
    r"(?:january|february|march|april|june|july|august|september|october|november|december|easter|christmas|"
    r"(?-i:May|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)\b)"
)
_TIME = (
    r"(?:\b\d{1,2}(?:[:.]\d{2})?\s?(?:a\.?m|p\.?m|o'clock|h)\b|\b\d{1,2}[:.]\d{2}\b|\bnoon\b|\bmidnight\b)"
)
_PART = r"(?:spring|summer|autumn|winter|morning|evening|afternoon|night|dusk|dawn|sunset|sunrise)s?"
_ORDINAL = r"(?:first|second|third|fourth|last|end|beginning|start|\d+(?:st|nd|rd|th))"

_ASKED: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (
        Kind.PHONE,
        (
            r"\b(?:phone|telephone|fax|mobile|emergency) number\b",
            r"\bnumber (?:of|for) the (?:\w+ )?(?:caretaker|doctor|plumber|electrician|office|owner|landlord|service)",
            r"\bnumber (?:do i|should i|can i|to|for) (?:call|ring|dial|reach)",
        ),
    ),
    (
        Kind.MONEY,
        (
            r"\bhow (?:much|expensive).*\b(?:cost|pay|charge|fee|rent|owe|price|deposit|fine|premium|worth|excess)",
            r"\bwhat.*\b(?:price|cost|fee|deposit|fine|premium|excess|charge)\b",
            r"\bwhats? the rent\b|\bhow much money\b",
            r"\bhow much (?:is|are) (?:the|a|an|my|our)\b",
            r"\bhow much (?:does|do) (?:it|they|i|we) (?:cost|pay|owe)",
        ),
    ),
    (Kind.TEMPERATURE, (r"\btemperature\b", r"\bhow (?:hot|warm|cold)\b", r"\bdegrees\b")),
    (
        Kind.OTHER,
        (
            r"\bwhat (?:happens|if|do i do|do we do|should i do|should we do)\b",
            r"\bhow (?:do|can|should|would) (?:i|we|you)\b",
        ),
    ),
    (
        Kind.DURATION,
        (
            r"\bhow (?:long|often|frequently|soon|quickly|old|late)\b",
            r"\bhow many (?:minutes|hours|days|weeks|months|years)\b",
            r"\bhow much (?:notice|time)\b",
            r"\bnotice period\b|\bhow far in advance\b",
        ),
    ),
    (Kind.CLOCK, (r"\b(?:what|which) (?:time|hour)\b", r"\bwhat are the (?:\w+ )?hours\b")),
    (
        Kind.WHEN,
        (
            r"\bwhen\b",
            r"\b(?:what|which) (?:day|date|month|year|weekday|evening|night)s?\b",
            r"\bby what\b|\bdeadline\b",
        ),
    ),
    (Kind.PERSON, (r"\bwho(?:m|se|s)?\b", r"\b(?:whats?|what is) the name\b|\bname of\b")),
    (Kind.PLACE, (r"\bwhere\b", r"\bwhich (?:side|floor|room|drawer|shelf)\b")),
    (
        Kind.QUANTITY,
        (
            r"\bhow (?:much|many|big|large|heavy|high|tall|wide|far|deep|thick|strong|loud|fast)\b",
            r"\bwhat (?:size|weight|pressure|percentage|amount|number|code|speed|width|height|length|ratio|capacity|"
            r"wattage|voltage|setting|age)\b",
            r"\bwhats? the (?:\w+ )?(?:pressure|size|weight|code|speed|limit|maximum|minimum|capacity|number)\b",
            r"\bfrom what age\b|\bmaximum\b|\bminimum\b",
        ),
    ),
    (Kind.REASON, (r"\bwhy\b", r"\bwhat for\b|\breason\b")),
    (
        Kind.PERMISSION,
        (
            r"^(?:so |and |um |uh |please |hey )*(?:can|may|am|are|is|do|does|could|should|must|will) "
            r"(?:i|we|you|the|my|our|there|it|a|an|they|guests|kids|children|dogs|pets)\b",
            r"\ballowed\b|\bokay to\b|\ball right to\b|\bpermitted\b",
        ),
    ),
)
_HELD: dict[Kind, tuple[str, ...]] = {
    Kind.DURATION: (
        # each part once and at most four, for whatever a document says must not take time without end
        rf"{_NUMBER}(?:[\s–-]+(?:more|full|working|half|calendar|to|or|and|{_NUMBER})(?![\w.,:])){{0,4}}[\s–-]*{_SPAN}",
        rf"\bevery (?:day|week|month|year|hour|{_NUMBER}|second|other|third|{_PART})",
        r"\bonce an? |\btwice a |\bper (?:day|week|month|year)\b",
        r"\b(?:daily|weekly|monthly|yearly|annually|quarterly|overnight|immediately|until|an hour)\b",
        r"\ba (?:week|day|month|year|minute)\b",
    ),
    Kind.MONEY: (
        r"[€£$]\s?\d|\d[\d.,]*\s?(?:€|£|\$|euros?|eur\b|pounds?|dollars?|usd\b|gbp\b|cents?|pence|francs?|chf\b)",
        rf"\b(?:{_NUMBER_WORDS})[\w\s-]*(?:euros?|pounds?|dollars?)",
        r"\bfree\b|\bno (?:fee|charge)|\d\s?(?:%|per ?cent)",
    ),
    Kind.TEMPERATURE: (
        rf"\d\s?(?:°|º|degrees?)|\d\s?[CF]\b|\bgas mark\b|\broom temperature\b|(?:{_NUMBER_WORDS}) degrees",
    ),
    Kind.WHEN: (
        rf"\b{_DAY}\b|\b{_MONTH}|{_TIME}|\b(?:19|20)\d\d\b",
        rf"\b(?:before|after|until|by|within|from|on|in|at) (?:the )?(?:{_NUMBER}|{_ORDINAL}|day|{_PART})",
        rf"\bevery (?:day|week|month|year|second|other|{_NUMBER}|{_PART})|\b(?:daily|weekly|monthly|yearly|annually)\b",
        r"\b(?:when|as soon as)\b",
    ),
    Kind.CLOCK: (
        rf"{_TIME}|\b{_PART}\b|\b(?:at|until|till|from|by|before|after|between) (?:{_NUMBER_WORDS})\b",
    ),
    Kind.PERSON: (
        r"(?-i:(?<=\w )[A-Z][a-z]+ [A-Z][a-z]+|\b(?:Mr|Mrs|Ms|Dr)\b)",
        r"\b(?:chair\w*|treasurer|secretary|president|caretaker|landlord|owner|manager|doctor|electrician|engineer|"
        r"technician|installer|plumber|members?|committee|board|tenants?|parents?|anyone|everyone|nobody|persons?|people|"
        r"staff|assembly|holder|company|dealer|service|those who|residents?|adults?|children)\b",
    ),
    Kind.PHONE: (r"\+?\d[\d\s()/-]{4,}\d|\b\d{3}\b",),
    Kind.PLACE: (
        r"\b(?:in|on|at|under|behind|beside|above|below|inside|outside|between|near|beneath|next to|to the|from the|"
        r"into|opposite|left|right|top|bottom|front|back)\b",
    ),
    Kind.QUANTITY: (_NUMBER,),
    Kind.REASON: (
        r"\b(?:because|since|so that|in order|otherwise|due to|caused?|reason|means?|therefore|if|for)\b",
        r"\bto (?:avoid|prevent|protect|keep|save|stop)\b|\bas (?:it|they|the)\b",
    ),
    Kind.PERMISSION: (
        r"\b(?:may|must|can|cannot|not|never|only|always|no|allowed|forbidden|permitted|prohibited|suitable|safe|"
        r"should|do|does|is|are|without|required|free|welcome|included|excluded|covered)\b|n't\b",
    ),
}
_COUNTED = re.compile(r"\bhow (?:many|much) ([a-z]+)")
_WORDS = re.compile(r"[^\W_]+(?:[.,][^\W_]+)*")
_A_NUMBER = re.compile(rf"{_NUMBER}[a-z]{{0,4}}")
_BEFORE, _AFTER = 4, 4  # words between a number and what it counts: “eleven grams of fine salt”, “salt: 11 g”
_SAID_BY = {
    kind: frozenset(form_of(word) for word in words.split())
    for kind, words in {
        Kind.PHONE: "number phone call emergency",
        Kind.MONEY: "cost money euros pounds dollars amount",
        Kind.TEMPERATURE: "temperature degrees setting set",
        Kind.DURATION: "minutes hours weeks months years often period notice ahead",
        Kind.WHEN: "date month year weekday deadline evening morning week",
        Kind.CLOCK: "hour clock late",
        Kind.PERSON: "name person called",
        Kind.PLACE: "place location side located",
        Kind.QUANTITY: "number amount size big maximum minimum value",
        Kind.REASON: "reason",
        Kind.PERMISSION: "allowed permission possible safe",
    }.items()
}
_OF_THEIR_OWN = (Kind.PHONE, Kind.MONEY, Kind.TEMPERATURE)
_ASKED_PATTERNS = tuple((kind, re.compile("|".join(patterns))) for kind, patterns in _ASKED)
_HELD_PATTERNS = {kind: re.compile("|".join(patterns), re.IGNORECASE) for kind, patterns in _HELD.items()}


@dataclass(frozen=True, slots=True)
class Question:
    """`terms`: what an answer has to be about. `weak`: words that may name a document. `kind`: what it has to hold.
    `counted`: the form of what “how many” and “how much” ask the number of; empty where there is none."""

    text: str
    terms: tuple[Term, ...]
    weak: tuple[Term, ...]
    kind: Kind
    counted: str = ""

    def says_kind(self, form: str) -> bool:
        """Whether the word only says what kind of thing is asked for, so that such a thing stands for it."""
        return form in _SAID_BY.get(self.kind, ())


def understood(text: str) -> Question:
    """Of a question as it is spoken: without marks, perhaps with words misheard."""
    found = terms(text)
    weak = tuple(each for each in found if each.word in WEAK_WORDS)
    strong = tuple(each for each in found if each.word not in WEAK_WORDS)
    return Question(text, strong, weak, _kind(text), _counted(text))


def _kind(text: str) -> Kind:
    """Numbers of a kind of their own first, then whatever is asked for first: “who do I call when …” asks for a
    person."""
    lower = " ".join(text.lower().replace("’", "'").replace("'s", "s").split())
    asked = [
        (kind not in _OF_THEIR_OWN, match.start(), place, kind)
        for place, (kind, pattern) in enumerate(_ASKED_PATTERNS)
        if (match := pattern.search(lower))
    ]
    return min(asked)[-1] if asked else Kind.OTHER


def _counted(text: str) -> str:
    found = _COUNTED.search(text.lower())
    return form_of(found[1]) if found and found[1] not in STOP_WORDS else ""


def held(sentence: str, question: Question) -> float:
    """1 where something that could be what is asked for is in the sentence, -1 where nothing is, 0 where that says
    nothing."""
    if question.kind is Kind.OTHER:
        return 0.0
    if not _HELD_PATTERNS[question.kind].search(sentence):
        return -1.0
    if not question.counted or question.kind not in (Kind.QUANTITY, Kind.DURATION):
        return 1.0
    words = [form_of(each) for each in _WORDS.findall(sentence.lower())]
    places = [place for place, word in enumerate(words) if word == question.counted]
    if not places:
        return 0.0
    numbers = [place for place, word in enumerate(words) if _A_NUMBER.fullmatch(word)]
    near = any(-_AFTER <= place - number <= _BEFORE for place in places for number in numbers)
    return 1.0 if near else -1.0
