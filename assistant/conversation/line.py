"""The sound of a reply in order: what of it was handed to the loudspeaker, where, and what was heard."""

from dataclasses import dataclass

from assistant.synthesis.base import Clause
from audio.frames import Pcm


@dataclass(slots=True)
class _Piece:
    """A clause at the sink's rate, behind `lead` samples of pause."""

    clause: Clause
    pcm: Pcm
    lead: int
    scale: float  # sink samples per voice sample


@dataclass(slots=True)
class _Segment:
    """Samples [begin, end) of the sink are those of a piece from `offset` on."""

    piece: int
    offset: int
    begin: int
    end: int


class Line:
    """Pure; positions are samples of the sink's stream. A word that was cut is said again after `cut`, and still
    counts once: what was heard of a clause is how far it ever got."""

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []
        self._segments: list[_Segment] = []
        self._next = (0, 0)  # piece, and sample in it, that is to be written next

    @property
    def written(self) -> bool:
        """All there is was taken."""
        return self._next[0] >= len(self._pieces)

    @property
    def empty(self) -> bool:
        return not self._pieces

    def add(self, clause: Clause, pcm: Pcm, lead: int, scale: float) -> None:
        """`pcm` at the sink's rate, its first `lead` samples a pause; `scale`: sink samples per voice sample."""
        self._pieces.append(_Piece(clause, pcm, lead, scale))

    def take(self, most: int, begin: int) -> Pcm | None:
        """The next samples to write, up to `most`, which will be the sink's from `begin` on; None: no more yet."""
        if self.written:
            return None
        piece, offset = self._next
        pcm = self._pieces[piece].pcm[offset : offset + most]
        end = begin + len(pcm)
        last = self._segments[-1] if self._segments else None
        if last is not None and last.piece == piece and last.end == begin and self._reach(last) == offset:
            last.end = end
        else:
            self._segments.append(_Segment(piece, offset, begin, end))
        offset += len(pcm)
        self._next = (piece, offset) if offset < len(self._pieces[piece].pcm) else (piece + 1, 0)
        return pcm

    def cut(self, played: int) -> None:
        """The sink dropped what is beyond `played`. What is written next begins with the word that was cut; where
        the clause has no marks, with the clause."""
        for segment in self._segments:
            segment.end = min(segment.end, played)
        self._segments = [segment for segment in self._segments if segment.end > segment.begin]
        for index, piece in enumerate(self._pieces):
            far = self._far(index, played)
            if far < len(piece.pcm):
                self._next = (index, _word_begin(piece, far))
                return
        self._next = (len(self._pieces), 0)

    def heard(self, played: int) -> str:
        """The written text that has left the loudspeaker, to the word where the voice has alignments."""
        parts = []
        for index, piece in enumerate(self._pieces):
            far = self._far(index, played)
            if far >= len(piece.pcm):
                parts.append(piece.clause.text)
                continue
            inside = (far - piece.lead) / piece.scale
            ends = [mark.end for mark in piece.clause.marks if mark.sample < inside]
            if ends:
                parts.append(piece.clause.text[: max(ends)])
            break
        return " ".join(part.strip() for part in parts).strip()

    def _far(self, piece: int, played: int) -> int:
        """How many samples of a piece were heard, up to the furthest."""
        reached = [
            segment.offset + min(played, segment.end) - segment.begin
            for segment in self._segments
            if segment.piece == piece and segment.begin < played
        ]
        return max(reached, default=0)

    @staticmethod
    def _reach(segment: _Segment) -> int:
        return segment.offset + segment.end - segment.begin


def _word_begin(piece: _Piece, far: int) -> int:
    """Where the word begins in which sample `far` of the piece is."""
    if far <= piece.lead:
        return 0 if far == 0 else piece.lead
    begins = [piece.lead + round(mark.sample * piece.scale) for mark in piece.clause.marks]
    return max((begin for begin in begins if begin < far), default=piece.lead)
