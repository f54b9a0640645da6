"""From a voice's parameters to sound, as a part of the graph.

A source-filter model (the one of flite's voices): pulses at the pitch and noise, mixed in five bands, go through
the filter that the mel-cepstrum describes. A cepstrum is the logarithm of a minimum-phase filter's response:

    log H(ω) = Σ c[m] · exp(−j m ω̃),  ω̃ the warped frequency

(K. Tokuda et al., "Mel-generalized cepstral analysis", ICSLP 1994), so magnitude and phase are two products with
a matrix, and the filter is applied to short windows of the source in the frequency domain. Fourier transforms
are convolutions with sines and cosines, which every ONNX runtime has.
"""

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import conv1d, conv_transpose1d, pad

from training.voice.teacher import BINS, COEFFICIENTS, HOP, RATE_HZ, warped

TRANSFORM = 2 * (BINS - 1)  # samples
WINDOW = 2 * HOP
NOISE = 16_411  # samples; a prime, so that no rhythm of frames meets it again
BACK = HOP // 2  # samples by which a frame's window begins before the frame


class Vocoder(nn.Module):
    """`alpha`: of the warped frequency scale. `band_filters` [bands, 257]: magnitude of each band."""

    def __init__(self, alpha: float, band_filters: np.ndarray) -> None:
        super().__init__()
        phases = np.outer(np.arange(COEFFICIENTS), warped(alpha))
        omega = np.linspace(0, math.pi, BINS)
        window = np.hanning(WINDOW + 1)[:-1]
        forward = np.outer(omega, np.arange(WINDOW))
        back = np.outer(omega, np.arange(TRANSFORM))
        share = np.full((BINS, 1), 2 / TRANSFORM)
        share[[0, -1]] /= 2
        self._constant("magnitude", np.cos(phases))
        self._constant("phase", -np.sin(phases))
        self._constant("bands", band_filters)
        self._constant("analysis", np.concatenate([np.cos(forward), -np.sin(forward)])[:, None] * window)
        # Noise that is the same in every run, so that a sentence can be spoken twice alike; repeated after 1 s.
        self._constant("noise", np.random.default_rng(0).normal(size=NOISE))
        self._constant("synthesis", np.concatenate([share * np.cos(back), -share * np.sin(back)])[:, None])

    def _constant(self, name: str, value: np.ndarray) -> None:
        self.register_buffer(name, torch.tensor(value, dtype=torch.float32), persistent=False)

    def forward(self, cepstrum: Tensor, log_pitch: Tensor, voiced: Tensor, bands: Tensor) -> Tensor:
        """`cepstrum` [frames, 25], `log_pitch` [frames] (of Hz), `voiced` [frames] 0 or 1, `bands` [frames, 5] →
        samples [frames · HOP]."""
        pitch = _held(torch.exp(log_pitch))
        turns = torch.floor(torch.cumsum(pitch.double() / RATE_HZ, 0))
        beats = (turns[1:] - turns[:-1]).float()
        pulses = pad(beats, (1, 0)) * torch.sqrt(RATE_HZ / pitch) * _held(voiced)
        noise = self.noise[torch.remainder(torch.arange(pulses.shape[0]), NOISE)]
        source = torch.stack([pulses, noise])[:, None]
        spectra = conv1d(pad(source, (BACK, HOP - BACK)), self.analysis, stride=HOP)
        weights = torch.stack([bands @ self.bands, (1 - bands) @ self.bands]).transpose(1, 2)
        real, imaginary = ((weights * part).sum(0) for part in spectra.chunk(2, dim=1))
        gain = torch.exp(cepstrum @ self.magnitude).T
        angle = (cepstrum @ self.phase).T
        cosine, sine = gain * torch.cos(angle), gain * torch.sin(angle)
        filtered = torch.cat([real * cosine - imaginary * sine, real * sine + imaginary * cosine])
        sound = conv_transpose1d(filtered[None], self.synthesis, stride=HOP)[0, 0]
        return sound[BACK : BACK + HOP * cepstrum.shape[0]]


def _held(frames: Tensor) -> Tensor:
    """Each number for the HOP samples of its frame."""
    return frames[:, None].expand(-1, HOP).reshape(-1)
