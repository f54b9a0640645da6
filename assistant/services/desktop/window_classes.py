"""Names of windows (their class, in lower case) in which typed words would run, or be a password."""

TERMINALS = frozenset([
    "xterm", "uxterm", "koi8rxterm", "urxvt", "rxvt", "aterm", "eterm", "st", "st-256color", "kitty",
    "alacritty", "foot", "footclient", "wezterm", "org.wezfurlong.wezterm", "konsole", "yakuake",
    "gnome-terminal", "gnome-terminal-server", "org.gnome.terminal", "org.gnome.console", "kgx",
    "org.gnome.ptyxis", "ptyxis", "terminator", "tilix", "guake", "tilda", "terminology",
    "cool-retro-term", "lxterminal", "qterminal", "xfce4-terminal", "mate-terminal", "sakura",
    "roxterm", "termite", "hyper", "tabby", "ghostty", "com.mitchellh.ghostty",
    "io.elementary.terminal", "deepin-terminal", "contour", "rio", "warp", "dev.warp.warp", "blackbox",
    "com.raggesilver.blackbox", "extraterm", "wave", "termius", "emacs", "emacs-gtk",
])  # fmt: skip
"""What is typed there may be a command line; emacs, for it is one as well. Those whose name says that they are
terminals need not stand here."""

LAUNCHERS = frozenset([
    "rofi", "dmenu", "wofi", "fuzzel", "bemenu", "ulauncher", "albert", "krunner", "synapse", "kupfer", "gmrun",
    "xfrun4", "xfce4-appfinder", "lxqt-runner", "j4-dmenu-desktop", "tofi", "walker", "onagre",
    "polkit-gnome-authentication-agent-1", "pinentry", "pinentry-gtk-2", "pinentry-qt", "gcr-prompter",
    "lxqt-policykit-agent", "polkit-kde-authentication-agent-1",
])  # fmt: skip
"""What is typed there runs a program, or is a password."""
