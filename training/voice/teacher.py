"""flite's parameters for a sentence: what its statistical voices are about to turn into sound.

flite's slt, rms and awb are Clustergen voices (A. W. Black, "CLUSTERGEN: a statistical parametric synthesizer
using trajectory modeling", Interspeech 2006). For every 5 ms they predict a pitch, 25 mel-cepstral coefficients
and how much of each of five bands is voiced, and filter pulses and noise accordingly. The pupil learns these
numbers directly, so that nothing has to be estimated from sound.
"""

import ctypes
from ctypes import POINTER, c_char_p, c_double, c_float, c_int, c_void_p
from dataclasses import dataclass

import numpy as np

SPEAKERS = ("slt", "rms")
RATE_HZ = 16_000
HOP = 80  # samples of a frame: 5 ms
COEFFICIENTS = 25
BANDS = 5
BINS = 257  # of a spectrum from 0 to half the sample rate
SILENCE = "pau"


class _Track(ctypes.Structure):
    """cst_track"""

    _fields_ = [
        ("type", c_char_p),
        ("num_frames", c_int),
        ("num_channels", c_int),
        ("times", POINTER(c_float)),
        ("frames", POINTER(POINTER(c_float))),
    ]


class _Database(ctypes.Structure):
    """cst_cg_db; only the numbers at its end are used."""

    _fields_ = [
        ("name", c_char_p),
        ("types", c_void_p),
        ("num_types", c_int),
        ("sample_rate", c_int),
        ("f0_mean", c_float),
        ("f0_stddev", c_float),
        ("num_f0_models", c_int),
        ("f0_trees", c_void_p),
        ("num_param_models", c_int),
        ("param_trees", c_void_p),
        ("spamf0_accent_tree", c_void_p),
        ("spamf0_phrase_tree", c_void_p),
        ("num_channels", c_void_p),
        ("num_frames", c_void_p),
        ("model_vectors", c_void_p),
        ("num_channels_spamf0_accent", c_int),
        ("num_frames_spamf0_accent", c_int),
        ("spamf0_accent_vectors", c_void_p),
        ("model_min", c_void_p),
        ("model_range", c_void_p),
        ("qtable", c_void_p),
        ("model_shape", c_int),
        ("frame_advance", c_float),
        ("num_dur_models", c_int),
        ("dur_stats", c_void_p),
        ("dur_cart", c_void_p),
        ("phone_states", c_void_p),
        ("do_mlpg", c_int),
        ("dynwin", c_void_p),
        ("dynwinsize", c_int),
        ("mlsa_alpha", c_float),
        ("mlsa_beta", c_float),
        ("multimodel", c_int),
        ("mixed_excitation", c_int),
        ("ME_num", c_int),
        ("ME_order", c_int),
        ("me_h", POINTER(POINTER(c_double))),
        ("spamf0", c_int),
        ("gain", c_float),
    ]


_SIGNATURES: dict[str, tuple[object, list[object]]] = {
    "flite_init": (c_int, []),
    "flite_synth_text": (c_void_p, [c_char_p, c_void_p]),
    "delete_utterance": (None, [c_void_p]),
    "delete_track": (None, [POINTER(_Track)]),
    "feat_val": (c_void_p, [c_void_p, c_char_p]),
    "val_track": (POINTER(_Track), [c_void_p]),
    "val_cg_db": (POINTER(_Database), [c_void_p]),
    "mlpg": (POINTER(_Track), [POINTER(_Track), POINTER(_Database)]),
    "utt_relation": (c_void_p, [c_void_p, c_char_p]),
    "relation_head": (c_void_p, [c_void_p]),
    "item_next": (c_void_p, [c_void_p]),
    "item_feat_float": (c_float, [c_void_p, c_char_p]),
    "item_feat_string": (c_char_p, [c_void_p, c_char_p]),
    "feat_set_int": (None, [c_void_p, c_char_p, c_int]),
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence in flite's parameters.

    `phones`: (name, frames) in order, pauses included; the frames add up to `len(pitch_hz)`.
    `pitch_hz`: 0 where there is no voice. `cepstrum` [frames, 25]: mel-cepstrum of the sound in [-1, 1], voice's
    gain and post-filter included. `voiced_bands` [frames, 5]: 0 noise … 1 pulses.
    """

    phones: tuple[tuple[str, int], ...]
    pitch_hz: np.ndarray
    cepstrum: np.ndarray
    voiced_bands: np.ndarray


class Teacher:
    """One of flite's voices. Not for two threads at once."""

    def __init__(self, speaker: str) -> None:
        self._flite = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
        for name in ("libflite_usenglish.so.1", "libflite_cmulex.so.1"):
            ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(self._flite, name)
            function.restype, function.argtypes = result, arguments
        self._flite.flite_init()
        register = getattr(
            ctypes.CDLL(f"libflite_cmu_us_{speaker}.so.1", mode=ctypes.RTLD_GLOBAL),
            f"register_cmu_us_{speaker}",
        )
        register.restype, register.argtypes = c_void_p, [c_void_p]
        self._voice = register(None)
        # The sound itself is not wanted: with the fewest coefficients it costs least. The name and the features
        # are the first two pointers of a cst_voice.
        self._flite.feat_set_int(ctypes.cast(self._voice, POINTER(c_void_p))[1], b"mlsa_speed_param", 20)
        self.alpha = 0.0
        self.band_filters = np.zeros((BANDS, BINS))

    def speak(self, text: str) -> Spoken:
        flite = self._flite
        utterance = flite.flite_synth_text(text.encode("ascii"), self._voice)
        try:
            # A cst_utterance begins with the pointer to its features.
            features = ctypes.cast(utterance, POINTER(c_void_p))[0]
            database = flite.val_cg_db(flite.feat_val(features, b"cg_db"))
            raw = flite.val_track(flite.feat_val(features, b"param_track"))
            bands = _array(flite.val_track(flite.feat_val(features, b"str_track")))
            smooth = flite.mlpg(raw, database)
            try:
                parameters = _array(smooth)
            finally:
                flite.delete_track(smooth)
            settings = database.contents
            self._check(settings)
            phones = self._phones(utterance, settings.frame_advance, len(parameters))
        finally:
            flite.delete_utterance(utterance)
        cepstrum = parameters[:, 1 : 1 + COEFFICIENTS]
        cepstrum = post_filtered(cepstrum, self.alpha, settings.mlsa_beta)
        cepstrum[:, 0] += np.log((settings.gain or 1.0) / 32768)
        return Spoken(phones, parameters[:, 0], cepstrum, np.clip(bands, 0, 1))

    def _check(self, settings: _Database) -> None:
        made_for = (settings.sample_rate, round(settings.frame_advance * settings.sample_rate))
        if made_for != (RATE_HZ, HOP) or not settings.mixed_excitation or settings.ME_num != BANDS:
            raise ValueError("This flite's voices have other parameters than flite 2.2's.")
        self.alpha = settings.mlsa_alpha
        taps = np.array([settings.me_h[band][: settings.ME_order] for band in range(BANDS)])
        self.band_filters = np.abs(np.fft.rfft(taps, 2 * (BINS - 1)))

    def _phones(self, utterance: int, frame_s: float, frames: int) -> tuple[tuple[str, int], ...]:
        phones, done = [], 0
        item = self._flite.relation_head(self._flite.utt_relation(utterance, b"Segment"))
        while item:
            # flite puts into a phone the frames whose beginning is not after its end.
            end = min(frames, int(self._flite.item_feat_float(item, b"end") / frame_s + 1e-4) + 1)
            phones.append((self._flite.item_feat_string(item, b"name").decode(), end - done))
            done = end
            item = self._flite.item_next(item)
        phones[-1] = (phones[-1][0], phones[-1][1] + frames - done)
        return tuple(phones)


def warped(alpha: float) -> np.ndarray:
    """Frequencies [257] in radians on the mel-like scale of an all-pass filter with this constant."""
    omega = np.linspace(0, np.pi, BINS)
    return omega + 2 * np.arctan2(alpha * np.sin(omega), 1 - alpha * np.cos(omega))


def post_filtered(cepstrum: np.ndarray, alpha: float, beta: float) -> np.ndarray:
    """Formants sharpened by raising all coefficients but the first two by `beta`, at the same energy
    (T. Yoshimura et al., "Incorporating a mixed excitation model and postfilter into HMM-based text-to-speech
    synthesis", 2005)."""
    if beta <= 0:
        return cepstrum.copy()
    sharp = cepstrum.copy()
    sharp[:, 2:] *= 1 + beta
    basis = np.cos(np.outer(np.arange(COEFFICIENTS), warped(alpha)))
    energy = [np.exp(2 * (c @ basis)).mean(axis=1) for c in (cepstrum, sharp)]
    sharp[:, 0] += 0.5 * np.log(energy[0] / energy[1])
    return sharp


def _array(track: object) -> np.ndarray:
    contents = track.contents  # type: ignore[attr-defined]
    rows = [
        np.ctypeslib.as_array(contents.frames[index], (contents.num_channels,)).copy()
        for index in range(contents.num_frames)
    ]
    return np.array(rows, np.float64)
