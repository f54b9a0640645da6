"""Beside an open loudspeaker: false starts by the assistant's own voice, and how soon a person is noticed.

    script/bench echo [--minutes 30] [--count 4]

flite's voices read sentences, as the assistant; a synthetic room brings them back to the microphone at several
levels, delays and reverberation times, by clocks that may differ. Through the canceller, the voice detector and its
gate, as in a conversation, but faster than real time. Then another voice talks over it.
"""

import argparse
import itertools
import shutil
import statistics
import sys
import time
from collections.abc import Iterator

import numpy as np

from audio.activity import ActivityGate, SpeechStarted, VoiceActivity
from audio.detector import DetectorSettings
from audio.echo import EchoCanceller
from audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Pcm
from benchmarks.refusal.sounds import PITCH_HZ, Samples, Studio, lines, trimmed
from benchmarks.rooms import drifted, echo, impulse_response

LEVELS_DB = (-6.0, -12.0, -20.0)
DELAYS_MS = (20.0, 60.0, 120.0, 250.0)
RT60_S = (0.2, 0.4)
DRIFTS_PPM = (0.0, 100.0)
NOISE = 20.0  # of the room, in sample units
PIECE_S = 40.0  # of speech in one room
PERSON = "please stop and tell me the time"
AUDIBLE = 0.03  # of the loudest sample
LEAD_S = 4.0  # of answer before a person talks over it


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30.0, help="of the assistant's own voice")
    parser.add_argument("--count", type=int, default=4, help="persons who talk over it, in each room")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if shutil.which("flite") is None:
        print("bench: flite speaks for everybody: sudo apt-get install -y flite", file=sys.stderr)
        return 1
    rng = np.random.default_rng(arguments.seed)
    voices = {voice: answers(Studio(arguments.seed), voice) for voice in PITCH_HZ}
    alone(voices, arguments.minutes, rng)
    talked_over(voices, arguments.count, rng)
    return 0


def answers(studio: Studio, voice: str) -> Pcm:
    """Sentences in one voice, PIECE_S of them."""
    pieces: list[Pcm] = []
    for line in itertools.cycle(lines("open.txt")):
        pieces.append(trimmed(studio.spoken("answer", line, voice=voice)).pcm)
        if sum(map(len, pieces)) >= PIECE_S * SAMPLE_RATE_HZ:
            return np.concatenate(pieces)[: round(PIECE_S * SAMPLE_RATE_HZ)]
    raise AssertionError("sentences never end")


def spoken(studio: Studio, voice: str) -> Pcm:
    """A person's sentence, from its first sound to its last."""
    pcm = studio.spoken("person", PERSON, voice=voice).pcm
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > AUDIBLE * np.abs(pcm.astype(np.int32)).max())
    return pcm[loud[0] : loud[-1] + 1]


def rooms() -> Iterator[tuple[float, float, float, float]]:
    """(level, delay, reverberation, drift) in an order in which the first few differ in all."""
    found = list(itertools.product(LEVELS_DB, DELAYS_MS, RT60_S, DRIFTS_PPM))
    np.random.default_rng(0).shuffle(found)
    return itertools.cycle(tuple(map(float, each)) for each in found)  # type: ignore[misc]


def alone(voices: dict[str, Pcm], minutes: float, rng: np.random.Generator) -> None:
    starts = raw_starts = 0
    gains: list[float] = []
    began_s, processed_s = time.process_time(), 0.0
    cases = zip(itertools.cycle(voices), rooms(), strict=False)
    for voice, (level_db, delay_ms, rt60_s, ppm) in itertools.islice(cases, round(minutes * 60 / PIECE_S)):
        far = voices[voice]
        near = recorded(drifted(echo(far, impulse_response(delay_ms, rt60_s, rng), level_db), ppm), rng)
        canceller = EchoCanceller()
        mine = len(noticed(near, far, canceller))
        raw_starts += len(noticed(near, far, None))
        starts += mine
        gains.append(canceller.enhancement_db or 0.0)
        processed_s += 2 * len(far) / SAMPLE_RATE_HZ
        if mine:
            print(f"  {mine} false starts: {voice}, {level_db} dB, {delay_ms} ms, RT60 {rt60_s} s, {ppm} ppm")
    spent = (time.process_time() - began_s) / processed_s
    print(f"own voice alone, {minutes:g} min: {starts} false starts, {raw_starts} without cancellation")
    low, middle = min(gains), statistics.median(gains)
    print(
        f"  echo return loss enhancement: median {middle:.0f} dB, least {low:.0f} dB; {100 * spent:.1f} % of a core"
    )


def talked_over(voices: dict[str, Pcm], count: int, rng: np.random.Generator) -> None:
    """Prints how long after the first sound of a person they are noticed."""
    names = list(voices)
    people = {voice: spoken(Studio(7), voice) for voice in names}
    for relative_db in (6.0, 0.0, -6.0):
        delays_ms: list[float] = []
        missed = 0
        for (level_db, delay_ms, rt60_s, _), name in itertools.islice(
            zip(rooms(), itertools.cycle(names), strict=False), 12
        ):
            back = echo(voices[name], impulse_response(delay_ms, rt60_s, rng), level_db)
            person = people[names[(names.index(name) + 1) % len(names)]].astype(np.float64)
            person *= _loudness(back) / _loudness(person) * 10 ** (relative_db / 20)
            for at in rng.integers(round(LEAD_S * SAMPLE_RATE_HZ), len(back) - 3 * len(person), count):
                end = at + len(person)
                mixed = back[:end].copy()
                mixed[at:] += person
                found = [
                    seen
                    for start, seen in noticed(
                        recorded(mixed, rng), voices[name], EchoCanceller(), quiet_at=at
                    )
                    if seen > at
                ]
                missed += not found
                delays_ms += [1000 * (found[0] - at) / SAMPLE_RATE_HZ] if found else []
        said = f"noticed {len(delays_ms)} of {len(delays_ms) + missed}"
        if delays_ms:
            median, late = statistics.median(delays_ms), np.percentile(delays_ms, 90)
            said += f", after {median:.0f} ms (median), {late:.0f} ms (90 %)"
        print(f"a person {relative_db:+.0f} dB against the echo: {said}", flush=True)


def recorded(sound: Samples, rng: np.random.Generator) -> Pcm:
    noisy = sound + rng.normal(0.0, NOISE, len(sound))
    result: Pcm = np.clip(np.rint(noisy), -32768, 32767).astype(np.int16)
    return result


def noticed(
    near: Pcm, far: Pcm, canceller: EchoCanceller | None, quiet_at: int | None = None
) -> list[tuple[int, int]]:
    """Starts of speech as (where, when it was known), in samples. Without `canceller`: of the microphone as it is. A
    false start would make a conversation silent; here the echo goes on, so it is forgotten at `quiet_at`."""
    settings = DetectorSettings()
    vad = VoiceActivity()
    gate = ActivityGate(
        settings.vad_threshold, min_speech_ms=settings.min_speech_ms, hangover_ms=settings.hangover_ms
    )
    found: list[tuple[int, int]] = []
    for at in range(0, len(near) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        if quiet_at is not None and at <= quiet_at < at + FRAME_SAMPLES:
            gate.reset()
        frame = Frame(at, near[at : at + FRAME_SAMPLES])
        if canceller is not None:
            cleaned = canceller.clean(frame.pcm, far[at : at + FRAME_SAMPLES])
            frame = Frame(at, cleaned.pcm, cleaned.suppressed)
        for activity in vad.feed(frame):
            event = gate.update(activity)
            if isinstance(event, SpeechStarted):
                found.append((event.index, activity.end))
    return found


def _loudness(sound: Samples) -> float:
    """Of what is not silence."""
    loud = sound[np.abs(sound) > AUDIBLE * np.abs(sound).max()]
    return float(np.sqrt(np.mean(loud**2)))


if __name__ == "__main__":
    sys.exit(main())
