"""What the dialogue sends is what the services take."""

from typing import Any

import pytest

from assistant.config.desktop import Desktop
from assistant.services.desktop.services import desktop_services
from assistant.services.service import specs_of
from assistant.services.time import SystemClock
from tests.dialogue.test_desktop import SENTENCES

SENT = [(service, arguments) for _, service, arguments in SENTENCES]
SENT += [
    ("clipboard.copy", {"text": "words"}),
    ("dictation.type", {"text": "words", "follows": True}),
    ("media.volume", {"step": -10}),
]


@pytest.mark.parametrize(("service", "arguments"), SENT)
def test_arguments_fit(service: str, arguments: dict[str, Any]) -> None:
    providers = desktop_services(Desktop(), SystemClock(), lambda event: None)
    specs = {spec.name: spec for provider in providers for spec in specs_of(provider)}
    assert specs[service].input.model_validate(arguments).model_dump(exclude_unset=True) == arguments
