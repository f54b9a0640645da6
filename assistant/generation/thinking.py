"""Takes out what a reasoning model writes to itself before it answers."""

_OPEN, _CLOSE = "<think>", "</think>"


class WithoutThinking:
    """Some servers send it as text: `<think>…</think>` at the beginning. Further back such a mark is only text."""

    def __init__(self) -> None:
        self._kept = ""  # not decided yet: it may be a mark, or what ends one
        self._where = "start"

    def push(self, text: str) -> str:
        """What of the text so far can be said now."""
        if self._where == "answer":
            return text
        self._kept += text
        if self._where == "start":
            begin = self._kept.lstrip()
            if _OPEN.startswith(begin):
                return ""
            if not begin.startswith(_OPEN):
                return self._answer(self._kept)
            self._where, self._kept = "thinking", begin.removeprefix(_OPEN)
        if self._where == "thinking":
            before, mark, behind = self._kept.partition(_CLOSE)
            if not mark:
                self._kept = before[-len(_CLOSE) :]
                return ""
            self._where, self._kept = "behind", behind
        begin = self._kept.lstrip()
        return self._answer(begin) if begin else ""

    def finish(self) -> str:
        """What was kept back and is no thought after all."""
        return self._answer(self._kept) if self._where == "start" else ""

    def _answer(self, text: str) -> str:
        self._where, self._kept = "answer", ""
        return text
