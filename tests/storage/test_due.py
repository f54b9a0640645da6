"""What rings, in databases of older versions."""

from pathlib import Path

from sqlalchemy import text

from assistant.storage import database, schema
from assistant.storage.due import Due, DueTable, Kind


async def test_timers_of_an_older_version_run_on(tmp_path: Path) -> None:
    older = tuple(step for step in schema.STEPS if "all due" not in step.name)
    before = older[: [step.version for step in older].index(1) + 1]
    old = await database.Database.open(tmp_path / "a.db", steps=before)
    async with old.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO timers (id, name, duration_s, due_at, session) VALUES ('0a', 'tea', 60, 1e9, 'k')"
            )
        )
    await old.close()
    now = await database.Database.open(tmp_path / "a.db")
    assert await DueTable(now).all() == [Due("0a", Kind.TIMER, "tea", "k", 1e9, duration_s=60.0)]
    await now.close()
