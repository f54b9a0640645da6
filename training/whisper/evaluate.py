"""How much of the held-out sentences the small Whisper model gets right, decoded as the assistant decodes.

Runs in the assistant's own environment: `python -m training.whisper.evaluate`.
"""

import argparse
import asyncio
from collections import Counter
from pathlib import Path

import numpy as np

from assistant.config.model import Whisper
from assistant.recognition.spoken_words import spoken_words
from assistant.recognition.whisper import WhisperRecognizer
from assistant.synthesis.engine import join
from assistant.synthesis.flite import FliteEngine
from audio.frames import SAMPLE_RATE_HZ
from training.whisper.sentences import sentences

VOICES = ("slt", "rms", "awb")
NAMES = "Kitchen, Living Room, Siobhan, Zuleyka, Roomba, Hallway, Tea, Pizza, Anna"


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("model", type=Path, nargs="?", default=Path("tests/fixtures/whisper-fixture.en"))
    options.add_argument("--every", type=int, default=1, help="only every n-th sentence")
    options.add_argument("--show", type=int, default=10, help="mistakes to show")
    given = options.parse_args()
    texts = [sentence.text for sentence in sentences() if sentence.held_out][:: given.every]
    spoken = [(voice, text, _say(voice, text)) for voice in VOICES for text in texts]
    for name, settings in (
        ("As set by default", {}),
        ("30 s window", {"window_s": 30.0}),
        ("beam of 5", {"beam_size": 5}),
        ("names in front", {"hotwords": NAMES}),
    ):
        recognizer = WhisperRecognizer(Whisper.model_validate({"model": str(given.model), **settings}))
        await recognizer.start()
        right: Counter[str] = Counter()
        mistakes = []
        for voice, text, pcm in spoken:
            stream = recognizer.stream()
            stream.feed(pcm)
            heard = (await stream.finish()).text
            if spoken_words(heard) == spoken_words(text):
                right[voice] += 1
            else:
                mistakes.append(f"    {voice}: {text} → {heard}")
        await recognizer.close()
        share = right.total() / len(spoken)
        voices = ", ".join(f"{voice} {right[voice]}" for voice in VOICES)
        print(
            f"{name}: {right.total()} of {len(spoken)} word for word, {share:.1%} ({voices} of {len(texts)})"
        )
        print(*mistakes[: given.show], sep="\n", flush=True)


def _say(voice: str, text: str) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    engine = FliteEngine(voice)
    engine.load()
    pcm = join(list(engine.synthesize(text))).pcm
    return np.pad(pcm, (int(0.3 * SAMPLE_RATE_HZ), int(0.6 * SAMPLE_RATE_HZ)))


if __name__ == "__main__":
    asyncio.run(main())
