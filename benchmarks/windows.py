"""Whisper's window: what a short one saves, and what it costs in accuracy."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel

from assistant.config.model import Whisper
from assistant.recognition.whisper import WhisperRecognizer
from benchmarks.hearing import Heard, Run, Wanted, listen
from benchmarks.samples import Sample

WINDOWS_S = (5, 10, 30)
FRAMES_PER_S = 100


@dataclass(frozen=True, slots=True)
class Window:
    """`encoder_ms`: CPU time of one window on one thread, median; `run`: the samples, read in such windows."""

    window_s: int
    encoder_ms: float
    run: Run

    @property
    def every_word_right(self) -> int:
        return sum(not Run([each]).word_errors() for each in self.run.heard)


def encoder_ms(folder: Path, settings: Whisper, repeat: int) -> dict[int, float]:
    """For each window up to the model's longest."""
    model = WhisperModel(
        str(folder), device="cpu", compute_type=settings.compute_type, cpu_threads=1, local_files_only=True
    )
    times: dict[int, float] = {}
    for window_s in _windows(int(model.feature_extractor.chunk_length)):
        frames = np.zeros((1, model.model.n_mels, window_s * FRAMES_PER_S), np.float32)
        features = ctranslate2.StorageView.from_array(frames)
        model.model.encode(features)  # the first time it makes room
        spent_s = []
        for _ in range(repeat):
            before_s = time.process_time()
            model.model.encode(features, to_cpu=True)
            spent_s.append(time.process_time() - before_s)
        times[window_s] = 1000 * float(np.median(spent_s))
    return times


async def compare(
    folder: Path, settings: Whisper, samples: Sequence[Sample], repeat: int = 7
) -> list[Window]:
    """Each sample in windows of each length, on one thread, and without a second reading of what is doubtful."""
    found = []
    for window_s, spent_ms in encoder_ms(folder, settings, repeat).items():
        update = {
            "model": str(folder),
            "window_s": float(window_s),
            "cpu_threads": 1,
            "second_opinion": False,
        }
        recognizer = WhisperRecognizer(settings.model_copy(update=update))
        await recognizer.start()
        run = Run()
        try:
            before_s = time.process_time()
            for sample in samples:
                transcript, _ = await listen(recognizer, sample.pcm, ())
                run.heard.append(Heard(sample, transcript, Wanted(), Wanted()))
            run.cpu_s = time.process_time() - before_s
        finally:
            await recognizer.close()
        found.append(Window(window_s, spent_ms, run))
    return found


def _windows(longest_s: int) -> Iterator[int]:
    yield from (window_s for window_s in WINDOWS_S if window_s < longest_s)
    yield longest_s
