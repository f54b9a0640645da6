"""`assistant voice`: which voice speaks, and another one, without a restart."""

from contextlib import AsyncExitStack
from typing import Any

from assistant import instances
from assistant.cli.common import echo, notice, print_json
from assistant.config import Config
from assistant.errors import UserError
from assistant.instances import NotThere, in_daemon_thread

TIMEOUT_S = 45.0  # a little longer than the service may take


async def show(config: Config, as_json: bool) -> None:
    answer = await _service(config, "show", {})
    if as_json:
        print_json(answer)
        return
    echo(_how(answer))
    for name, speakers in answer["voices"].items():
        mark = "*" if name == answer["voice"] else " "
        several = f"  ({len(speakers)} speakers: {', '.join(speakers[:6])}{', …' if speakers[6:] else ''})"
        echo(f"  {mark} {name}{several if speakers else ''}")


async def use(
    config: Config, name: str, speaker: str | None, speed: float | None, volume: float | None
) -> None:
    asked = {"voice": name, "speaker": speaker, "speed": speed, "volume": volume}
    echo(_how(await _service(config, "change", asked)))


def _how(answer: dict[str, Any]) -> str:
    speaker = f", speaker {answer['speaker']}" if answer["speaker"] else ""
    return f"{answer['voice']}{speaker}, speed {answer['speed']:g}, volume {answer['volume']:g}"


async def _service(config: Config, service: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What the assistant that is running says; without one, what is done here for its next start."""
    instance = await in_daemon_thread(instances.find)
    if instance is not None:
        body = {"arguments": arguments, "session": "console"}
        path = f"/api/services/voice/{service}"
        try:
            answer = await in_daemon_thread(
                lambda: instance.request("POST", path, body, timeout_s=TIMEOUT_S, refusals=instances.REFUSALS)
            )
        except NotThere:
            notice("The assistant that was running does not answer any more; this is for its next start.")
        else:
            if answer.get("ok") is True:
                return dict(answer["result"])
            raise UserError(str(answer["error"]["message"]))
    return await _here(config, service, arguments)


async def _here(config: Config, service: str, arguments: dict[str, Any]) -> dict[str, Any]:
    from assistant.services.service import NoInput, Origin, ServiceError
    from assistant.services.voice import ChangeVoiceInput, VoiceServices
    from assistant.voices import Control, changeable

    async with AsyncExitStack() as stack:
        voice = await changeable(config, notice)
        stack.push_async_callback(voice.close)
        services = VoiceServices()
        services.attach(Control(voice, config.voice))
        origin = Origin("console")
        try:
            if service == "show":
                return await services.show(NoInput(), origin)
            return (await services.change(ChangeVoiceInput.model_validate(arguments), origin)).result
        except ServiceError as error:
            raise UserError(str(error)) from error
