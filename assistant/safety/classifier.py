"""A model that judges sentences, on any OpenAI-compatible server: Llama Guard, Qwen3Guard and their like.

Their servers put the judged conversation into the model's own template; the answer begins with a verdict:
"safe" or "unsafe\\nS11" (https://huggingface.co/meta-llama/Llama-Guard-3-8B), "Safety: Unsafe\\nCategories: Violent"
(https://huggingface.co/Qwen/Qwen3Guard-Gen-4B). What is neither counts as not allowed.
"""

import json
import re
from typing import Any

import aiohttp

from assistant.config.safety import Safety
from assistant.safety.guard import ALLOWED, Verdict

_VERDICT = re.compile(r"^\s*(?:safety:\s*)?(safe|unsafe|controversial)\b", re.IGNORECASE)
_CATEGORIES = {
    "s4": "minors",
    "s11": "self-harm",
    "s1": "violence",
    "s9": "weapons",
    "s10": "hate",
    "suicide": "self-harm",
    "violent": "violence",
}
_MOST_TOKENS = 20
_MOST_BYTES = 64 * 1024


class ClassifierFailed(Exception):
    """It gave no verdict. `str()` is for the log."""


class ClassifierGuard:
    """Loop thread. `close` it. Raises `ClassifierFailed`, aiohttp's errors and `TimeoutError`, all of which mean "not
    allowed" to a gate. The key goes into a header and nowhere else, and is not sent along where a server redirects."""

    def __init__(self, settings: Safety) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    @property
    def name(self) -> str:
        return "classifier"

    async def judge(self, sentence: str, before: str = "") -> Verdict:
        return read_verdict(await self._asked(f"{before} {sentence}".strip()))

    async def close(self) -> None:
        """Idempotent."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _asked(self, text: str) -> str:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._settings.classifier_timeout_s)
            self._session = aiohttp.ClientSession(timeout=timeout)
        key = self._settings.classifier_api_key.get_secret_value()
        body: dict[str, Any] = {
            "messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": text}],
            "max_tokens": _MOST_TOKENS,
            "temperature": 0,
            "stream": False,
        }
        if self._settings.classifier_model:
            body["model"] = self._settings.classifier_model
        async with self._session.post(
            f"{self._settings.classifier_url.rstrip('/')}/chat/completions",
            json=body,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            allow_redirects=False,
        ) as response:
            if response.status != 200:
                raise ClassifierFailed(f"HTTP {response.status}")
            raw = await response.content.read(_MOST_BYTES)
            while not response.content.at_eof() and len(raw) < _MOST_BYTES:
                raw += await response.content.read(_MOST_BYTES - len(raw))
        return _content(raw)


def _content(raw: bytes) -> str:
    try:
        content = json.loads(raw)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ClassifierFailed("its answer is not as the protocol has it") from error
    if not isinstance(content, str):
        raise ClassifierFailed("its answer is no text")
    return content


def read_verdict(answer: str) -> Verdict:
    """What such a model answered. Raises `ClassifierFailed` where that is no verdict."""
    found = _VERDICT.match(answer)
    if found is None:
        raise ClassifierFailed("its answer is no verdict")
    if found[1].lower() == "safe":
        return ALLOWED
    words = re.findall(r"\w+", answer[found.end() :].lower())
    category = next((_CATEGORIES[word] for word in words if word in _CATEGORIES), "unsafe")
    return Verdict(False, category, f"judged {found[1].lower()}")
