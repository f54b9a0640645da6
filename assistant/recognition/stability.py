"""Which part of a running transcript will not change any more."""

AGREEING = 3


class StablePrefix:
    """The leading words on which the last few different or equal partial transcripts agree, without the word
    that is still being spoken. It never shrinks while the transcripts confirm it; a decoder that takes back
    what was stable makes it start anew, which is rare."""

    def __init__(self, agreeing: int = AGREEING) -> None:
        self._agreeing = agreeing
        self._recent: list[list[str]] = []
        self._text = ""
        self.stable = ""

    def update(self, text: str) -> bool:
        """Take the newest transcript. True when it differs from the last one."""
        words = text.split()
        self._recent = [*self._recent[1 - self._agreeing :], words]
        if len(self._recent) == self._agreeing:
            common = 0
            for column in zip(*self._recent, strict=False):
                if len(set(column)) > 1:
                    break
                common += 1
            stable = " ".join(words[: min(common, max(0, len(words) - 1))])
            if len(stable) > len(self.stable) or not text.startswith(self.stable):
                self.stable = stable
        changed = text != self._text
        self._text = text
        return changed
