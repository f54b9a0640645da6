"""Decoding with faster-whisper, as it happens in the worker thread. Nothing here knows of the event loop."""

import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel

from assistant.config.model import Whisper
from assistant.models import how_to_get
from assistant.recognition.base import RecognizerUnavailable
from assistant.recognition.whisper_guard import (
    DOUBTFUL_COMPRESSION,
    DOUBTFUL_LOG_PROBABILITY,
    Evidence,
)
from audio.frames import SAMPLE_RATE_HZ, Pcm

NO_SPEECH_PROBABILITY = 0.6
"""Whisper's own threshold (openai/whisper, transcribe.py)."""

_TOKENS_PER_S = 12
_SPARE_TOKENS = 16
_MOST_TOKENS = 200
"""A fast speaker makes 5 tokens a second; a model that writes far more is running in circles."""


class Abandoned(Exception):
    """The stop flag was set while decoding."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of an utterance and what speaks for and against it."""

    text: str
    evidence: Evidence


class _Windowed(WhisperModel):  # type: ignore[misc]  # it has no types
    """faster-whisper 1.2.1 cuts sound into windows of `chunk_length`, but then fills each up to 30 s for the
    encoder. This one gives the encoder the window alone: for 10 s an eighth of the work."""

    def encode(self, features: npt.NDArray[np.float32]) -> Any:
        return super().encode(features[..., : self.feature_extractor.nb_max_frames])


class WhisperEngine:
    """A loaded model with its settings. Worker thread only."""

    def __init__(self, folder: Path, settings: Whisper, cpu_threads: int, hotwords: str) -> None:
        """Raises `RecognizerUnavailable` for a damaged model, or a device or compute type it cannot have."""
        self._settings = settings
        self.hotwords = hotwords or None
        try:
            self._model = _Windowed(
                str(folder),
                device=settings.device,
                compute_type=settings.compute_type,
                cpu_threads=cpu_threads,
                local_files_only=True,
            )
        except Exception as error:  # CTranslate2 and tokenizers have no error classes of their own
            reason = str(error).strip().splitlines()
            raise RecognizerUnavailable(
                f"The Whisper model in {folder} does not load ({reason[0] if reason else error!r}): check "
                "recognition.whisper.device and compute_type; if they are right, remove that folder, then "
                f"{how_to_get(folder.name)} again."
            ) from error
        self._longest_window_s = int(self._model.feature_extractor.chunk_length)

    def decode(self, pcm: Pcm, stop: threading.Event) -> Decoded:
        """The whole utterance, of any length. A doubtful result of a short window is tried again with the
        longest one and a wider beam. Raises `Abandoned`."""
        audio_s = pcm.size / SAMPLE_RATE_HZ
        window_s = min(self._longest_window_s, math.ceil(max(self._settings.window_s, min(audio_s, 30.0))))
        decoded = self._decode(pcm, window_s, self._settings.beam_size, stop)
        if decoded.evidence.doubtful and window_s < self._longest_window_s:
            again = self._decode(pcm, self._longest_window_s, max(5, self._settings.beam_size), stop)
            if again.evidence.log_probability > decoded.evidence.log_probability:
                return again
        return decoded

    def draft(self, pcm: Pcm, stop: threading.Event) -> str:
        """A quick reading of what has been said so far. Raises `Abandoned`."""
        window_s = min(self._longest_window_s, math.ceil(max(self._settings.window_s, 1.0)))
        return self._decode(pcm[-window_s * SAMPLE_RATE_HZ :], window_s, 1, stop).text

    def _decode(self, pcm: Pcm, window_s: int, beam: int, stop: threading.Event) -> Decoded:
        audio_s = pcm.size / SAMPLE_RATE_HZ
        one_window = audio_s <= window_s
        segments, _info = self._model.transcribe(
            pcm.astype(np.float32) / 32768.0,
            language=self._settings.language or None,
            beam_size=beam,
            temperature=0.0,  # always the same answer to the same sound
            chunk_length=window_s,
            without_timestamps=one_window,
            condition_on_previous_text=False,  # what makes it repeat itself in silence
            max_new_tokens=min(
                _MOST_TOKENS, _SPARE_TOKENS + math.ceil(min(audio_s, window_s) * _TOKENS_PER_S)
            ),
            compression_ratio_threshold=DOUBTFUL_COMPRESSION,
            log_prob_threshold=DOUBTFUL_LOG_PROBABILITY,
            no_speech_threshold=NO_SPEECH_PROBABILITY,
            hotwords=self.hotwords,
        )
        return _joined(list(_until(segments, stop)), audio_s)


def _until(segments: Any, stop: threading.Event) -> Iterator[Any]:
    """faster-whisper decodes a window whenever its generator is asked: the flag is looked at in between."""
    for segment in segments:
        if stop.is_set():
            raise Abandoned
        yield segment
    if stop.is_set():
        raise Abandoned


def _joined(segments: list[Any], audio_s: float) -> Decoded:
    text = " ".join("".join(segment.text for segment in segments).replace("\ufffd", "").split())
    if not segments:
        return Decoded("", Evidence("", audio_s))
    lengths = [max(1, len(segment.tokens)) for segment in segments]
    return Decoded(
        text,
        Evidence(
            text,
            audio_s,
            log_probability=float(np.average([segment.avg_logprob for segment in segments], weights=lengths)),
            no_speech=max(float(segment.no_speech_prob) for segment in segments),
            compression=max(float(segment.compression_ratio) for segment in segments),
        ),
    )
