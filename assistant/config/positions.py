"""On which line of a TOML text each key stands. The standard parser keeps no positions."""

from assistant.config.schema import Path_


def key_lines(text: str) -> dict[Path_, int]:
    """Line (from 1) of every key and table of `text`, which must be valid TOML 1.0.

    `[a.b]` gives `("a",)` and `("a", "b")`; an array of tables `[[c]]` gives `("c", 0)`, `("c", 1)`, …
    The elements of arrays and inline tables have places too.
    """
    return _Scanner(text).scan()


class _Scanner:
    """Walks over the text once. It relies on the text being valid, so it tells apart only what decides where
    a key begins and a value ends."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n") + "\n"
        self.at = 0
        self.lines: dict[Path_, int] = {}
        self.counts: dict[Path_, int] = {}

    def scan(self) -> dict[Path_, int]:
        table: Path_ = ()
        while self._skip(newlines=True):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self.lines

    def _note(self, path: Path_) -> None:
        line = self.text.count("\n", 0, self.at) + 1
        for end in range(1, len(path) + 1):
            self.lines.setdefault(path[:end], line)

    def _skip(self, *, newlines: bool) -> bool:
        """Past blanks and comments; whether anything is left."""
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "#":
                self.at = self.text.index("\n", self.at)
            elif char in " \t" or (newlines and char == "\n"):
                self.at += 1
            else:
                return True
        return False

    def _header(self) -> Path_:
        array = self.text.startswith("[[", self.at)
        start = self.at
        self.at += 2 if array else 1
        names = self._key()
        path: Path_ = ()
        for position, name in enumerate(names):
            path += (name,)
            if array and position == len(names) - 1:
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:  # a table below an array of tables belongs to its latest element
                path += (self.counts[path],)
        after = self.at + (2 if array else 1)
        self.at = start
        self._note(path)
        self.at = after
        return path

    def _key(self) -> tuple[str, ...]:
        """A key, dotted or not; stands at the `=` or `]` afterwards."""
        names: list[str] = []
        while True:
            self._skip(newlines=False)
            if self.text[self.at] in "\"'":
                names.append(self._string())
            else:
                start = self.at
                while self.text[self.at] not in " \t.=]":
                    self.at += 1
                names.append(self.text[start : self.at])
            self._skip(newlines=False)
            if self.text[self.at] != ".":
                return tuple(names)
            self.at += 1

    def _pair(self, table: Path_) -> None:
        start = self.at
        names = self._key()
        after, self.at = self.at + 1, start
        path = (*table, *names)
        self._note(path)
        self.at = after
        self._skip(newlines=False)
        self._value(path)

    def _value(self, path: Path_) -> None:
        char = self.text[self.at]
        if char in "\"'":
            self._string()
        elif char == "[":
            self._array(path)
        elif char == "{":
            self._inline_table(path)
        else:
            while self.text[self.at] not in ",]}#\n":
                self.at += 1

    def _array(self, path: Path_) -> None:
        self.at += 1
        index = 0
        while True:
            self._skip(newlines=True)
            if self.text[self.at] == "]":
                break
            self._note((*path, index))
            self._value((*path, index))
            index += 1
            self._skip(newlines=True)
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def _inline_table(self, path: Path_) -> None:
        self.at += 1
        while True:
            self._skip(newlines=True)
            if self.text[self.at] == "}":
                break
            self._pair(path)
            self._skip(newlines=True)
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def _string(self) -> str:
        """Past a string of any of the four sorts; its text as written, escapes not resolved."""
        quote = self.text[self.at]
        fence = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(fence)
        start = self.at
        while not self.text.startswith(fence, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        if len(fence) == 3:  # up to two quotes may stand directly before the closing three
            while self.text.startswith(fence, self.at + 1):
                self.at += 1
        end = self.at
        self.at += len(fence)
        return self.text[start:end]
