"""The acoustic model: from phoneme ids to durations, pitch and spectrum. Convolutions only."""

import torch
from torch import Tensor, nn

from training.voice.data import FEATURES
from training.voice.teacher import BANDS, COEFFICIENTS
from training.voice.vocoder import Vocoder

SYMBOLS = 256
PHONEME_CHANNELS = 192
FRAME_CHANNELS = 160
STRIDE = 2  # frames that are made at once: what the parameters do within 10 ms is nearly a straight line
PLACE = 4  # numbers that say where in its phoneme a frame is
PITCH_VARIES = 0.03  # standard deviation of a sentence's pitch, relative, at a noise scale of 1
DURATIONS_VARY = 0.05  # likewise of each phoneme's duration


class Block(nn.Module):
    """A residual block; `reach`: positions to either side, times `dilation`."""

    def __init__(self, channels: int, reach: int, dilation: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels, 1))
        self.mix = nn.Conv1d(channels, channels, 2 * reach + 1, padding=reach * dilation, dilation=dilation)
        self.out = nn.Conv1d(channels, channels, 1)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        level = torch.rsqrt((x * x).mean(dim=1, keepdim=True) + 1e-5)
        return x + self.drop(self.out(nn.functional.gelu(self.mix(x * level * self.scale))))


class Acoustic(nn.Module):
    """`mean`, `spread` [FEATURES]: of the features over all examples."""

    def __init__(self, speakers: int, mean: Tensor, spread: Tensor) -> None:
        super().__init__()
        self.phonemes = nn.Embedding(SYMBOLS, PHONEME_CHANNELS)
        self.speakers = nn.Embedding(speakers, PHONEME_CHANNELS)
        self.context = nn.Sequential(
            *(Block(PHONEME_CHANNELS, 2, dilation, 0.05) for dilation in (1, 1, 2, 4))
        )
        self.duration = nn.Conv1d(PHONEME_CHANNELS, 1, 3, padding=1)
        self.enter = nn.Conv1d(PHONEME_CHANNELS + PLACE, FRAME_CHANNELS, 1)
        self.frames = nn.Sequential(*(Block(FRAME_CHANNELS, 2, dilation) for dilation in (1, 2, 1)))
        self.leave = nn.Conv1d(FRAME_CHANNELS, FEATURES * STRIDE, 1)
        self.register_buffer("mean", mean)
        self.register_buffer("spread", spread)

    def encode(self, ids: Tensor, speaker: Tensor, mask: Tensor) -> Tensor:
        """`ids` [sentences, phonemes], `speaker` [sentences], `mask` like ids, 0 behind the end → [sentences,
        channels, phonemes]."""
        x = (self.phonemes(ids) + self.speakers(speaker)[:, None]).transpose(1, 2) * mask[:, None]
        for block in self.context:
            x = block(x) * mask[:, None]
        return x

    def log_durations(self, encoded: Tensor) -> Tensor:
        """log(1 + frames) [sentences, phonemes]."""
        return self.duration(encoded)[:, 0]

    def decode(self, encoded: Tensor, index: Tensor, place: Tensor, mask: Tensor) -> Tensor:
        """`index` [sentences, n]: the phoneme of every second frame; `place` [sentences, PLACE, n] → features in
        units of their spread [sentences, 2 n, FEATURES]."""
        spread_out = encoded.gather(2, index[:, None].expand(-1, encoded.shape[1], -1))
        x = self.enter(torch.cat([spread_out, place], dim=1)) * mask[:, None]
        for block in self.frames:
            x = block(x) * mask[:, None]
        x = self.leave(x).transpose(1, 2)
        return x.reshape(x.shape[0], -1, FEATURES)


def places(since: Tensor, length: Tensor) -> Tensor:
    """Where a frame is: `since` frames after its phoneme began, which has `length` of them. Both [sentences,
    frames] → [sentences, PLACE, frames]."""
    left = length - 1 - since
    return torch.stack(
        [(since + 0.5) / length.clamp(min=1), since.clamp(max=20) / 10, left.clamp(max=20) / 10, length / 20],
        dim=1,
    )


class Voice(nn.Module):
    """The graph that piper-tts runs."""

    def __init__(self, acoustic: Acoustic, vocoder: Vocoder, silent: Tensor) -> None:
        """`silent` [SYMBOLS]: 1 for ids that never last (stress marks and the like)."""
        super().__init__()
        self.acoustic = acoustic
        self.vocoder = vocoder
        self.register_buffer("lasting", 1 - silent)

    def forward(self, ids: Tensor, lengths: Tensor, scales: Tensor, speaker: Tensor) -> tuple[Tensor, Tensor]:
        """`ids` int64 [1, n], padding between phonemes included; `scales` [variation of the pitch, length,
        variation of durations] → samples [1, 1, 1, m], and how many frames each id has [1, n] (piper-tts makes
        samples of them)."""
        all_ids = ids[0, : lengths[0]]
        sounding = torch.nonzero(all_ids)[:, 0]
        own = all_ids[sounding][None]
        encoded = self.acoustic.encode(own, speaker, torch.ones_like(own).float())
        frames = torch.exp(self.acoustic.log_durations(encoded))[0] - 1
        frames = torch.where(frames < 1, torch.zeros_like(frames), frames) * self.lasting[own[0]]
        varied = torch.exp(torch.randn_like(frames) * scales[2] * DURATIONS_VARY)
        # The sum is rounded and not each phoneme, so that the whole keeps its length at every speed.
        ends = torch.round(torch.cumsum(frames * scales[1] * varied, 0))
        ends = torch.maximum(ends, torch.ones_like(ends))
        counts = ends - torch.cat([torch.zeros_like(ends[:1]), ends[:-1]])
        total = ends[-1].long()
        time = torch.arange(0, total, STRIDE).float()
        index = (time[:, None] >= ends[None]).long().sum(1)
        length = counts[index]
        place = places((time - (ends[index] - length))[None], length[None])
        features = self.acoustic.decode(encoded, index[None], place, torch.ones_like(time)[None])[0, :total]
        features = features * self.acoustic.spread + self.acoustic.mean
        cepstrum, pitch, voiced, bands = features.split([COEFFICIENTS, 1, 1, BANDS], dim=1)
        pitch = pitch[:, 0] + torch.randn_like(pitch[:1, 0]) * scales[0] * PITCH_VARIES
        sound = self.vocoder(cepstrum, pitch, (voiced[:, 0] > 0.5).float(), bands.clamp(0, 1))
        each = torch.zeros_like(all_ids).float().scatter(0, sounding, counts)
        return sound[None, None, None], each[None]
