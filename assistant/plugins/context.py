"""What a plugin is given."""

import random
from dataclasses import dataclass
from pathlib import Path

from assistant.services.time import Clock


@dataclass(frozen=True, slots=True)
class PluginContext:
    """`clock` and `random` are there so that its tests can bring their own. `folder`: for files of the plugin, which
    stay; it is made when it is first asked for with `storage()`."""

    clock: Clock
    random: random.Random
    folder: Path

    def storage(self) -> Path:
        """The folder, which is there afterwards. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.folder
