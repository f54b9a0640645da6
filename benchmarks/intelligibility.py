"""How well a voice is understood: what the assistant says, spoken and transcribed back.

    script/bench intelligibility [--voice FILE.onnx] [--speaker N] [--sentences N]

The listener is PocketSphinx with a trigram model of answers of the same kind with other values, and no knowledge
of what is being said. It mishears too: a voice's figure means something beside another voice's.
"""

import argparse
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pocketsphinx
import soxr
from pocketsphinx.lm import ArpaBoLM
from rapidfuzz.distance import Levenshtein

from assistant.synthesis.engine import Engine
from assistant.synthesis.flite import FliteEngine
from assistant.synthesis.piper import PiperEngine
from audio.frames import SAMPLE_RATE_HZ
from benchmarks.answers import answers, as_often_as_said, words

MEASURED_SEED = 2
KNOWN_SEED = 3
KNOWN = 12_000  # sentences that the listener's model is made of
DITHER = 20.0  # standard deviation, of 32768: digital silence upsets the recogniser's features


@dataclass(frozen=True, slots=True)
class Heard:
    said: str
    heard: str
    words: int
    errors: int  # words wrong, missing or too many


@dataclass(frozen=True, slots=True)
class Intelligibility:
    sentences: tuple[Heard, ...]

    @property
    def words(self) -> int:
        return sum(one.words for one in self.sentences)

    @property
    def right(self) -> int:
        """Words less all errors; with many words too many it can fall below 0."""
        return self.words - sum(one.errors for one in self.sentences)

    @property
    def share(self) -> float:
        return self.right / self.words if self.words else 0.0


def sentences(count: int) -> list[str]:
    """The answers that are measured."""
    return answers(count, MEASURED_SEED)


def measure(engine: Engine, texts: Iterable[str]) -> Intelligibility:
    """Speaks and transcribes each of `texts` (single sentences, numbers in words). `engine` is loaded. A word that
    is not in PocketSphinx's dictionary counts as an error."""
    listener = Listener()
    return Intelligibility(tuple(_heard(text, listener.transcribe(*spoken(engine, text))) for text in texts))


def spoken(engine: Engine, text: str) -> tuple[np.ndarray, int]:
    """The whole of a text as int16 samples, and their rate."""
    pieces = [sound.pcm for sound in engine.synthesize(text)]
    return (np.concatenate(pieces) if pieces else np.zeros(0, np.int16)), engine.sample_rate_hz


def _heard(said: str, heard: str) -> Heard:
    wanted = words(said)
    return Heard(said, heard, len(wanted), Levenshtein.distance(wanted, heard.split()))


class Listener:
    """PocketSphinx with the language model of answers. Not for two threads at once."""

    def __init__(self) -> None:
        with tempfile.TemporaryDirectory(prefix="listener-") as folder:
            model = Path(folder) / "answers.arpa"
            model.write_text(_language_model(), "utf-8")
            self._decoder = pocketsphinx.Decoder(
                hmm=pocketsphinx.get_model_path("en-us/en-us"),
                dict=pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"),
                lm=str(model),
                lw=9.5,
                beam=1e-80,
                pbeam=1e-80,
                wbeam=1e-60,
                loglevel="FATAL",
            )

    def transcribe(self, pcm: np.ndarray, rate_hz: int) -> str:
        self.listen(pcm, rate_hz)
        found = self._decoder.hyp()
        return str(found.hypstr) if found else ""

    def timed(self, pcm: np.ndarray, rate_hz: int) -> list[tuple[str, float, float]]:
        """Words with the seconds at which they begin and end, fillers left out."""
        self.listen(pcm, rate_hz)
        return [
            (segment.word.split("(")[0], segment.start_frame / 100, (segment.end_frame + 1) / 100)
            for segment in self._decoder.seg() or ()
            if segment.word[0] not in "<["
        ]

    def listen(self, pcm: np.ndarray, rate_hz: int) -> None:
        sound = soxr.resample(pcm.astype(np.float32), rate_hz, SAMPLE_RATE_HZ)
        noise = np.random.default_rng(0).normal(0, DITHER, len(sound))
        self._decoder.start_utt()
        self._decoder.process_raw(
            np.clip(sound + noise, -32768, 32767).astype(np.int16).tobytes(), full_utt=True
        )
        self._decoder.end_utt()


@lru_cache(maxsize=1)
def _language_model() -> str:
    """A trigram model of answers with other values (those without any values are the same). Each response counts as
    often as it is said: were each sentence in it once, those without values would be one in twelve thousand, and
    not be believed even when they are heard clearly."""
    text = "".join(f"{' '.join(words(answer))}\n" for answer in as_often_as_said(KNOWN, KNOWN_SEED))
    builder = ArpaBoLM(text=text, add_start=True, discount_mass=0.005)
    builder.compute()
    with tempfile.TemporaryDirectory(prefix="listener-") as folder:
        path = Path(folder) / "answers.arpa"
        builder.write_file(str(path))
        return path.read_text("utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--voice", help="a Piper voice; without, the embedded voices")
    parser.add_argument("--speaker", default="", help="its name or number")
    parser.add_argument("--sentences", type=int, default=100)
    arguments = parser.parse_args()
    engines: list[Engine] = (
        [PiperEngine(arguments.voice, speaker=arguments.speaker)]
        if arguments.voice
        else [FliteEngine(name) for name in ("slt", "rms", "awb")]
    )
    for engine in engines:
        engine.load()
        result = measure(engine, sentences(arguments.sentences))
        print(f"{engine.name}: {result.right} of {result.words} words right, {result.share:.1%}")
        for one in result.sentences:
            if one.errors:
                print(f"    said  {' '.join(words(one.said))}\n    heard {one.heard}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
