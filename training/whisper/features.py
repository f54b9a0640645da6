"""Whisper's log-mel spectrogram, as faster-whisper computes it, for sound in numpy arrays."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
from faster_whisper.feature_extractor import FeatureExtractor

RATE_HZ = 16_000
FRAMES_PER_S = 100
MELS = 80
_PADDING = 160
_N_FFT = 400


@lru_cache(maxsize=1)
def _filters() -> tuple[torch.Tensor, torch.Tensor]:
    filters = FeatureExtractor.get_mel_filters(RATE_HZ, _N_FFT, MELS).astype(np.float32)
    return torch.from_numpy(filters), torch.hann_window(_N_FFT)


def log_mel(sound: npt.NDArray[np.float32]) -> torch.Tensor:
    """(samples,) of -1..1 → (80, frames), 100 frames a second. `faster_whisper.feature_extractor` does the same
    four times as slowly; its last frame, which it does not decode, is left out here."""
    filters, window = _filters()
    padded = torch.nn.functional.pad(torch.from_numpy(sound), (0, _PADDING))
    spectrum = torch.stft(
        padded, _N_FFT, RATE_HZ // FRAMES_PER_S, window=window, pad_mode="reflect", return_complex=True
    )
    power = spectrum[:, :-1].abs() ** 2
    log = torch.log10(torch.clamp(filters @ power, min=1e-10))
    log = torch.maximum(log, log.max() - 8.0)
    return ((log + 4.0) / 4.0)[:, :-1]
