"""What would be answered, had the person finished: on a copy of the conversation, which is then forgotten.

Actions run too, and are told that it is a preview; a service that would change anything refuses, and so does a
language model, for neither can be taken back. Then there is no preview.
"""

from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker

PREVIEW = "preview"  # key of the message's metadata


async def preview(agent: Agent, message: UserMessage, output: OutputChannel) -> None:
    """Puts out what the turn would. `message` has its parse. Nothing is saved."""
    stored = await agent.tracker_store.retrieve(message.sender_id)
    tracker = stored.copy() if stored is not None else _new(message.sender_id, agent)
    processor: Any = agent.processor
    await processor._handle_message_with_tracker(message, tracker)
    tracker = await processor.run_action_extract_slots(output, tracker)
    await processor._run_prediction_loop(output, tracker)


def _new(sender: str, agent: Agent) -> DialogueStateTracker:
    """A conversation that waits for its first sentence: without, no rule applies to it."""
    tracker = DialogueStateTracker(sender, agent.domain.slots)
    tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
    return tracker
