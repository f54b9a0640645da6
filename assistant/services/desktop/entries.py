"""Desktop entries: which applications are installed, and how each is started.

By the Desktop Entry Specification 1.5 (https://specifications.freedesktop.org/desktop-entry-spec/latest/).
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

MOST_FILES = 5_000
LARGEST = 1_000_000  # bytes of one file
_GROUP = "[Desktop Entry]"
_ESCAPES = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_QUOTED_ESCAPES = frozenset('"`$\\')
_NEED_QUOTES = frozenset("\t\n'\"\\><~|&;$*?#()`")
_FILES = frozenset("fFuU")  # files and addresses to open: none are given
_OLD = frozenset("dDnNvm")  # field codes that mean nothing any more


class BadEntry(ValueError):
    """A file that is no desktop entry of an application, or whose `Exec` breaks the rules."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An application that can be started. `id` is that of the specification, `kde4-konsole.desktop`; `exec` the line as
    it stands in the file, escapes of values undone."""

    id: str
    name: str
    exec: str
    path: Path
    names: tuple[str, ...] = ()
    """What else people call it: its generic name, and the program's."""
    icon: str = ""
    folder: str = ""
    categories: frozenset[str] = frozenset()
    window_class: str = ""


def applications(environment: Mapping[str, str] | None = None) -> list[Entry]:
    """All applications of the desktop that a menu would show, by name. A file of the user takes the place of the
    system's of the same id. Blocking: some milliseconds for a hundred files. Those that cannot be read are left out.
    """
    return sorted(_of(environment, shown=True), key=lambda entry: entry.name.casefold())


def terminals(environment: Mapping[str, str] | None = None) -> Iterator[Entry]:
    """Applications in whose windows a command line may be, whether a menu shows them or not. Blocking."""
    return (entry for entry in _of(environment, shown=False) if "TerminalEmulator" in entry.categories)


def argv(entry: Entry) -> list[str]:
    """The program and its arguments, without anything to open. Raises `BadEntry`."""
    arguments: list[str] = []
    for word in split_exec(entry.exec):
        if word == "%i":
            arguments += ["--icon", entry.icon] if entry.icon else []
        elif not (word.startswith("%") and word[1:] in _FILES | _OLD):
            arguments.append(_expanded(word, entry))
    if not arguments:
        raise BadEntry(f"{entry.path}: Exec names no program")
    return arguments


def split_exec(line: str) -> list[str]:
    """The words of an `Exec` line: as the specification has it, which is not as a shell would. Raises `BadEntry`."""
    words: list[str] = []
    at = 0
    while at < len(line):
        if line[at] == " ":
            at += 1
        elif line[at] == '"':
            word, at = _quoted(line, at + 1)
            words.append(word)
        else:
            end = line.find(" ", at)
            end = len(line) if end < 0 else end
            word = line[at:end]
            if _NEED_QUOTES & set(word):
                raise BadEntry(f"Exec has the word {word}, which has to be in double quotes")
            words.append(word)
            at = end
    return words


def read_entry(path: Path, id: str) -> Entry | None:
    """An application; None for one that is hidden on purpose. Raises `BadEntry` and OSError."""
    values = _values(path)
    if values.get("Hidden") == "true":
        return None
    if values.get("Type") != "Application":
        raise BadEntry(f"{path} is no application")
    if not values.get("Name") or not values.get("Exec"):
        raise BadEntry(f"{path} has no Name or no Exec")
    program = values["Exec"].split()[0].strip('"').rsplit("/", 1)[-1]
    names = (values.get("GenericName", ""), program, id.removesuffix(".desktop").rsplit(".", 1)[-1])
    return Entry(
        id=id,
        name=values["Name"],
        exec=values["Exec"],
        path=path,
        names=tuple(dict.fromkeys(name for name in names if name)),
        icon=values.get("Icon", ""),
        folder=values.get("Path", ""),
        categories=frozenset(filter(None, values.get("Categories", "").split(";"))),
        window_class=values.get("StartupWMClass", ""),
    )


def folders(environment: Mapping[str, str] | None = None) -> list[Path]:
    """Where desktop entries are, the user's own first."""
    env = os.environ if environment is None else environment
    home = env.get("XDG_DATA_HOME") or str(Path(env.get("HOME", "/"), ".local", "share"))
    system = env.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    return [Path(folder, "applications") for folder in (home, *filter(None, system.split(":")))]


def _of(environment: Mapping[str, str] | None, *, shown: bool) -> Iterator[Entry]:
    env = os.environ if environment is None else environment
    seen: set[str] = set()
    for folder in folders(environment):
        for path in sorted(folder.rglob("*.desktop"))[:MOST_FILES]:
            id = "-".join(path.relative_to(folder).parts)
            if id in seen:
                continue
            seen.add(id)
            try:
                entry = read_entry(path, id)
                if entry is not None and (not shown or _is_shown(_values(path), env)):
                    yield entry
            except (BadEntry, OSError, UnicodeDecodeError):
                continue


def _is_shown(values: Mapping[str, str], env: Mapping[str, str]) -> bool:
    """Whether a menu of this desktop has it. What needs a terminal is left out: none is opened for it."""
    here = set(filter(None, env.get("XDG_CURRENT_DESKTOP", "").split(":")))
    only = set(filter(None, values.get("OnlyShowIn", "").split(";")))
    never = set(filter(None, values.get("NotShowIn", "").split(";")))
    if values.get("NoDisplay") == "true" or values.get("Terminal") == "true":
        return False
    if (only and not only & here) or never & here:
        return False
    tried = values.get("TryExec", "")
    return not tried or shutil.which(tried, path=env.get("PATH")) is not None


def _values(path: Path) -> dict[str, str]:
    """Keys of the group Desktop Entry, without translations, escapes undone. Raises `BadEntry` and OSError."""
    if path.stat().st_size > LARGEST:
        raise BadEntry(f"{path} is too large")
    values: dict[str, str] = {}
    inside = False
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line.startswith("["):
            inside = line == _GROUP
        elif inside and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            values.setdefault(key.strip(), _unescaped(value.strip()))
    return values


def _unescaped(value: str) -> str:
    parts: list[str] = []
    characters = iter(value)
    for character in characters:
        if character == "\\":
            following = next(characters, "")
            parts.append(_ESCAPES.get(following, f"\\{following}"))
        else:
            parts.append(character)
    return "".join(parts)


def _quoted(line: str, at: int) -> tuple[str, int]:
    """The word after an opening quote, and the place behind its closing one."""
    parts: list[str] = []
    while at < len(line):
        if line[at] == '"':
            return "".join(parts), at + 1
        if line[at] == "\\" and line[at + 1 : at + 2] and line[at + 1] in _QUOTED_ESCAPES:
            at += 1
        parts.append(line[at])
        at += 1
    raise BadEntry("Exec has a double quote that is not closed")


def _expanded(word: str, entry: Entry) -> str:
    """Field codes within a word. Raises `BadEntry` for one that does not exist."""
    parts: list[str] = []
    characters = iter(word)
    for character in characters:
        if character != "%":
            parts.append(character)
            continue
        match next(characters, ""):
            case "%":
                parts.append("%")
            case "c":
                parts.append(entry.name)
            case "k":
                parts.append(str(entry.path))
            case code if code and code in _FILES | _OLD:
                continue
            case code:
                raise BadEntry(f"Exec has the field code %{code}, which does not exist")
    return "".join(parts)
