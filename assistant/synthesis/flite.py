"""The embedded voice: flite, from Debian's package libflite1, nothing to download.

flite is a C library and is called in-process. Its calls release the interpreter's lock, so the event loop
runs while it speaks. It keeps global tables and its voices are not re-entrant: one engine belongs to one
thread, and one utterance is made at a time. The relations and features walked here are described in flite's
manual, "Structure of utterances".
"""

import ctypes
import threading
import unicodedata
from collections.abc import Iterator
from ctypes import POINTER, c_char_p, c_float, c_int, c_short, c_void_p
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from assistant.synthesis.base import Mark, VoiceUnavailable
from assistant.synthesis.engine import Sound

INSTALL = "install it with: sudo apt install libflite1"
VOICES = ("slt", "rms", "awb", "kal16")
RATE_HZ = 16_000  # of all four voices; what the library says is checked against it
LEAD_IN_S = 0.03  # silence kept before the first sound; flite itself would begin with about 0.2 s of it
MAX_CHARACTERS = 1_000  # of a text given to the library at once, so that no call lasts for minutes


class _Wave(ctypes.Structure):
    """cst_wave"""

    _fields_ = [
        ("type", c_char_p),
        ("sample_rate", c_int),
        ("num_samples", c_int),
        ("num_channels", c_int),
        ("samples", POINTER(c_short)),
    ]


class _Voice(ctypes.Structure):
    """The head of cst_voice"""

    _fields_ = [("name", c_char_p), ("features", c_void_p)]


_SIGNATURES: dict[str, tuple[object, list[object]]] = {
    "flite_init": (c_int, []),
    "flite_synth_text": (c_void_p, [c_char_p, c_void_p]),
    "delete_utterance": (None, [c_void_p]),
    "utt_wave": (POINTER(_Wave), [c_void_p]),
    "utt_relation_present": (c_int, [c_void_p, c_char_p]),
    "utt_relation": (c_void_p, [c_void_p, c_char_p]),
    "relation_head": (c_void_p, [c_void_p]),
    "item_next": (c_void_p, [c_void_p]),
    "item_parent": (c_void_p, [c_void_p]),
    "item_as": (c_void_p, [c_void_p, c_char_p]),
    "item_feat_present": (c_int, [c_void_p, c_char_p]),
    "item_feat_float": (c_float, [c_void_p, c_char_p]),
    "item_feat_string": (c_char_p, [c_void_p, c_char_p]),
    "feat_set_float": (None, [c_void_p, c_char_p, c_float]),
}


_ONE_AT_A_TIME = threading.Lock()
"""Held while the library works: the old voice may speak on while a new one, in a thread of its own, begins."""


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL:
    """Raises OSError or AttributeError."""
    library = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
    # The voices refer to these two without being linked to them everywhere.
    for name in ("libflite_usenglish.so.1", "libflite_cmulex.so.1"):
        ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    library.flite_init()
    return library


def fold(text: str) -> tuple[bytes, list[int]]:
    """`text` in ASCII, which is all that flite's lexicon knows, and for each byte the character it came from.

    Accents are dropped (é is e), letters with no ASCII form too.
    """
    folded = bytearray()
    origin: list[int] = []
    for index, character in enumerate(text):
        plain = _PLAIN.get(character) or unicodedata.normalize("NFKD", character)
        for byte in plain.encode("ascii", "ignore"):
            folded.append(byte if byte >= 0x20 else 0x20)
            origin.append(index)
    return bytes(folded), origin


_PLAIN = {
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "–": "-",
    "—": ", ",
    "ß": "ss",
    "æ": "ae",
    "ø": "o",
    "œ": "oe",
}
_PLAIN |= {"Æ": "Ae", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "ð": "th", "þ": "th", "ı": "i", "…": ". "}


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A token of the text, and when its first phone begins (seconds)."""

    token: bytes
    start_s: float


class FliteEngine:
    """`voice`: slt, rms, awb or kal16 (robotic, and 13 times as fast). `speed`: 1 is the voice's own."""

    def __init__(self, voice: str = "slt", speed: float = 1.0) -> None:
        if voice not in VOICES:
            raise ValueError(f"flite has no voice {voice!r}; there are slt, rms, awb and kal16.")
        self._voice_name = voice
        self._speed = speed
        self._voice: int | None = None

    @property
    def name(self) -> str:
        return f"flite {self._voice_name}"

    @property
    def identity(self) -> str:
        return f"flite-2 {self._voice_name} speed={self._speed:.3f} lead={LEAD_IN_S}"

    @property
    def sample_rate_hz(self) -> int:
        return RATE_HZ

    def load(self) -> None:
        """A few milliseconds: the voices are data inside libraries that the system maps on demand."""
        if self._voice is not None:
            return
        try:
            self._flite = _library()
            voice = ctypes.CDLL(f"libflite_cmu_us_{self._voice_name}.so.1", mode=ctypes.RTLD_GLOBAL)
            register = getattr(voice, f"register_cmu_us_{self._voice_name}")
        except (OSError, AttributeError) as error:
            raise VoiceUnavailable(
                f"The embedded voice {self.name} is not there ({error}); {INSTALL}."
            ) from error
        register.restype = c_void_p
        register.argtypes = [c_void_p]
        with _ONE_AT_A_TIME:
            self._voice = register(None)
        if not self._voice:
            raise VoiceUnavailable(f"The embedded voice {self.name} does not load; {INSTALL}.")

    def synthesize(self, text: str) -> Iterator[Sound]:
        if self._voice is None:
            raise VoiceUnavailable(f"The embedded voice {self.name} is not loaded.")
        folded, origin = fold(text)
        begin = 0
        while begin < len(folded):
            end = _cut(folded, begin)
            sound = self._utterance(folded[begin:end], origin[begin:end])
            if len(sound.pcm):
                yield sound
            begin = end

    def unload(self) -> None:
        """flite keeps its voices for the life of the process (they are static data of their libraries)."""
        self._voice = None

    def _utterance(self, folded: bytes, origin: list[int]) -> Sound:
        with _ONE_AT_A_TIME:
            return self._in_library(folded, origin)

    def _in_library(self, folded: bytes, origin: list[int]) -> Sound:
        flite = self._flite
        # Voices are global in the library: another engine may have set its own speed.
        features = ctypes.cast(self._voice or 0, POINTER(_Voice)).contents.features
        flite.feat_set_float(features, b"duration_stretch", 1.0 / self._speed)
        utterance = flite.flite_synth_text(folded, self._voice)
        if not utterance:
            return Sound(np.zeros(0, np.int16))
        try:
            pcm = self._pcm(utterance)
            spoken, end_s = self._walk(utterance)
        finally:
            flite.delete_utterance(utterance)
        if not spoken or not len(pcm):
            return Sound(np.zeros(0, np.int16))
        # kal16's sound lacks half of the silence that its segments begin with: what is missing, is missing
        # there.
        missing_s = end_s - len(pcm) / RATE_HZ
        lead = max(0, int((spoken[0].start_s - missing_s - LEAD_IN_S) * RATE_HZ))
        shift = int(missing_s * RATE_HZ) + lead
        return Sound(pcm[lead:], _marks(spoken, folded, origin, shift))

    def _pcm(self, utterance: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
        """A copy: the wave belongs to the utterance."""
        pointer = self._flite.utt_wave(utterance)
        if not pointer or pointer.contents.num_samples <= 0:
            return np.zeros(0, np.int16)
        wave = pointer.contents
        if wave.sample_rate != RATE_HZ or wave.num_channels != 1:
            raise VoiceUnavailable(f"{self.name} speaks at {wave.sample_rate} Hz, not {RATE_HZ}; {INSTALL}.")
        return np.array(np.ctypeslib.as_array(wave.samples, (wave.num_samples,)), dtype=np.int16)

    def _walk(self, utterance: int) -> tuple[list[_Spoken], float]:
        """The tokens in the order they are spoken and the end of the last segment.

        Only features that are present are asked for: on a missing or differently typed one the library calls
        exit().
        """
        flite = self._flite
        spoken: list[_Spoken] = []
        end_s, last = 0.0, None
        if not flite.utt_relation_present(utterance, b"Segment"):
            return spoken, end_s
        segment = flite.relation_head(flite.utt_relation(utterance, b"Segment"))
        while segment:
            token = self._token_of(segment)
            if token is not None and token != last and flite.item_feat_present(token, b"name"):
                spoken.append(_Spoken(flite.item_feat_string(token, b"name") or b"", end_s))
            last = token or last
            if flite.item_feat_present(segment, b"end"):
                end_s = float(flite.item_feat_float(segment, b"end"))
            segment = flite.item_next(segment)
        return spoken, end_s

    def _token_of(self, segment: int) -> int | None:
        """Segment → syllable → word → token; None for a pause."""
        item = self._flite.item_as(segment, b"SylStructure")
        for _ in range(2):
            item = self._flite.item_parent(item) if item else None
        item = self._flite.item_as(item, b"Token") if item else None
        return (self._flite.item_parent(item) if item else None) or None


def _cut(text: bytes, begin: int) -> int:
    """Where the piece that starts at `begin` ends: at a space, unless there is none."""
    end = begin + MAX_CHARACTERS
    if end >= len(text):
        return len(text)
    space = text.rfind(b" ", begin, end)
    return space + 1 if space > begin else end


def _marks(spoken: list[_Spoken], folded: bytes, origin: list[int], shift: int) -> tuple[Mark, ...]:
    """Each token is looked for behind the one before; flite strips punctuation but keeps the letters."""
    marks: list[Mark] = []
    position = 0
    for word in spoken:
        found = folded.find(word.token, position)
        if found < 0 or not word.token:
            continue
        position = found + len(word.token)
        sample = max(0, int(word.start_s * RATE_HZ) - shift)
        marks.append(Mark(sample, origin[found], origin[position - 1] + 1))
    return tuple(marks)
