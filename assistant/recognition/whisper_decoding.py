"""Decoding with faster-whisper, as it happens in the worker thread. Nothing here knows of the event loop."""

import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from assistant.config.model import Whisper
from assistant.models import how_to_get
from assistant.recognition.base import RecognizerUnavailable, Word
from assistant.recognition.whisper_guard import (
    DOUBTFUL_COMPRESSION,
    DOUBTFUL_LOG_PROBABILITY,
    LEAST_VOICE_S,
    NO_SPEECH,
    Evidence,
)
from assistant.recognition.whisper_hotwords import (
    MOST_TOKENS,
    MOST_TOKENS_SMALL,
    WHISPER_VOCABULARY,
    Hotwords,
)
from assistant.recognition.whisper_model import Abandoned, WindowedModel
from assistant.recognition.whisper_reading import Decoded, Reading, better, single
from assistant.recognition.whisper_voice import Voice
from assistant.recognition.whisper_windows import REPETITION_PENALTY, window_for
from audio.frames import SAMPLE_RATE_HZ, Pcm

__all__ = ["Abandoned", "Decoded", "WhisperEngine"]

SECOND_BEAM = 5
"""Whisper's own width (openai/whisper, transcribe.py)."""

_TOKENS_PER_S = 12
_SPARE_TOKENS = 16
_MOST_TOKENS = 200
"""A fast speaker makes 5 tokens a second; a model that writes far more is running in circles."""


class WhisperEngine:
    """A loaded model with its settings. Worker thread only."""

    def __init__(
        self, folder: Path, settings: Whisper, cpu_threads: int, hotwords: Sequence[str] = ()
    ) -> None:
        """Raises `RecognizerUnavailable` for a damaged model, or a device or compute type it cannot have."""
        self.folder = folder
        self.settings = settings
        self.cpu_threads = cpu_threads
        try:
            self._model = WindowedModel(
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
        self.longest_window_s = int(self._model.feature_extractor.chunk_length)
        self.expect(hotwords)

    def expect(self, hotwords: Sequence[str]) -> None:
        """Other names to expect, from the next decoding on. Any thread."""
        tokenizer = self._model.hf_tokenizer
        small = tokenizer.get_vocab_size() < WHISPER_VOCABULARY
        self.hotwords = Hotwords(
            hotwords,
            lambda text: len(tokenizer.encode(text).ids),
            MOST_TOKENS_SMALL if small else MOST_TOKENS,
        )

    def decode(self, pcm: Pcm, stop: threading.Event) -> Decoded:
        """The whole utterance, of any length. A doubtful result is read a second time, with the longest window
        and a wider beam, and without the names to expect where they may have misled it. Raises
        `Abandoned`."""
        voice = Voice.of(pcm)
        if voice.seconds() < LEAST_VOICE_S:
            return Decoded("", 0.0, "no voice in it")
        speech, first_sample = self._spoken(pcm, voice)
        window_s, beam, hotwords = self._window_for(speech), self.settings.beam_size, self.hotwords.text
        first = self.read(speech, window_s, beam, stop, hotwords=hotwords, words=True)
        first = _shifted(first, first_sample)
        again = (self.longest_window_s, max(SECOND_BEAM, beam), "" if first.misled else hotwords)
        fits = speech.size <= self.longest_window_s * SAMPLE_RATE_HZ
        worth_it = first.doubt and fits and again != (window_s, beam, hotwords)
        if not (worth_it and self.settings.second_opinion):
            return single(first)
        second = self.read(speech, again[0], again[1], stop, hotwords=again[2], words=True)
        return better(first, _shifted(second, first_sample))

    def draft(self, pcm: Pcm, stop: threading.Event) -> str:
        """A quick reading of what has been said so far, as far as it is believed; nothing for more than the
        longest window holds. Raises `Abandoned`."""
        voice = Voice.of(pcm)
        speech, _ = self._spoken(pcm, voice)
        too_long = speech.size > self.longest_window_s * SAMPLE_RATE_HZ
        if voice.seconds() < LEAST_VOICE_S or too_long:
            return ""
        return self.read(speech, self._window_for(speech), 1, stop, hotwords=self.hotwords.text).text

    def _spoken(self, pcm: Pcm, voice: Voice) -> tuple[Pcm, int]:
        """The part with voice in it, and where it begins: silence around it would only make a longer window."""
        start, end = voice.span
        return pcm[start:end], start

    def _window_for(self, speech: Pcm) -> int:
        return window_for(
            speech.size / SAMPLE_RATE_HZ,
            shortest_s=self.settings.window_s,
            longest_s=self.longest_window_s,
        )

    def read(
        self,
        pcm: Pcm,
        window_s: int,
        beam: int,
        stop: threading.Event,
        *,
        hotwords: str = "",
        words: bool = False,
    ) -> Reading:
        """One decoding. `words`: with their places, for what fits into one window. Raises `Abandoned`."""
        audio_s = pcm.size / SAMPLE_RATE_HZ
        one_window = audio_s <= window_s
        tokens = min(_MOST_TOKENS, _SPARE_TOKENS + math.ceil(min(audio_s, window_s) * _TOKENS_PER_S))
        self._model.stop = stop
        segments, info = self._model.transcribe(
            pcm.astype(np.float32) / 32768.0,
            language=self.settings.language or None,
            beam_size=beam,
            temperature=0.0,  # always the same answer to the same sound
            chunk_length=window_s,
            without_timestamps=one_window,
            condition_on_previous_text=False,  # what makes it repeat itself in silence
            max_new_tokens=tokens,
            compression_ratio_threshold=DOUBTFUL_COMPRESSION,
            log_prob_threshold=DOUBTFUL_LOG_PROBABILITY,
            no_speech_threshold=NO_SPEECH,
            hotwords=hotwords or None,
            repetition_penalty=REPETITION_PENALTY if window_s < self.longest_window_s else 1.0,
        )
        found = list(_until(segments, stop))
        voice = Voice.of(pcm)
        reading = Reading(self._pieces(found, voice, audio_s, tokens, window_s), window_s)
        if words and one_window and len(found) == 1 and reading.text:
            places = self._model.words(found[0].tokens, audio_s, info.language)
            if "".join(found[0].text.split()) == "".join(reading.text.split()):
                reading = replace(reading, words=places)
        return reading

    def _pieces(
        self, segments: list[Any], voice: Voice, audio_s: float, most_tokens: int, window_s: int
    ) -> tuple[Evidence, ...]:
        pieces: list[Evidence] = []
        for _window, group in groupby(segments, key=lambda segment: segment.seek):
            inside = list(group)
            cut_off = sum(len(segment.tokens) for segment in inside) >= most_tokens
            pieces += [self._piece(segment, voice, cut_off=cut_off) for segment in inside]
        short = window_s < self.longest_window_s
        found = pieces or [Evidence("", audio_s, voice_s=voice.seconds())]
        return tuple(replace(piece, short=short) for piece in found)

    def _piece(self, segment: Any, voice: Voice, *, cut_off: bool) -> Evidence:
        text = " ".join(segment.text.replace("\ufffd", "").split())
        return Evidence(
            text,
            audio_s=segment.end - segment.start,
            log_probability=float(segment.avg_logprob),
            no_speech=float(segment.no_speech_prob),
            compression=float(segment.compression_ratio),
            voice_s=voice.seconds(segment.start, segment.end),
            cut_off=cut_off,
            echo=self.hotwords.echoed(text),
        )


def _until(segments: Any, stop: threading.Event) -> Iterator[Any]:
    """faster-whisper decodes a window whenever its generator is asked."""
    yield from segments
    if stop.is_set():
        raise Abandoned


def _shifted(reading: Reading, samples: int) -> Reading:
    """With the words' places in the utterance instead of in its spoken part."""
    by_s = samples / SAMPLE_RATE_HZ
    return replace(
        reading,
        words=tuple(
            Word(word.text, word.start_s + by_s, word.end_s + by_s, word.probability)
            for word in reading.words
        ),
    )
