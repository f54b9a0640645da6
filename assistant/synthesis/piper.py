"""Piper: neural voices from files that the owner fetched.

A voice is an ONNX graph with its settings beside it (`<name>.onnx`, `<name>.onnx.json`). Piper's own
generator works lazily, sentence by sentence, so it is stepped on the worker thread only.
"""

import json
import math
import re
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.models import find_voice, how_to_get, why_no_voice
from assistant.synthesis.base import Mark, VoiceUnavailable
from assistant.synthesis.engine import Sound
from assistant.synthesis.phonemes import paired

if TYPE_CHECKING:
    from piper import AudioChunk, PiperVoice

_open_voices: "weakref.WeakValueDictionary[str, PiperVoice]" = weakref.WeakValueDictionary()
"""Voices in use, by file: another speaker or speed of one needs no second copy of it in memory."""

_WORD = re.compile(r"\S*\w\S*")


def find(voice: str) -> Path:
    """The ONNX file of a voice given by path, by name, or not at all (the first installed one).

    Raises `VoiceUnavailable`.
    """
    path = find_voice(voice)
    if path is None:
        raise VoiceUnavailable(why_no_voice(voice))
    return path


class PiperEngine:
    """`voice`: a name, a path, or empty for the first one installed. `speaker`: number or name, of a voice that
    has several; empty: its first. `speed` 2 takes half the time. `variation` scales the voice's own noise, of
    intonation and of the length of sounds; 0 says the same text always alike. `threads`: for ONNX Runtime; 1
    leaves the other cores to listening and understanding."""

    def __init__(
        self,
        voice: str = "",
        speaker: str = "",
        speed: float = 1.0,
        variation: float = 1.0,
        threads: int = 1,
    ) -> None:
        self._asked_for = voice
        self._speaker = speaker.strip()
        self._speed = speed
        self._variation = variation
        self._threads = threads
        self._path: Path | None = None
        self._voice: PiperVoice | None = None
        self._syn_config: Any = None
        self._identity = ""

    @property
    def name(self) -> str:
        return f"piper {self._path.stem if self._path else self._asked_for}".rstrip()

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def sample_rate_hz(self) -> int:
        if self._voice is None:
            raise VoiceUnavailable(f"The voice {self.name} is not loaded.")
        return int(self._voice.config.sample_rate)

    def load(self) -> None:
        if self._voice is not None:
            return
        path = find(self._asked_for)
        self._path = path
        try:
            stat = path.stat()
        except OSError as error:
            raise _damaged(path, error) from error
        file = f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns}"
        shared = _open_voices.get(f"{file} threads={self._threads}")
        voice = shared or self._open(path)
        speaker = _speaker(self._speaker, voice.config.num_speakers, voice.config.speaker_id_map, path.stem)
        from piper import SynthesisConfig

        self._syn_config = SynthesisConfig(
            speaker_id=speaker,
            length_scale=voice.config.length_scale / self._speed,
            noise_scale=voice.config.noise_scale * self._variation,
            noise_w_scale=voice.config.noise_w_scale * self._variation,
            # It would bring the highest peak of each sentence to full scale, so that a sentence with a plosive
            # is quieter than the next; `SpokenVoice` levels the whole voice instead.
            normalize_audio=False,
        )
        self._identity = (
            f"piper {file} speaker={speaker} speed={self._speed:.3f} variation={self._variation:.3f}"
        )
        if shared is None:
            try:
                # Both sides of the graph are tried once: a damaged one fails here and not in an answer, and the
                # first real clause does not pay for the runtime's and the phonemiser's warming up.
                for _ in self._chunks(voice, "ready"):
                    pass
            except Exception as error:
                raise _damaged(path, error) from error
            _open_voices[f"{file} threads={self._threads}"] = voice
        self._voice = voice

    def synthesize(self, text: str) -> Iterator[Sound]:
        if self._voice is None:
            raise VoiceUnavailable(f"The voice {self.name} is not loaded.")
        # Text between [[ and ]] would be taken for phonemes.
        text = text.replace("[[", "[").replace("]]", "]")
        if not self._aligned(self._voice):
            for chunk in self._chunks(self._voice, text):
                if len(pcm := chunk.audio_int16_array):
                    yield Sound(pcm)
            return
        words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
        # The phonemes of the whole text are known before any of its sound: only together with all words is it
        # clear which group speaks which.
        sentences = [p for p in self._voice.phonemize(text) if p]
        groups = [size for phonemes in sentences for size in _group_sizes(phonemes)]
        starts_of = dict(paired(groups, [text[a:b] for a, b in words]))
        before = 0
        for chunk in self._chunks(self._voice, text):
            begins = _group_starts(chunk)
            if len(pcm := chunk.audio_int16_array):
                marks = [
                    Mark(sample, *words[starts_of[before + index]])
                    for index, sample in enumerate(begins)
                    if before + index in starts_of
                ]
                yield Sound(pcm, tuple(marks))
            before += len(begins)

    def unload(self) -> None:
        self._voice = None

    @staticmethod
    def _aligned(voice: "PiperVoice") -> bool:
        return len(voice.session.get_outputs()) > 1

    def _chunks(self, voice: "PiperVoice", text: str) -> Iterator["AudioChunk"]:
        yield from voice.synthesize(text, self._syn_config, include_alignments=self._aligned(voice))

    def _open(self, path: Path) -> "PiperVoice":
        """`PiperVoice.load` gives no say in the number of threads, so its session is made here; the result is
        the same object."""
        import onnxruntime  # type: ignore[import-untyped]
        from piper import PiperConfig, PiperVoice

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4  # errors arrive as exceptions; on stderr they would arrive twice
        # Memory that ONNX Runtime would keep for the longest clause ever spoken.
        options.enable_cpu_mem_arena = False
        try:
            config = PiperConfig.from_dict(json.loads(path.with_name(path.name + ".json").read_text("utf-8")))
            session = onnxruntime.InferenceSession(
                str(path), sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library has an exception type for each of many ways to be damaged
            raise _damaged(path, error) from error
        return PiperVoice(session=session, config=config)


def speakers(path: Path) -> list[str]:
    """The names of a voice's speakers, or their numbers where they have none; empty for a voice with one.
    Raises `VoiceUnavailable`."""
    try:
        config = json.loads(path.with_name(path.name + ".json").read_text("utf-8"))
        count, names = int(config["num_speakers"]), dict(config.get("speaker_id_map") or {})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, error) from error
    if count < 2:
        return []
    by_number = {number: name for name, number in names.items()}
    return [by_number.get(number, str(number)) for number in range(count)]


def _speaker(asked: str, count: int, names: Mapping[str, int], voice: str) -> int | None:
    """The number of a speaker that was given by number or name; None for a voice with one speaker."""
    if count < 2:
        if asked not in ("", "0"):
            raise VoiceUnavailable(f"The voice {voice} has one speaker only; leave voice.speaker empty.")
        return None
    if not asked:
        return 0
    if asked.isdecimal():
        if int(asked) < count:
            return int(asked)
    else:
        for name, number in names.items():
            if name.casefold() == asked.casefold():
                return int(number)
    known = f" and the names {', '.join(list(names)[:8])}{' …' if len(names) > 8 else ''}" if names else ""
    raise VoiceUnavailable(
        f"The voice {voice} has the speakers 0 to {count - 1}{known}, not {asked}; change voice.speaker."
    )


def _damaged(path: Path, error: Exception) -> VoiceUnavailable:
    reason = " ".join(str(error).split())[:160] or type(error).__name__
    return VoiceUnavailable(
        f"The Piper voice {path} is damaged ({reason}); remove it, then {how_to_get(path.stem)} again."
    )


_PUNCTUATION = frozenset("^$_.,:;!?()\"'«»“”-—–…¡¿ˈˌ")


def _group_sizes(phonemes: list[str]) -> list[int]:
    """How many phonemes each group between spaces has; those of punctuation alone are none."""
    sizes = [0]
    for phoneme in phonemes:
        if phoneme == " ":
            sizes.append(0)
        elif phoneme not in _PUNCTUATION:
            sizes[-1] += 1
    return [size for size in sizes if size]


def _group_starts(chunk: "AudioChunk") -> list[int]:
    """The sample at which each group begins; as many as `_group_sizes` has, or none where the voice's
    alignments do not add up to its sound."""
    starts: list[int] = []
    sample, between, stress = 0, True, -1
    for alignment in chunk.phoneme_alignments or []:
        if alignment.phoneme == " ":
            between, stress = True, -1
        elif between and alignment.phoneme in _PUNCTUATION:
            stress = sample if stress < 0 and alignment.phoneme in "ˈˌ" else stress
        elif between:
            starts.append(sample if stress < 0 else stress)
            between = False
        sample += int(alignment.num_samples)  # of NumPy's kind, which JSON does not take
    return starts if math.isclose(sample, len(chunk.audio_float_array), abs_tol=1) else []
