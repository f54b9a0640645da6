"""Does the assistant on the sound card end turns where the same conversation in virtual time does?"""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.turns.cuts import Outcome
from benchmarks.turns.delay import turn
from benchmarks.turns.figures import HEADER, Report, share
from benchmarks.turns.monitor import monitor
from benchmarks.turns.person import Person
from benchmarks.turns.running import running
from benchmarks.turns.utterances import Utterance, written
from tests.sound_card import sound_card

SETTLED_S = 2.5
"""Two answers of one utterance that was cut are not further apart."""


def in_real_time(utterances: Sequence[Utterance], folder: Path, settings: Sequence[str]) -> list[Outcome]:
    """Said to `assistant run` with an open microphone; times as measured outside."""
    person = Person(folder)
    outcomes = []
    with (
        sound_card() as card,
        running(card, folder, ["listening.mode=open", *settings]) as assistant,
        monitor(card, "speaker") as speaker,
        monitor(card, "mic") as mic,
    ):
        for utterance in utterances:
            found = turn(card, assistant, speaker, mic, utterance, person.file(utterance))
            speaker.wait_for_silence(SETTLED_S, 30.0)
            cut = found.delay_ms is not None and found.delay_ms < 0
            delay_ms = None if cut else found.delay_ms
            outcomes.append(Outcome(written(utterance), cut, delay_ms, found.heard, utterance.over))
    return outcomes


def sample(utterances: Sequence[Utterance], count: int) -> list[Utterance]:
    """So many of them, evenly spread."""
    count = min(count, len(utterances))
    return [utterances[number * len(utterances) // count] for number in range(count)]


def compare(real: Sequence[Outcome], virtual: Sequence[Outcome]) -> Report:
    """The same utterances in both; those of `virtual` that were not said in real time do not count."""
    decided = {each.name: each for each in virtual}
    pairs = [(each, decided[each.name]) for each in real if each.name in decided]
    agree = sum(said.cut == computed.cut for said, computed in pairs)
    found = Report(["the same on the sound card, in real time", HEADER])
    found.lines.insert(1, share("both cut, or both did not", agree, len(pairs)))
    later = [
        said.delay_ms - computed.delay_ms
        for said, computed in pairs
        if said.delay_ms is not None and computed.delay_ms is not None
    ]
    found.times("later", "heard at the loudspeaker later than in virtual time", later)
    found.lines += [
        f"  {said.name}: {'cut' if said.cut else 'not cut'} in real time (“{said.heard}”), "
        f"{'cut' if computed.cut else 'not cut'} in virtual time (“{computed.heard}”)"
        for said, computed in pairs
        if said.cut != computed.cut
    ]
    found.facts |= {"pairs": len(pairs), "agree": agree}
    return found
