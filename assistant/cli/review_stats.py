"""`assistant review stats`: how satisfied people are, from what they say and from what they do next."""

import asyncio
import time
from collections import Counter

from assistant.cli.common import echo, print_json
from assistant.cli.review import database_of
from assistant.config import Config
from assistant.observe.store import read_traces, traces_folder
from assistant.storage.opinions import SAID, SHOWN, OpinionTable

DAY_S = 86_400.0


async def show(config: Config, days: int, as_json: bool) -> None:
    """Counts, and their share of the turns that are traced; said and shown are never put together."""
    since = time.time() - days * DAY_S
    async with database_of(config) as database:
        opinions = await OpinionTable(database).since(since) if database is not None else []
    turns = await asyncio.to_thread(_turns, since)
    counts = Counter(each.opinion for each in opinions)
    if as_json:
        said, shown = ({name: counts[name] for name in names} for names in (SAID, SHOWN))
        print_json({"days": days, "turns": turns, "said": said, "shown": shown})
        return
    echo(f"{turns} turns in the last {days} days" if turns else f"No turn is traced in the last {days} days")
    for title, names in (("people said", SAID), ("people did", SHOWN)):
        echo(f"\n{title}")
        for name, means in names.items():
            share = f"{counts[name] / turns:6.1%}" if turns else ""
            echo(f"{counts[name]:>7}  {share:7}  {means}")


def _turns(since: float) -> int:
    """Blocking. Turns of people: an announcement has no words."""
    try:
        return sum(1 for trace in read_traces(traces_folder()) if trace.at >= since and trace.characters)
    except OSError:
        return 0
