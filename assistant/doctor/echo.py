"""What the microphone hears of the loudspeaker: measured, judged in sentences, and turned into settings."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.config.model import Audio
from assistant.doctor.check import Check, fail, ok, warn
from audio.echo import EchoCanceller
from audio.errors import AudioError
from audio.far_end import EARLIER_S
from audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ
from audio.level import SILENCE_DBFS, dbfs, rms
from audio.loopback import Loopback, play_and_record
from audio.sweep import LEAD_S, PERIOD_S, SWEEPS, Answer, Echo, analyse, signal

NOISY_DBFS = -40.0
"""Speech at an arm's length from a desktop microphone comes at about -30 dBFS, and needs 10 dB above noise."""
DEAF_DBFS = -85.0
"""Quieter than any microphone in any room: it is muted, or turned down to nothing."""
LOUD_ECHO_DB = 0.0
LATE_S = 0.4
"""Echo cancellation of WebRTC looks for the echo up to about half a second back."""
UNSTEADY_S = 0.005
DRIFT_PPM = 100.0
"""Crystals of sound cards are within 100 parts per million of each other; two clocks more apart are resampled
by somebody, or lose samples."""
ATTEMPTS = 2
"""A stream that stumbled, on a machine that was busy for a moment, moves the delay."""
CANCELLED_DB = 10.0
QUIETER = 0.5
"""Of the volume, where its echo clips: 6 dB."""

Setting = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sound:
    """`found` is for a person, `figures` for a program, `settings` for the file."""

    found: list[Check]
    figures: dict[str, Any]
    settings: Mapping[Setting, Any]


async def measure(audio: Audio) -> Sound:
    """Plays sweeps through the configured speaker for eight seconds and listens; once more where sound was
    lost."""
    volume = audio.volume
    try:
        heard = await play_and_record(signal(SAMPLE_RATE_HZ, volume), audio.input_device, audio.output_device)
    except AudioError as error:
        mend = (
            "`assistant devices` lists what there is; a headless machine works with `assistant run --input`."
        )
        return Sound([fail("sound", str(error), mend)], {}, {})
    answer = analyse(heard.recording, heard.start_s, volume)
    less_db = None
    if audio.echo_cancellation and answer.echo is not None:
        less_db = await asyncio.to_thread(cancelled, heard, answer, answer.echo, volume)
    return judged(heard, answer, volume, less_db)


def cancelled(heard: Loopback, answer: Answer, echo: Echo, volume: float) -> float | None:
    """Echo return loss enhancement in dB (ITU-T G.168): energy of the later half of the sweeps before echo
    cancellation over that after it; in the first half it adapts. None where the echo does not
    stand out from the noise, which stays. Blocks for about a second."""
    near = heard.recording[: len(heard.recording) // FRAME_SAMPLES * FRAME_SAMPLES]
    given = signal(SAMPLE_RATE_HZ, volume)
    start = round((heard.start_s + max(EARLIER_S, echo.delay_s - EARLIER_S)) * SAMPLE_RATE_HZ)
    far = np.zeros_like(near)
    piece = given[max(0, -start) :][: len(far) - max(0, start)]
    far[max(0, start) :][: len(piece)] = piece
    canceller = EchoCanceller()
    frames = [slice(at, at + FRAME_SAMPLES) for at in range(0, len(near), FRAME_SAMPLES)]
    each = [canceller.clean(near[at], far[at]) for at in frames]
    cleaned = np.concatenate([one.pcm if one.suppressed is None else one.suppressed for one in each])
    half = round((heard.start_s + echo.delay_s + LEAD_S + SWEEPS // 2 * PERIOD_S) * SAMPLE_RATE_HZ)
    if dbfs(near[half:]) < answer.noise_dbfs + 2 * CANCELLED_DB:
        return None
    return 20.0 * math.log10(max(rms(near[half:]), 1.0) / max(rms(cleaned[half:]), 1.0))


def judged(heard: Loopback, answer: Answer, volume: float, less_db: float | None = None) -> Sound:
    """What a measurement means. `volume`: of the sweeps, 0 to 1; `less_db`: `cancelled`, where that was tried."""
    found = [
        ok("microphone", f"{heard.microphone.name}, {heard.microphone_rate_hz} Hz"),
        ok("speaker", f"{heard.speaker.name}, {heard.speaker_rate_hz} Hz"),
        _noise(answer),
        _clipping(answer, volume),
        _gaps(heard),
        *_echo(answer, volume),
        *_left(less_db),
    ]
    settings: dict[Setting, Any] = {}
    if answer.echo is not None:
        settings["audio", "echo_delay_ms"] = round(1000 * answer.echo.delay_s)
    if answer.clipped and answer.echo is not None:
        settings["audio", "volume"] = round(volume * QUIETER, 2)
    figures = _figures(heard, answer)
    figures["cancelled_db"] = None if less_db is None else round(less_db, 1)
    return Sound(found, figures, settings)


def _noise(answer: Answer) -> Check:
    level = f"{answer.noise_dbfs:.0f} dBFS while nothing is played"
    deaf = answer.noise_dbfs < DEAF_DBFS
    if deaf and answer.echo is None:
        nothing = "nothing at all" if answer.noise_dbfs <= SILENCE_DBFS else level
        mend = "Unmute it and turn it up in the sound settings, or name another one in audio.input_device."
        return fail("noise", f"the microphone hears {nothing}", mend)
    if answer.noise_dbfs > NOISY_DBFS:
        mend = "Turn the microphone down if the room is quiet; otherwise bring it nearer to who speaks."
        return warn("noise", level, mend)
    return ok("noise", level)


def _clipping(answer: Answer, volume: float) -> Check:
    loudest = f"loudest sample {100 * answer.loudest:.0f} % of full scale"
    if not answer.clipped:
        return ok("clipping", f"none; {loudest}")
    detail = f"{answer.clipped} samples are at the end of the scale: what is said meanwhile is distorted"
    if answer.echo is None:
        return warn("clipping", detail, "Turn the microphone down in the sound settings.")
    lower = volume * QUIETER
    mend = f"Set audio.volume to {lower:.2f}, or turn speaker or microphone down, and measure again."
    return warn("clipping", detail, mend)


def _gaps(heard: Loopback) -> Check:
    if not heard.overflows and not heard.underruns:
        return ok("gaps", "the devices lost nothing")
    detail = f"sound was lost {heard.overflows} times at the microphone and {heard.underruns} at the speaker"
    return warn(
        "gaps", detail, "The machine was too busy, or the device is faulty. Measure again when it is idle."
    )


def _echo(answer: Answer, volume: float) -> list[Check]:
    echo = answer.echo
    if echo is None:
        silent = volume == 0.0
        mend = (
            "audio.volume is 0." if silent else
            "With headphones that is right. If you did not hear rising tones, turn the speaker up or name another one "
            "in audio.output_device."
        )  # fmt: skip
        return [warn("echo", "the microphone does not hear the speaker", mend)]
    return [_delay(echo), _level(echo), _clocks(echo)]


def _delay(echo: Echo) -> Check:
    detail = f"{1000 * echo.delay_s:.0f} ms, heard in {echo.heard} of {SWEEPS} sweeps"
    if echo.delay_s > LATE_S:
        mend = (
            "That is too late to cancel. A wireless speaker is late; connect it by wire, or use headphones."
        )
        return warn("echo delay", detail, mend)
    if echo.spread_s > UNSTEADY_S:
        spread = f"{detail}; it wanders by {1000 * echo.spread_s:.0f} ms"
        return warn("echo delay", spread, "Measure again when the machine is idle.")
    return ok("echo delay", detail)


def _level(echo: Echo) -> Check:
    detail = f"{echo.level_db:+.0f} dB against what is played"
    if echo.level_db > LOUD_ECHO_DB:
        mend = "Turn the microphone or the speaker down, or move them apart: who speaks over an answer is not heard."
        return warn("echo level", detail, mend)
    return ok("echo level", detail)


def _left(less_db: float | None) -> list[Check]:
    if less_db is None:
        return []
    detail = f"{less_db:.0f} dB quieter by echo cancellation"
    if less_db < CANCELLED_DB:
        mend = "Answers may be taken for a person: turn the speaker down, or set listening.barge_in to wake-word."
        return [warn("echo left", detail, mend)]
    return [ok("echo left", detail)]


def _clocks(echo: Echo) -> Check:
    if echo.drift_ppm is None:
        return ok("clocks", "not measurable: the delay moves in steps")
    detail = f"{echo.drift_ppm:+.0f} ± {echo.drift_error_ppm:.0f} parts per million apart"
    if abs(echo.drift_ppm) - 2 * echo.drift_error_ppm > DRIFT_PPM:
        return warn("clocks", detail, "Use a microphone and a speaker of the same device.")
    return ok("clocks", detail)


def _figures(heard: Loopback, answer: Answer) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "microphone": heard.microphone.name,
        "microphone_rate_hz": heard.microphone_rate_hz,
        "speaker": heard.speaker.name,
        "speaker_rate_hz": heard.speaker_rate_hz,
        "noise_dbfs": round(answer.noise_dbfs, 1),
        "loudest": round(answer.loudest, 4),
        "clipped_samples": answer.clipped,
        "overflows": heard.overflows,
        "underruns": heard.underruns,
        "echo": None,
    }
    if (echo := answer.echo) is not None:
        figures["echo"] = {
            "delay_ms": round(1000 * echo.delay_s, 2),
            "level_db": round(echo.level_db, 2),
            "heard": echo.heard,
            "spread_ms": round(1000 * echo.spread_s, 3),
            "drift_ppm": None if echo.drift_ppm is None else round(echo.drift_ppm, 1),
        }
    return figures
