"""PocketSphinx's decoders for one language model: how they are set, and who has which."""

from pocketsphinx import Decoder, get_model_path

from assistant.config.model import Sphinx
from assistant.recognition.base import RecognizerUnavailable
from assistant.recognition.build import LanguageModelFiles

WORDS_SEARCH = "_default"
"""PocketSphinx's name for the search that a decoder is made with."""
MEAN_SEARCH = "mean"
"""A search of final decoders for a single word, when only the features are wanted."""

WARPS = (1.0, 0.93, 1.07)
"""How far the frequency axis is stretched for the second pass, the usual one first: vocal tracts differ in length
(Lee and Rose 1998, "A frequency warping approach to speaker normalization", who search from 0.88 to 1.12)."""


class Decoders:
    """Makes decoders for one language model and lends them out. Worker thread.

    A decoder is bound to an utterance from its first block to its last, so at most `live` streams get partial
    results at the same time; the others are only decoded at their end.
    """

    def __init__(self, files: LanguageModelFiles, settings: Sphinx, live: int = 4) -> None:
        self._files = files
        self._settings = settings
        self._final: dict[float, Decoder] = {}
        self._free: list[Decoder] = []
        self._left = live

    def load(self) -> None:
        """Make the final decoder of the usual warp. Raises `RecognizerUnavailable`."""
        for path in (self._files.language_model, self._files.dictionary):
            if not path.is_file() or path.stat().st_size == 0:
                raise RecognizerUnavailable(f"The language model {path} is missing: run `assistant train`.")
        self._final = {WARPS[0]: self._make(final=True)}

    def load_other(self, warp: float) -> None:
        """Make a final decoder that would otherwise be made when it is first needed."""
        self.final(warp)

    def final(self, warp: float = WARPS[0]) -> Decoder:
        """The decoder for second passes at this one of `WARPS`."""
        if warp not in self._final:
            self._final[warp] = self._make(final=True, warp=warp)
        return self._final[warp]

    def load_live(self) -> None:
        """Make the first live decoder, which would otherwise be made in the first utterance."""
        if (decoder := self.borrow()) is not None:
            self.give_back(decoder)

    def borrow(self) -> Decoder | None:
        """A decoder for a live pass, or None when all are in use."""
        if self._free:
            return self._free.pop()
        if self._left == 0:
            return None
        self._left -= 1
        return self._make(final=False)

    def give_back(self, decoder: Decoder) -> None:
        self._free.append(decoder)

    def discard(self) -> None:
        """A borrowed decoder failed: it is not used again, and a new one may be made for it."""
        self._left += 1

    def renew(self, warp: float) -> None:
        """The final decoder of this warp failed: make a new one."""
        self._final[warp] = self._make(final=True, warp=warp)

    def _make(self, *, final: bool, warp: float = WARPS[0]) -> Decoder:
        settings = self._settings
        warped = {} if warp == WARPS[0] else {"warp_type": "inverse_linear", "warp_params": str(warp)}
        try:
            decoder = Decoder(
                hmm=get_model_path("en-us/en-us"),
                lm=str(self._files.language_model),
                dict=str(self._files.dictionary),
                lw=settings.language_weight,
                beam=settings.beam,
                pbeam=settings.beam,
                wbeam=settings.word_beam,
                fwdflat=final,  # rescoring at the end would be wasted on a live pass
                bestpath=final,
                ds=1 if final else 2,  # live, each second frame's scores hold for the next: 40 % less work
                loglevel="FATAL",
                **warped,
            )
            if final:
                decoder.add_jsgf_string(
                    MEAN_SEARCH, f"#JSGF V1.0; grammar mean; public <word> = {self._word()};"
                )
            return decoder
        except (RuntimeError, ValueError) as error:
            raise RecognizerUnavailable(
                f"PocketSphinx cannot use the language model in {self._files.folder} ({error}): delete that "
                "folder and run `assistant train`."
            ) from error

    def _word(self) -> str:
        """Some word of the dictionary."""
        with self._files.dictionary.open(encoding="utf-8") as lines:
            return lines.readline().partition(" ")[0]
