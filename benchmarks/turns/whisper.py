"""The same delay with faster-whisper alone, on the small model of the tests, and what its window costs."""

from collections.abc import Sequence
from pathlib import Path

from assistant.config.model import Whisper
from benchmarks.samples import Kind, texts
from benchmarks.turns import delay
from benchmarks.turns.figures import Report
from benchmarks.turns.idle import WHISPER
from benchmarks.turns.utterances import VOICES, Utterance
from benchmarks.windows import encoder_ms

REPEATED = 7


def utterances(most: int) -> list[Utterance]:
    """Commands that the small model can know and was not trained on; what they mean is not looked at."""
    said = texts(Kind.COMMAND, most, small_domain=True)
    return [Utterance((text,), VOICES[number % len(VOICES)], "") for number, text in enumerate(said)]


def report(folder: Path, settings: Sequence[str], count: int) -> Report:
    whisper = ["recognition.engine=whisper", f"recognition.whisper.model={WHISPER}"]
    found = delay.report(delay.measure(utterances(count), folder, [*whisper, *settings]))
    spent = encoder_ms(WHISPER, Whisper(), REPEATED)
    found.facts["encoder_ms"] = {f"{window_s} s": round(value, 2) for window_s, value in spent.items()}
    longest = max(spent)
    found.lines += [
        f"{f'encoder, one window of {window_s} s, one thread':<52}{value:>9.1f} ms of CPU"
        + ("" if window_s == longest else f", {spent[longest] / value:.1f} times less than {longest} s")
        for window_s, value in spent.items()
    ]
    return found
