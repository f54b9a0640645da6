"""Small facts about a conversation, for whoever wants to watch: console, metrics, logs, tests.

Sound never travels here. `at_s` is the conversation's clock (monotonic seconds), `turn` counts from 1 within a
session, and `session` names the place (`console`, `files`, `sound`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    at_s: float
    session: str
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Event):
    """What the recogniser made of a turn."""

    text: str
    engine: str
    confidence: float
    reason: str = ""
    took_s: float = 0.0  # the engine's work after the end of speech was noticed
    decision: dict[str, Any] | None = None  # of the router: what each engine heard, and why one was taken


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardSoFar(Event):
    """A partial transcript: `stable` is its part that will not change."""

    text: str
    stable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood(Event):
    """Intent and entities of a turn."""

    text: str
    intent: str
    confidence: float
    entities: tuple[dict[str, Any], ...] = ()
    ranking: tuple[tuple[str, float], ...] = ()  # the likeliest intents, best first


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseJudged(Event):
    """What a pause means. `completeness` of what was said so far: complete, open, unfinished; after
    `silence_s` without speech the turn is over."""

    completeness: str
    silence_s: float
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPrepared(Event):
    """While it was not yet sure that the turn was over, the beginning of its answer was found out; it is thrown away
    if the person goes on, or if the answer turns out otherwise."""

    text: str
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCalled(Event):
    """A service did something, or failed to."""

    service: str
    arguments: dict[str, Any]
    ok: bool
    result: Any = None
    error: str = ""
    took_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied(Event):
    """A message of the assistant, as it is handed to the voice. `source`: template, service, generated, notice."""

    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken(Event):
    """A reply left the speaker. `heard` is the part that did when it was interrupted."""

    text: str
    heard: str
    interrupted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkedOver(Event):
    """Somebody spoke over the answer of `turn`, and it is decided what that was. `outcome`: resumed, interrupted.
    `reason`: no words, backchannel, words, stop, went on, at its end, no result, recognition failed; or what else
    ended the answer meanwhile."""

    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowClosed(Event):
    """From now on a person needs the wake word again. `reason`: time, took leave, or what closed it from outside,
    such as music."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicBegan(Event):
    """Something plays now because a person asked for it at this place: what is heard next is hardly meant for the
    assistant. `player` is the program's name."""

    player: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RingingEnded(Event):
    """What rang here is silent. `noticed`: by a person at this place. `texts`: what was announced."""

    noticed: bool
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChanged(Event):
    """The turn machine's state, for a light or a label."""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble(Event):
    """Something does not work; `text` is the sentence a person was or could be told."""

    part: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesKnown(Event):
    """A part of the assistant, such as a home that it is connected to, tells which names there are: kind (areas,
    devices, lists, items, people, media) → names. In place of all that the same `source` told before."""

    source: str
    names: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesInUse(Event):
    """From now on other names count for a `part`: services, recogniser or dialogue."""

    part: str
    took_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeWordJudged(Event):
    """Something was a wake word, or resembled one (then it was not `accepted`). `turn` is the one before.

    `reason` why not: near miss (its `probability` stayed below the threshold), no voice (its sound held hardly any,
    `voice` is that probability), no words (none that make sense followed; it had been accepted until then).
    """

    word: str
    probability: float
    accepted: bool
    reason: str = ""
    voice: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crisis(Event):
    """Somebody may be in danger, and was told where there is help. `kind`: self-harm, or an emergency. The words are
    for the owner's review, and not part of what is logged."""

    kind: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBegan(Event):
    """The first sentence of an answer that no template has was handed to the voice. `source`: generated, documents,
    none. In seconds since the dialogue asked for it: the model's first text, the first clause whole; `gate_s` is what
    its check took."""

    source: str
    model: str
    first_token_s: float
    first_clause_s: float
    gate_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceBlocked(Event):
    """A generated sentence was not said. `category` as the gate names it; "gate": a check failed or was late."""

    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed(Event):
    """Somebody was told that it is an AI. `occasion`: first contact, now and then."""

    occasion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundKept(Event):
    """The sound of a turn was written to the disk, because the owner wants that; `turn` is 0."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnded(Event):
    """A turn is over. `stages_s` holds seconds since the end of speech for each stage that was reached, as
    `assistant.observe.trace.STAGES` names them. `outcome`: answered, interrupted, stopped (a stop word and nothing
    else), nothing-heard, failed.

    `began_s`, `speech_end_s`: on the conversation's clock; the latter None for an announcement. `revisions`:
    how often speech went on after a pause. `counts`: what was lost during the turn, by name."""

    outcome: str = ""
    stages_s: dict[str, float] = field(default_factory=dict)
    began_s: float = 0.0
    speech_end_s: float | None = None
    revisions: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
