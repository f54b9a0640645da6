"""The state of virtual devices, one JSON object each."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from assistant.storage.database import Database


class DeviceStateTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, dict[str, Any]]:
        async with self._database.begin() as connection:
            rows = await connection.execute(text("SELECT device, state FROM device_states"))
            return {str(device): json.loads(state) for device, state in rows}

    async def save(self, states: Mapping[str, Mapping[str, Any]]) -> None:
        """All of them or none."""
        async with self._database.begin() as connection:
            for device, state in states.items():
                await connection.execute(
                    text(
                        "INSERT INTO device_states (device, state) VALUES (:device, :state) "
                        "ON CONFLICT (device) DO UPDATE SET state = excluded.state"
                    ),
                    {"device": device, "state": json.dumps(dict(state))},
                )
