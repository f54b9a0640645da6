from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.config.model import Config
from tests.services.conftest import House, Open
from tests.services.fakes import FakeClock
from tests.services.knowledge.providers import Providers

NOW = datetime(2026, 11, 27, 14, 34, tzinfo=UTC).timestamp()
"""Half past three in Berlin."""

OpenWith = Callable[..., Awaitable[House]]


@pytest.fixture
async def providers() -> AsyncIterator[Providers]:
    servers = Providers()
    await servers.start()
    yield servers
    await servers.close()


@pytest.fixture
def open_with(
    open_house: Open, providers: Providers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> OpenWith:
    """A house whose settings name the providers; keywords change the sections."""
    monkeypatch.setenv("ASSISTANT_CACHE_DIR", str(tmp_path / "cache"))

    async def open_one(
        weather: dict[str, Any] | None = None, knowledge: dict[str, Any] | None = None, **settings: Any
    ) -> House:
        places = {"url": f"{providers.url}/v1/forecast", "places_url": f"{providers.url}/v1/search"}
        config = Config.model_validate(
            {
                "timezone": "Europe/Berlin",
                "weather": {**places, "place": "Berlin", "timeout_s": 0.5} | (weather or {}),
                "knowledge": {"rates_url": f"{providers.url}/v1/latest", "rates_timeout_s": 0.5}
                | (knowledge or {}),
                **settings,
            }
        )
        return await open_house(config, FakeClock(NOW))

    return open_one
