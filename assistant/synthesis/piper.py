"""Piper: neural voices from files that the owner fetched.

A voice is an ONNX graph with its settings beside it (`<name>.onnx`, `<name>.onnx.json`). Piper's own
generator works lazily, sentence by sentence, so it is stepped on the worker thread only.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.models import find_voice, how_to_get, why_no_voice
from assistant.synthesis.base import Mark, VoiceUnavailable
from assistant.synthesis.engine import Sound

if TYPE_CHECKING:
    from piper import AudioChunk, PiperVoice


def find(voice: str) -> Path:
    """The ONNX file of a voice given by path, by name, or not at all (the first installed one).

    Raises `VoiceUnavailable`.
    """
    path = find_voice(voice)
    if path is None:
        raise VoiceUnavailable(why_no_voice(voice))
    return path


class PiperEngine:
    """`voice`: a name, a path, or empty for the first one installed. `speed` 2 takes half the time.
    `threads`: for ONNX Runtime; 1 leaves the other cores to listening and understanding."""

    def __init__(
        self, voice: str = "", speaker: int = 0, speed: float = 1.0, volume: float = 1.0, threads: int = 1
    ) -> None:
        self._asked_for = voice
        self._speaker = speaker
        self._speed = speed
        self._volume = volume
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
        voice = self._open(path)
        if voice.config.num_speakers > 1 and self._speaker >= voice.config.num_speakers:
            raise VoiceUnavailable(
                f"The voice {path.stem} has the speakers 0 to {voice.config.num_speakers - 1}, "
                f"not {self._speaker}; change voice.speaker."
            )
        from piper import SynthesisConfig

        self._syn_config = SynthesisConfig(
            speaker_id=self._speaker if voice.config.num_speakers > 1 else None,
            length_scale=voice.config.length_scale / self._speed,
            volume=self._volume,
        )
        stat = path.stat()
        self._identity = (
            f"piper {path.resolve()} {stat.st_size} {stat.st_mtime_ns} speaker={self._speaker} "
            f"speed={self._speed:.3f} volume={self._volume:.3f}"
        )
        try:
            # Both sides of the graph are tried once: a damaged one fails here and not in an answer, and the
            # first real clause does not pay for the runtime's and the phonemiser's warming up.
            for _ in self._chunks(voice, "ready"):
                pass
        except Exception as error:
            raise _damaged(path, error) from error
        self._voice = voice

    def synthesize(self, text: str) -> Iterator[Sound]:
        if self._voice is None:
            raise VoiceUnavailable(f"The voice {self.name} is not loaded.")
        # Text between [[ and ]] would be taken for phonemes.
        text = text.replace("[[", "[").replace("]]", "]")
        words = _words(text)
        for chunk in self._chunks(self._voice, text):
            pcm = chunk.audio_int16_array
            if len(pcm):
                yield Sound(pcm, _marks(chunk, words))

    def unload(self) -> None:
        self._voice = None

    def _chunks(self, voice: "PiperVoice", text: str) -> Iterator["AudioChunk"]:
        aligned = len(voice.session.get_outputs()) > 1
        yield from voice.synthesize(text, self._syn_config, include_alignments=aligned)

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


def _damaged(path: Path, error: Exception) -> VoiceUnavailable:
    reason = " ".join(str(error).split())[:160] or type(error).__name__
    return VoiceUnavailable(
        f"The Piper voice {path} is damaged ({reason}); remove it, then {how_to_get(path.stem)} again."
    )


def _words(text: str) -> list[tuple[int, int]]:
    words, start = [], None
    for index, character in enumerate(text + " "):
        if character.isspace():
            if start is not None:
                words.append((start, index))
            start = None
        elif start is None:
            start = index
    return words


def _marks(chunk: "AudioChunk", words: list[tuple[int, int]]) -> tuple[Mark, ...]:
    """Marks from the voice's phoneme alignments, taking the words off the front of `words`.

    espeak-ng runs some words together ("of the" is one group of phonemes). Where a chunk has not as many
    groups as words are left for it, the pairing would be guesswork, and there are no marks.
    """
    alignments = chunk.phoneme_alignments or []
    starts: list[int] = []
    sample, between = 0, True
    for alignment in alignments:
        if alignment.phoneme == " ":
            between = True
        elif between and alignment.phoneme not in "^$_.,:;!?":
            starts.append(sample)
            between = False
        sample += alignment.num_samples
    if (
        not starts
        or len(starts) != len(words)
        or not math.isclose(sample, len(chunk.audio_float_array), abs_tol=1)
    ):
        return ()
    taken, words[:] = words[: len(starts)], words[len(starts) :]
    return tuple(Mark(start, *word) for start, word in zip(starts, taken, strict=True))
