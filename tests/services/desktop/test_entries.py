"""Desktop entries by the specification, and what is made of them."""

from pathlib import Path

import pytest

from assistant.services.desktop.entries import (
    BadEntry,
    Entry,
    applications,
    argv,
    read_entry,
    split_exec,
    terminals,
)


def entry(exec: str, **more: str) -> Entry:
    return Entry(
        id="x.desktop",
        name="The Name",
        exec=exec,
        path=Path("/somewhere/x.desktop"),
        icon=more.get("icon", ""),
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("firefox %u", ["firefox"]),
        ("firefox --new-window %U", ["firefox", "--new-window"]),
        ('"/opt/My Editor/edit" --flag', ["/opt/My Editor/edit", "--flag"]),
        (r'app "say \"hello\"" "a\\b" "\$HOME" "\`id\`"', ["app", 'say "hello"', "a\\b", "$HOME", "`id`"]),
        ("app 100%%", ["app", "100%"]),
        ("app --title=%c", ["app", "--title=The Name"]),
        ("app %c", ["app", "The Name"]),
        ("app --file %k", ["app", "--file", "/somewhere/x.desktop"]),
        ("app %d %D %n %N %v %m end", ["app", "end"]),
        ("  app   a    b ", ["app", "a", "b"]),
        ("env A=1 app", ["env", "A=1", "app"]),
    ],
)
def test_exec_becomes_an_argument_vector(line: str, words: list[str]) -> None:
    assert argv(entry(line)) == words


def test_an_icon_becomes_two_arguments_or_none() -> None:
    assert argv(entry("app %i", icon="pen")) == ["app", "--icon", "pen"]
    assert argv(entry("app %i")) == ["app"]


@pytest.mark.parametrize(
    "line",
    ['app "open', "app %x", "%f", "app $(id)", "app; id", "app | sh", "app > file", "app `id`", "app 'x'"],
)
def test_what_breaks_the_rules_is_not_run(line: str) -> None:
    with pytest.raises(BadEntry):
        argv(entry(line))


def test_a_quoted_word_is_one_even_with_signs_of_a_shell() -> None:
    assert split_exec('app "; rm -rf ~ && $(id) > x"') == ["app", "; rm -rf ~ && $(id) > x"]


def write(folder: Path, name: str, **values: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = {"Type": "Application", "Name": name, "Exec": "true"} | values
    path.write_text("# a comment\n[Desktop Entry]\n" + "".join(f"{k}={v}\n" for k, v in keys.items()))
    return path


def test_escapes_and_other_groups(tmp_path: Path) -> None:
    path = write(tmp_path, "a.desktop", Name=r"Tea\sTime", Exec=r'app "a\\\\b"', Categories="Office;Clock;")
    path.write_text(path.read_text() + "Name[de]=Teezeit\n[Desktop Action new]\nName=New\nExec=other\n")
    found = read_entry(path, "a.desktop")
    assert found is not None
    assert (found.name, argv(found)) == ("Tea Time", ["app", "a\\b"])
    assert found.categories == {"Office", "Clock"}


def test_which_are_shown(tmp_path: Path) -> None:
    home, system = tmp_path / "home", tmp_path / "system"
    env = {
        "XDG_DATA_HOME": str(home), "XDG_DATA_DIRS": str(system), "XDG_CURRENT_DESKTOP": "X-Trees:GNOME",
        "PATH": "/bin",
    }  # fmt: skip
    mine, theirs = home / "applications", system / "applications"
    write(theirs, "plain.desktop", Name="Plain")
    write(theirs, "kde/deep.desktop", Name="Deep")
    write(theirs, "both.desktop", Name="Theirs")
    write(mine, "both.desktop", Name="Mine")
    write(theirs, "masked.desktop", Name="Masked")
    write(mine, "masked.desktop", Hidden="true")
    write(theirs, "nodisplay.desktop", NoDisplay="true")
    write(theirs, "link.desktop", Type="Link", URL="https://example.com")
    write(theirs, "only.desktop", Name="Only", OnlyShowIn="GNOME;KDE;")
    write(theirs, "kde.desktop", OnlyShowIn="KDE;")
    write(theirs, "not.desktop", NotShowIn="GNOME;")
    write(theirs, "gone.desktop", TryExec="a-program-that-is-not-installed")
    write(theirs, "there.desktop", Name="There", TryExec="true")
    write(theirs, "top.desktop", Name="Top", Terminal="true")
    write(theirs, "term.desktop", Name="Term", NoDisplay="true", Categories="System;TerminalEmulator;")
    (theirs / "broken.desktop").write_bytes(b"\xff\xfe\x00")
    (theirs / "empty.desktop").write_text("")
    assert [each.name for each in applications(env)] == ["Deep", "Mine", "Only", "Plain", "There"]
    assert {each.id for each in applications(env)} >= {"kde-deep.desktop", "both.desktop"}
    assert [each.name for each in terminals(env)] == ["Term"]


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert applications({"XDG_DATA_HOME": str(tmp_path / "no"), "XDG_DATA_DIRS": str(tmp_path / "nor")}) == []
