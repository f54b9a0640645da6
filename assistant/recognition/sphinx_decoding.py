"""Decoding with PocketSphinx, as it happens in the worker thread. Nothing here knows of the event loop.

An utterance is decoded twice. A *live* decoder follows the speaker block by block and gives partial results;
it has to guess the mean of the cepstrum, by which PocketSphinx takes microphone and room out of the sound. At
the end a second pass uses the mean of this very utterance. On 150 recorded commands the second pass gets 145,
145 and 117 right (clean, kitchen noise at 24 and 12 dB), the live one 143, 141 and 109. It takes about 5 % of
the utterance's length, and is done ahead during the closing silence.

PocketSphinx keeps Python's lock (GIL) while it works, so sound goes in by blocks of 100 ms: about 5 ms each.
Only the rescoring at the end of the second pass is one piece, about 17 ms for each second of speech; without it
140 instead of 145 of the recorded commands are right.
"""

import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pocketsphinx import Decoder, get_model_path

from assistant.config.model import Sphinx
from assistant.recognition.base import RecognizerUnavailable, Word
from assistant.recognition.build import LanguageModelFiles
from audio.frames import SAMPLE_RATE_HZ, Pcm

BLOCK_SAMPLES = SAMPLE_RATE_HZ // 10
FRAME_S = 0.01
_N_BEST = 5
_LOG_BASE = math.log(1.0001)
"""PocketSphinx's `logbase`: language model scores are whole numbers of it."""

Mean = npt.NDArray[np.float64]
"""Mean of the 13 cepstral coefficients."""

_PRIOR: Mean = np.array([40.0, 3.0, -1.0, *([0.0] * 10)])
"""PocketSphinx's own first guess (`cmninit`)."""
_PRIOR_FRAMES = 500
"""Frames that the guess counts for in PocketSphinx's live mean (CMN_WIN in its cmn.h)."""
_MEAN_EVERY_FRAMES = 200


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
    """Of each word and the end of the sentence, after the two words before: -log of its probability in the
    language model, natural logarithm. About 1 in a sentence that it knows, 10 for a word out of place."""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class Decoders:
    """Makes decoders for one language model and lends them out. Worker thread.

    A decoder is bound to an utterance from its first block to its last, so at most `live` streams get partial
    results at the same time; the others are only decoded at their end.
    """

    def __init__(self, files: LanguageModelFiles, settings: Sphinx, live: int = 4) -> None:
        self._files = files
        self._settings = settings
        self._free: list[Decoder] = []
        self._left = live

    def load(self) -> None:
        """Make the final decoder. Raises `RecognizerUnavailable`."""
        for path in (self._files.language_model, self._files.dictionary):
            if not path.is_file() or path.stat().st_size == 0:
                raise RecognizerUnavailable(f"The language model {path} is missing: run `assistant train`.")
        self.final = self._make(final=True)

    def load_live(self) -> None:
        """Make the first live decoder, which would otherwise be made in the first utterance."""
        if (decoder := self.borrow()) is not None:
            self.give_back(decoder)

    def borrow(self) -> Decoder | None:
        """A decoder for a live pass, or None when all are in use."""
        if self._free:
            return self._free.pop()
        if self._left == 0:
            return None
        self._left -= 1
        return self._make(final=False)

    def give_back(self, decoder: Decoder) -> None:
        self._free.append(decoder)

    def discard(self) -> None:
        """A borrowed decoder failed: it is not used again, and a new one may be made for it."""
        self._left += 1

    def renew(self) -> None:
        """The final decoder failed: make a new one."""
        self.final = self._make(final=True)

    def _make(self, *, final: bool) -> Decoder:
        settings = self._settings
        try:
            return Decoder(
                hmm=get_model_path("en-us/en-us"),
                lm=str(self._files.language_model),
                dict=str(self._files.dictionary),
                lw=settings.language_weight,
                beam=settings.beam,
                pbeam=settings.beam,
                wbeam=settings.word_beam,
                fwdflat=final,  # rescoring at the end would be wasted on a live pass
                bestpath=final,
                loglevel="FATAL",
            )
        except (RuntimeError, ValueError) as error:
            raise RecognizerUnavailable(
                f"PocketSphinx cannot use the language model in {self._files.folder} ({error}): delete that "
                "folder and run `assistant train`."
            ) from error


class LivePass:
    """One utterance in a decoder that follows it."""

    def __init__(self, decoder: Decoder) -> None:
        self.decoder = decoder
        self.words: tuple[Word, ...] = ()
        self._frames = 0
        self._mean = _RunningMean(decoder)
        decoder.start_utt()

    def advance(self, pcm: Pcm, stop: threading.Event) -> None:
        """Feed more sound; afterwards `words` is what was heard so far. Raises `Abandoned`."""
        for block in _blocks(pcm, stop):
            self.decoder.process_raw(block)
            self._mean.update(_MEAN_EVERY_FRAMES)
        self._frames = self.decoder.n_frames()
        self.words = _words(self.decoder)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def silence_s(self) -> float:
        """How long no word has been heard."""
        heard_s = self.words[-1].end_s if self.words else 0.0
        return max(0.0, self._frames * FRAME_S - heard_s)

    def utterance_mean(self) -> Mean:
        """The cepstral mean of all that has been fed."""
        return self._mean.update(1)

    def end(self) -> None:
        self.decoder.end_utt()


class _RunningMean:
    """The cepstral mean of an utterance, read off a decoder in live mode.

    PocketSphinx tells the mean of its prior (counted as 500 frames) and of the frames since it was set; the
    prior is taken out again. That has to happen before 300 frames have passed, when PocketSphinx begins to
    forget (cmn_live_shiftwin in its cmn_live.c). The mean so far is the next prior.
    """

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._prior = _PRIOR
        self._sum: Mean = np.zeros_like(_PRIOR)
        self._frames = 0
        decoder.set_cmn(_cmn(_PRIOR))

    def update(self, every: int) -> Mean:
        """Take over the frames since the last time if they are at least `every`. The mean of all so far."""
        new = self._decoder.n_frames() - self._frames
        if new >= every:
            both = np.array([float(value) for value in self._decoder.get_cmn(True).split(",")])
            self._sum += (_PRIOR_FRAMES + new) * both - _PRIOR_FRAMES * self._prior
            self._frames += new
            self._prior = self._sum / self._frames
            self._decoder.set_cmn(_cmn(self._prior))
        return self._prior


def decode(decoder: Decoder, pcm: Pcm, mean: Mean | None, stop: threading.Event) -> Decoded:
    """The second pass: the whole utterance with its own cepstral mean, or with two passes where that is not
    known. Raises `Abandoned`; the decoder is ready for the next utterance in any case."""
    if mean is None:
        first = LivePass(decoder)
        try:
            first.advance(pcm, stop)
            mean = first.utterance_mean()
        finally:
            first.end()
    decoder.set_cmn(_cmn(mean))
    decoder.start_utt()
    try:
        for block in _blocks(pcm, stop):
            decoder.process_raw(block)
    finally:
        decoder.end_utt()
    return _decoded(decoder)


def dithered(pcm: Pcm, sigma: float, rng: np.random.Generator) -> Pcm:
    """With Gaussian noise of standard deviation `sigma`: digital silence upsets the features."""
    if sigma == 0.0:
        return pcm
    noisy = pcm + rng.normal(0.0, sigma, pcm.size)
    result: Pcm = np.clip(np.rint(noisy), -32768, 32767).astype(np.int16)
    return result


def _blocks(pcm: Pcm, stop: threading.Event) -> Iterator[bytes]:
    for start in range(0, pcm.size, BLOCK_SAMPLES):
        if stop.is_set():
            raise Abandoned
        yield pcm[start : start + BLOCK_SAMPLES].tobytes()


def _cmn(mean: Mean) -> str:
    return ",".join(f"{value:.4f}" for value in mean)


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
    return tuple(word for word, _, _ in _segments(decoder))


def _decoded(decoder: Decoder) -> Decoded:
    segments = _segments(decoder)
    hypothesis = decoder.hyp()
    if not segments or hypothesis is None:
        return Decoded()
    words = tuple(word for word, _, _ in segments)
    return Decoded(
        words=words,
        alternatives=_alternatives(decoder, " ".join(word.text for word in words)),
        posterior=float(hypothesis.prob) if math.isfinite(hypothesis.prob) else 0.0,
        acoustic_score=sum(score for _, _, score in segments) / sum(frames for _, frames, _ in segments),
        surprises=_surprises(decoder, [word.text for word in words]),
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
            readings[" ".join(word.partition("(")[0] for word in words if not _is_filler(word))] = None
    return tuple(reading for reading in readings if reading not in ("", best))[:_N_BEST]
