"""Runs one check that loads native code, in a process that it may take down:
`python -m assistant.doctor.probe NAME`, with the configuration as JSON on standard input. The findings go
to standard output; what libraries print goes to standard error."""

import json
import os
import sys
from dataclasses import asdict
from importlib import import_module

from assistant.config.model import Config

PROBES = {
    "sound": ("assistant.doctor.sound", "devices"),
    "wake words": ("assistant.doctor.sound", "wake_words"),
    "embedded recogniser": ("assistant.doctor.speech", "embedded_recogniser"),
    "Whisper": ("assistant.doctor.speech", "whisper"),
    "voice": ("assistant.doctor.speech", "voice"),
}
"""What `assistant doctor` calls it, and the function that looks: `(Config) -> list[Check]`, blocking."""


def main() -> None:
    config = Config.model_validate_json(sys.stdin.buffer.read())
    # Native libraries print where they like: the pipe is kept for the findings alone.
    findings = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    module, function = PROBES[sys.argv[1]]
    checks = getattr(import_module(module), function)(config)
    with findings:
        json.dump([asdict(check) for check in checks], findings)


if __name__ == "__main__":
    main()
