"""Another model for a running server.

Rasa's own `PUT /model` loads on the event loop, where every conversation waits for it, and makes a new tracker
store, which forgets the conversations of one in memory. Here a thread loads, stores and locks are taken over, and a
turn that is under way ends with the model that it began with.
"""

import asyncio

from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore
from sanic import Sanic

WARM_UP = "turn on the light"  # the first understanding loads what is loaded late


async def change_model(app: Sanic, path: str) -> None:
    """Raises whatever Rasa does for a model that it cannot load; then the old one stays."""
    agent = await asyncio.to_thread(_loaded, path, app.ctx.agent)
    await agent.parse_message(WARM_UP)
    app.ctx.agent = agent


def _loaded(path: str, before: Agent) -> Agent:
    return Agent.load(
        path,
        domain=before.domain,  # without, the store would have none while the model loads, and turns need it
        tracker_store=_store(before.tracker_store),
        lock_store=before.lock_store,
        action_endpoint=before.action_endpoint,
    )


def _store(store: TrackerStore) -> TrackerStore:
    """What Rasa has wrapped, for it will wrap it again."""
    return store._tracker_store if isinstance(store, FailSafeTrackerStore) else store
