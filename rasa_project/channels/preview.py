"""What would be answered, had the person finished: on a copy of the conversation, which is then forgotten.

Actions run too, and are told that it is a preview; a service that would change anything refuses, and so does a
language model, for neither can be taken back. Then there is no preview.
"""

from rasa.core.agent import Agent
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker

from channels.output import StreamingOutput
from channels.turns import PREVIEW, Turn, advance


async def preview(agent: Agent, turn: Turn, output: StreamingOutput) -> None:
    """Puts out what the turn would, up to the first thing that cannot be known. Nothing is saved."""
    stored = await agent.tracker_store.retrieve(turn.sender)
    tracker = stored.copy() if stored is not None else _new(turn.sender, agent)
    turn.metadata[PREVIEW] = True
    await advance(agent, tracker, turn, output)


def _new(sender: str, agent: Agent) -> DialogueStateTracker:
    """A conversation that waits for its first sentence: without, no rule applies to it."""
    tracker = DialogueStateTracker(sender, agent.domain.slots)
    tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
    return tracker
