"""Where a recogniser is told to look ahead: in the pauses that the detector of voice hears, as in a conversation."""

from audio.activity import ActivityGate, SpeechPaused, VoiceActivity
from audio.frames import FRAME_SAMPLES, Frame, Pcm


def pauses(pcm: Pcm) -> list[int]:
    """The sample up to which sound was needed to notice each pause."""
    vad, gate = VoiceActivity(), ActivityGate()
    return [
        activity.end
        for start in range(0, pcm.size - FRAME_SAMPLES + 1, FRAME_SAMPLES)
        for activity in vad.feed(Frame(start, pcm[start : start + FRAME_SAMPLES]))
        if isinstance(gate.update(activity), SpeechPaused)
    ]
