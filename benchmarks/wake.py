"""What the second check of a wake word costs and saves: hits lost, false hits removed, by threshold.

    script/bench wake [--count 40] [--minutes 20] [--recordings FOLDER …]

Wake words are spoken by flite's voices, at several speeds and pitches, in noise of several levels. What must not
wake: noises, music, open speech, and noise with the envelope and spectrum of a wake word. Both are heard at the
models' own thresholds and at a low one. Recordings are taken as what must not wake. Because the models hardly ever
err on such sounds, the last table says what the check would do if they did, anywhere.
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from audio.activity import VoiceActivity
from audio.detector import ASLEEP_S
from audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Pcm
from audio.wake import BUILT_IN, WakeWordHeard, WakeWords
from audio.wake_check import VoiceHeard
from benchmarks.refusal.sounds import NOISES, Studio, lines

SPOKEN = {
    "hey_jarvis": "hey jarvis",
    "okay_nabu": "okay nah boo",
    "hey_mycroft": "hey mycroft",
    "alexa": "alexa",
}
SNR_DB = (None, 20.0, 10.0, 5.0, 0.0)
LOW = 0.5
CUTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--count", type=int, default=40, help="utterances of each word at each level of noise"
    )
    parser.add_argument("--minutes", type=float, default=20.0, help="of each kind that must not wake")
    parser.add_argument("--recordings", type=Path, nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if shutil.which("flite") is None:
        print("bench: flite speaks the wake words: sudo apt-get install -y flite", file=sys.stderr)
        return 1
    print(f"{'':<34}{'said':>6}{'hits':>6}   of these voiced, by threshold")
    print(f"{'':<34}{'':>12}   " + "".join(f"{cut:>6}" for cut in CUTS))
    for threshold in (None, LOW):
        print("models' own thresholds" if threshold is None else f"threshold {threshold}")
        studio = Studio(arguments.seed)
        for snr_db in SNR_DB:
            sounds = [list(_spoken(studio, word, arguments.count, snr_db)) for word in BUILT_IN]
            scores = [_scores(said, [w], threshold) for w, said in zip(BUILT_IN, sounds, strict=True)]
            name = "wake words, " + ("quiet" if snr_db is None else f"{snr_db:.0f} dB above noise")
            _row(name, len(BUILT_IN) * arguments.count, [score for each in scores for score in each])
        for kind, sounds_of in _others(studio, arguments.minutes, arguments.recordings):
            pieces = list(sounds_of)
            if not pieces:
                continue
            minutes = sum(map(len, pieces)) / SAMPLE_RATE_HZ / 60
            _row(f"{kind} ({minutes:.0f} min)", 0, _scores(pieces, BUILT_IN, threshold))
    print("moments, a second apart, that would pass if the wake word's model erred there, % by threshold")
    for kind, sounds_of in _others(Studio(arguments.seed), arguments.minutes, arguments.recordings):
        moments = list(_moments(sounds_of)) or [0.0]
        shares = "".join(f"{100 * sum(m >= cut for m in moments) / len(moments):>6.0f}" for cut in CUTS)
        print(f"{kind:<34}{len(moments):>12}   {shares}", flush=True)
    return 0


def _moments(sounds: Iterator[Pcm]) -> Iterator[float]:
    vad, heard = VoiceActivity(), VoiceHeard()
    index = 0
    for sound in sounds:
        for at in range(0, len(sound) - FRAME_SAMPLES, FRAME_SAMPLES):
            for activity in vad.feed(Frame(index, sound[at : at + FRAME_SAMPLES])):
                heard.add(activity)
            index += FRAME_SAMPLES
            if index % SAMPLE_RATE_HZ == 0:
                yield heard.before(index)


def _row(name: str, said: int, scores: list[float]) -> None:
    kept = "".join(f"{sum(score >= cut for score in scores):>6}" for cut in CUTS)
    print(f"{name:<34}{said or '':>6}{len(scores):>6}   {kept}", flush=True)


def _spoken(studio: Studio, word: str, count: int, snr_db: float | None) -> Iterator[Pcm]:
    for _ in range(count):
        yield studio.spoken("wake word", SPOKEN[word], snr_db).pcm


def _others(studio: Studio, minutes: float, recordings: list[Path]) -> Iterator[tuple[str, Iterator[Pcm]]]:
    samples = int(minutes * 60 * SAMPLE_RATE_HZ)
    for noise in NOISES:
        yield noise, _until(samples, partial(_noise, studio, noise))
    rng = np.random.default_rng(2)
    yield "noise shaped like wake words", _until(samples // 4, lambda: _shaped(studio, rng))
    sentences = iter(lines("open.txt") * 100)
    yield "open speech", _until(samples, lambda: studio.spoken("open", next(sentences)).pcm)
    for folder in recordings:
        yield str(folder.name), (sound.pcm for sound in studio.recordings("other", folder, most_s=600.0))


def _noise(studio: Studio, what: str) -> Pcm:
    return studio.noise(what).pcm


def _until(samples: int, make: Callable[[], Pcm]) -> Iterator[Pcm]:
    made = 0
    while made < samples:
        piece = make()
        made += len(piece)
        yield piece


def _shaped(studio: Studio, rng: np.random.Generator) -> Pcm:
    """The magnitudes of a wake word's spectrum, block by block, with random phases: no pitch, no voice."""
    word = rng.choice(list(SPOKEN))
    sound = studio.spoken("wake word", SPOKEN[word]).pcm.astype(np.float64)
    block = 256
    window = np.hanning(block)
    out = np.zeros(len(sound))
    for at in range(0, len(sound) - block, block // 2):
        spectrum = np.abs(np.fft.rfft(window * sound[at : at + block]))
        smooth = np.convolve(spectrum, np.ones(7) / 7, "same")
        phases = np.exp(2j * np.pi * rng.uniform(size=len(smooth)))
        out[at : at + block] += window * np.fft.irfft(smooth * phases, block)
    result: Pcm = np.clip(2 * out, -32768, 32767).astype(np.int16)
    return result


def _scores(sounds: list[Pcm], words: Sequence[str], threshold: float | None) -> list[float]:
    """How much of a voice there was in each hit, as the detector judges it: from the sound that it kept."""
    scores = []
    wake, index = WakeWords(words, threshold), 0
    kept = round(ASLEEP_S * SAMPLE_RATE_HZ)
    for sound in sounds:
        quiet = np.zeros(SAMPLE_RATE_HZ + -len(sound) % FRAME_SAMPLES, np.int16)
        padded = np.concatenate([quiet[: len(quiet) // 2], sound, quiet[len(quiet) // 2 :]])
        begin = index
        for at in range(0, len(padded), FRAME_SAMPLES):
            frame = Frame(index, padded[at : at + FRAME_SAMPLES])
            index += FRAME_SAMPLES
            for event in wake.feed(frame):
                if isinstance(event, WakeWordHeard):
                    end = event.index - begin
                    scores.append(_voice(padded[max(0, end - kept) : end]))
    return scores


def _voice(pcm: Pcm) -> float:
    vad, heard = VoiceActivity(), VoiceHeard()
    for at in range(0, len(pcm), FRAME_SAMPLES):
        for activity in vad.feed(Frame(at, pcm[at : at + FRAME_SAMPLES])):
            heard.add(activity)
    return heard.before(len(pcm))


if __name__ == "__main__":
    sys.exit(main())
