"""faster-whisper's model with two things that it lacks: short windows, and an end on request."""

import threading
from typing import Any

import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from assistant.recognition.base import Word


class Abandoned(Exception):
    """The stop flag was set while decoding."""


class WindowedModel(WhisperModel):  # type: ignore[misc]  # it has no types
    """faster-whisper 1.2.1 cuts sound into windows of `chunk_length`, but then fills each up to 30 s for the
    encoder. This one gives the encoder the window alone: for 10 s an eighth of the work.

    CTranslate2 cannot be interrupted. So the flag `stop` is looked at before each of its two calls for a window,
    encoding and generating: what is left to wait for is one of them, and generating is bounded by
    `max_new_tokens`. Both raise `Abandoned`.
    """

    stop = threading.Event()
    encoded: Any = None  # of the window that was decoded last

    def encode(self, features: npt.NDArray[np.float32]) -> Any:
        self._go_on()
        self.encoded = super().encode(features[..., : self.feature_extractor.nb_max_frames])
        return self.encoded

    def generate_with_fallback(self, *args: Any, **options: Any) -> Any:
        self._go_on()
        return super().generate_with_fallback(*args, **options)

    def _go_on(self) -> None:
        if self.stop.is_set():
            raise Abandoned

    def words(self, tokens: list[int], audio_s: float, language: str) -> tuple[Word, ...]:
        """Place and probability of each word of `tokens`, the text of the window that was decoded last. One
        more pass of the decoder over all tokens at once; () for a model that was converted without its
        alignment heads."""
        tokenizer = Tokenizer(
            self.hf_tokenizer, self.model.is_multilingual, task="transcribe", language=language
        )
        text = [token for token in tokens if token < tokenizer.eot]
        if not text or self.encoded is None:
            return ()
        frames = int(audio_s * self.frames_per_second)
        try:
            (found,) = self.find_alignment(tokenizer, [text], self.encoded, frames)
        except (RuntimeError, ValueError):
            return ()
        return tuple(
            Word(each["word"].strip(), float(each["start"]), float(each["end"]), float(each["probability"]))
            for each in found
            if each["word"].strip()
        )
