"""OpenAI's wire format: what is sent, and what the chunks that come back say.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from dataclasses import dataclass, field
from typing import Any

from assistant.generation.base import Message, Piece, Request, Text, Tool, ToolCall
from assistant.generation.faults import BROKEN, unavailable

MOST_CALLS = 16
MOST_ARGUMENTS = 64 * 1024  # characters of one call
_MOST_NAME = 200  # characters of a tool's name or a call's id; no tool of ours is longer


def body(request: Request, model: str, max_tokens: int) -> dict[str, Any]:
    """The JSON of a request. `max_tokens` where the request has none of its own."""
    sent: dict[str, Any] = {
        "messages": [_message(each) for each in request.messages],
        "stream": True,
        "max_tokens": request.max_tokens or max_tokens,
    }
    if model:
        sent["model"] = model
    if request.tools:
        sent["tools"] = [_tool(each) for each in request.tools]
    return sent


def _message(message: Message) -> dict[str, Any]:
    sent: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.tool_calls:
        sent["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments_json},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id:
        sent["tool_call_id"] = message.tool_call_id
    return sent


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class Assembler:
    """Puts the chunks of one answer together. `finished`: a reason to end was given, `done`: so was `[DONE]`."""

    finished: bool = False
    done: bool = False
    _calls: dict[int, _Call] = field(default_factory=dict)

    def text(self, event: dict[str, Any]) -> str:
        """The text that a chunk adds, mostly empty for those that carry a role, a call, a reason to end, or usage.
        Raises `GenerationUnavailable` when calls grow past their bounds."""
        if event.get("done"):
            self.done = True
            return ""
        choices = event.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            return ""
        choice = choices[0]
        self.finished = self.finished or bool(choice.get("finish_reason"))
        delta = choice.get("delta") or choice.get("message")  # the latter from servers that do not stream
        if not isinstance(delta, dict):
            return ""
        calls = delta.get("tool_calls")
        for position, call in enumerate(calls if isinstance(calls, list) else ()):
            if isinstance(call, dict):
                self._add(call, position)
        content = delta.get("content")
        return content if isinstance(content, str) else ""

    def calls(self) -> list[Piece]:
        """The calls, whole now, in the model's order; those without a name are none."""
        whole = [call for _, call in sorted(self._calls.items()) if call.name]
        return [
            ToolCall(call.id or f"call_{n}", call.name, call.arguments or "{}")
            for n, call in enumerate(whole)
        ]

    def _add(self, part: dict[str, Any], position: int) -> None:
        index = part.get("index")
        call = self._calls.setdefault(index if isinstance(index, int) else position, _Call())
        function = part.get("function")
        if isinstance(part.get("id"), str):
            call.id = part["id"][:_MOST_NAME]
        if isinstance(function, dict):
            call.name += _part(function.get("name"))
            call.arguments += _part(function.get("arguments"))
        if (
            len(self._calls) > MOST_CALLS
            or len(call.arguments) > MOST_ARGUMENTS
            or len(call.name) > _MOST_NAME
        ):
            raise unavailable(BROKEN, "a tool call without end")


def _part(value: object) -> str:
    return value if isinstance(value, str) else ""


def pieces(text: str) -> list[Piece]:
    return [Text(text)] if text else []
