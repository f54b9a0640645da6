"""The gate of an assistant, made of its settings."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager

from pydantic import BaseModel, SecretStr

from assistant.config.safety import Safety
from assistant.safety.classifier import ClassifierGuard
from assistant.safety.gate import Gate
from assistant.safety.rule_guard import RuleGuard


@asynccontextmanager
async def open_gate(
    settings: Safety, *, secrets: Iterable[str] = (), prompts: Iterable[str] = ()
) -> AsyncIterator[Gate]:
    """`secrets`: texts that nobody is told; `prompts`: what models are told, which they do not recite."""
    rules = RuleGuard(secrets=secrets, prompts=prompts)
    if not settings.classifier_url:
        yield Gate([rules], settings.gate_timeout_s)
        return
    classifier = ClassifierGuard(settings)
    try:
        yield Gate([rules, classifier], settings.gate_timeout_s + settings.classifier_timeout_s)
    finally:
        await classifier.close()


def secrets_of(settings: BaseModel) -> Iterator[str]:
    """Every key and password in a configuration."""
    for name in type(settings).model_fields:
        yield from _secrets_in(getattr(settings, name))


def _secrets_in(value: object) -> Iterator[str]:
    match value:
        case SecretStr() if text := value.get_secret_value():
            yield text
        case BaseModel():
            yield from secrets_of(value)
        case tuple() | list():
            for each in value:
                yield from _secrets_in(each)
        case dict():
            for each in value.values():
                yield from _secrets_in(each)
