"""A folder for plugins, and a registry to put them in."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.events import ServiceCalled
from assistant.plugins import Plugin, add_plugins
from assistant.services.registry import Registry
from assistant.storage.audit import Record
from tests.services.fakes import FakeClock

GOOD = """
from assistant.services.service import Input, NoInput, Origin, Risk, service


class Lamp:
    @service("{name}.shine", "Shine.", Risk.{risk})
    async def shine(self, asked: NoInput, origin: Origin) -> dict:
        return {{"spoken": "It shines."}}


def create(context):
    return Lamp()
"""


@dataclass
class Shelf:
    """`where` plugins lie; `complaints` of loading them."""

    where: Path
    registry: Registry
    records: list[Record]
    complaints: list[str] = field(default_factory=list)

    def put(self, file: str, text: str | None = None, *, name: str = "lamp", risk: str = "READ") -> Path:
        path = self.where / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GOOD.format(name=name, risk=risk) if text is None else text)
        return path

    async def load(self) -> list[Plugin]:
        return await add_plugins(self.registry, FakeClock(), self.complaints.append, self.where)

    def services(self) -> list[str]:
        return [spec.name for spec in self.registry.specs()]


class _Notebook:
    def __init__(self, records: list[Record]) -> None:
        self._records = records

    async def append(self, record: Record) -> None:
        self._records.append(record)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path / "state"))
    where = tmp_path / "plugins"
    where.mkdir(mode=0o755)
    records: list[Record] = []

    def nobody(event: ServiceCalled) -> None:
        """Who listens is tested elsewhere."""

    return Shelf(where, Registry(FakeClock(), _Notebook(records), nobody), records)
