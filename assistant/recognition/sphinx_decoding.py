"""Decoding with PocketSphinx, as it happens in the worker thread. Nothing here knows of the event loop.

An utterance is decoded twice. A *live* decoder follows the speaker block by block and gives partial results;
it has to guess the mean of the cepstrum, by which PocketSphinx takes microphone and room out of the sound. At
the end a second pass hears what may be speech at a standard level and with its own mean; it is done ahead
during the closing silence. docs/recognition.md has the figures.

PocketSphinx keeps Python's lock (GIL) while it works, so sound goes in by blocks of 100 ms: about 5 ms each.
Only the rescoring at the end of the second pass is one piece, about 17 ms for each second of speech; without it
140 instead of 145 of the recorded commands are right.
"""

import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pocketsphinx import Decoder

from assistant.recognition.base import Word
from assistant.recognition.compounds import taken_apart, words_in
from assistant.recognition.sphinx_decoders import MEAN_SEARCH, WORDS_SEARCH
from assistant.recognition.sphinx_mean import Mean, RunningMean, set_mean
from audio.frames import SAMPLE_RATE_HZ, Pcm

BLOCK_SAMPLES = SAMPLE_RATE_HZ // 10
FRAME_S = 0.01
_N_BEST = 5
_LOG_BASE = math.log(1.0001)
"""PocketSphinx's `logbase`: language model scores are whole numbers of it."""


class Abandoned(Exception):
    """The stop flag was set while decoding."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a decoder made of an utterance: filler-free words, other readings, and raw scores."""

    words: tuple[Word, ...] = ()
    alternatives: tuple[str, ...] = ()
    posterior: float = 0.0  # of the whole sentence, in the lattice
    acoustic_score: float = (
        0.0  # of the words, per frame, natural logarithm, against the best phone state; ≤ 0
    )
    surprises: tuple[float, ...] = ()
    """Of each word or compound and the end of the sentence, after the two before: -log of its probability in the
    language model, natural logarithm. About 1 in a sentence that it knows, 10 for a word out of place."""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    def later(self, by_s: float) -> "Decoded":
        """The same in a sound that begins `by_s` earlier."""
        moved = (replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in self.words)
        return replace(self, words=tuple(moved))


class LivePass:
    """One utterance in a decoder that follows it."""

    def __init__(self, decoder: Decoder) -> None:
        self.decoder = decoder
        self.words: tuple[Word, ...] = ()
        self._mean = RunningMean(decoder)
        decoder.start_utt()

    def advance(self, pcm: Pcm, stop: threading.Event) -> None:
        """Feed more sound; afterwards `words` is what was heard so far. Raises `Abandoned`."""
        for block in _blocks(pcm, stop):
            self.decoder.process_raw(block)
            self._mean.update()
        self.words = _words(self.decoder)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    def end(self) -> None:
        self.decoder.end_utt()


def decode(decoder: Decoder, pcm: Pcm, stop: threading.Event) -> Decoded:
    """The second pass, with the sound's own cepstral mean; `decoder` is a final one of `Decoders`. Raises
    `Abandoned`; the decoder is ready for the next utterance in any case."""
    mean = _cepstral_mean(decoder, pcm, stop)
    set_mean(decoder, mean)
    decoder.start_utt()
    try:
        for block in _blocks(pcm, stop):
            decoder.process_raw(block)
    finally:
        decoder.end_utt()
    return _decoded(decoder)


def _cepstral_mean(decoder: Decoder, pcm: Pcm, stop: threading.Event) -> Mean:
    """From a search that looks for next to nothing: about 0.4 % of the sound's length."""
    decoder.activate_search(MEAN_SEARCH)
    try:
        mean = RunningMean(decoder)
        decoder.start_utt()
        try:
            for block in _blocks(pcm, stop):
                decoder.process_raw(block)
                mean.update()
            return mean.update(every=1)
        finally:
            decoder.end_utt()
    finally:
        decoder.activate_search(WORDS_SEARCH)


def _blocks(pcm: Pcm, stop: threading.Event) -> Iterator[bytes]:
    for start in range(0, pcm.size, BLOCK_SAMPLES):
        if stop.is_set():
            raise Abandoned
        yield pcm[start : start + BLOCK_SAMPLES].tobytes()


def _is_filler(word: str) -> bool:
    """Sentence ends, silence and noises: `<sil>`, `[COUGH]`, `++BREATH++`."""
    return word[0] in "<[+"


def _segments(decoder: Decoder) -> list[tuple[Word, int, float]]:
    """Words with their number of frames and the logarithm of their acoustic score."""
    if decoder.hyp() is None:
        return []
    return [
        (
            Word(
                segment.word.partition("(")[0],
                segment.start_frame * FRAME_S,
                (segment.end_frame + 1) * FRAME_S,
                min(1.0, max(0.0, float(segment.prob))),
            ),
            segment.end_frame - segment.start_frame + 1,
            math.log(max(float(segment.ascore), 5e-324)),  # PocketSphinx gives it without logarithm
        )
        for segment in decoder.seg()
        if not _is_filler(segment.word)
    ]


def _words(decoder: Decoder) -> tuple[Word, ...]:
    return tuple(part for word, _, _ in _segments(decoder) for part in taken_apart(word))


def _decoded(decoder: Decoder) -> Decoded:
    segments = _segments(decoder)
    hypothesis = decoder.hyp()
    if not segments or hypothesis is None:
        return Decoded()
    words = tuple(part for word, _, _ in segments for part in taken_apart(word))
    return Decoded(
        words=words,
        alternatives=_alternatives(decoder, " ".join(word.text for word in words)),
        posterior=float(hypothesis.prob) if math.isfinite(hypothesis.prob) else 0.0,
        acoustic_score=sum(score for _, _, score in segments) / sum(frames for _, frames, _ in segments),
        surprises=_surprises(decoder, [word.text for word, _, _ in segments]),
    )


def _surprises(decoder: Decoder, words: list[str]) -> tuple[float, ...]:
    """Not PocketSphinx's own score of a segment: in that a pause inside a sentence makes the words around it
    strangers to each other."""
    model = decoder.get_lm()
    sentence = ["<s>", *words, "</s>"]
    return tuple(
        -model.prob(sentence[max(0, place - 2) : place + 1][::-1]) * _LOG_BASE  # it wants the last word first
        for place in range(1, len(sentence))
    )


def _alternatives(decoder: Decoder, best: str) -> tuple[str, ...]:
    """Other readings, best first. The N-best list repeats a sentence for each way to pronounce it."""
    readings: dict[str, None] = {}
    for rank, hypothesis in enumerate(decoder.nbest()):
        if rank == 8 * _N_BEST or len(readings) > _N_BEST:
            break
        if hypothesis is not None:
            words = hypothesis.hypstr.split()
            readings[words_in(word.partition("(")[0] for word in words if not _is_filler(word))] = None
    return tuple(reading for reading in readings if reading not in ("", best))[:_N_BEST]
