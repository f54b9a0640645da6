"""`assistant run`: the conversation itself, with a sound card or on recordings."""

import asyncio
import time
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from assistant.app import Assistant
from assistant.channels import files
from assistant.channels.console import Console
from assistant.channels.ducking import OPEN_RESTING, RESTING, Ducking, notes_file
from assistant.channels.keys import Keys, how_to, push_to_talk
from assistant.channels.lasting import LastingCard
from assistant.channels.outside import Outside
from assistant.channels.record import Recorder
from assistant.channels.sound import SoundCard
from assistant.channels.typed import Reachable
from assistant.cli.common import (
    NOTHING_HEARD,
    Settings,
    awake,
    notice,
    print_json,
    printer,
    process_start_s,
)
from assistant.cli.training import trained
from assistant.config import Config
from assistant.conversation.listener import Ears
from assistant.conversation.talker import Mouth
from assistant.engines import Engines
from assistant.errors import UserError
from assistant.events import Event, Heard
from assistant.privacy import recordings
from assistant.recognition.base import Recognizer
from assistant.vocabulary.follow import Follower, learned_names
from audio.detector import Detector, DetectorEvent, DetectorSettings
from audio.errors import NoDevice
from audio.files import WavSink
from audio.others import OtherSound


class Startup:
    """How long it took from the start of the process to each stage."""

    def __init__(self) -> None:
        self.times_s: dict[str, float] = {}

    def mark(self, stage: str) -> None:
        self.times_s[stage] = round(time.time() - process_start_s(), 2)

    def line(self) -> str:
        return ", ".join(
            f"{stage.replace('_', ' ')} {seconds:.1f} s" for stage, seconds in self.times_s.items()
        )


def detector_for(
    config: Config, *, wake_words: bool
) -> Callable[[Callable[[DetectorEvent], None]], Detector]:
    listening = config.listening
    settings = DetectorSettings(
        vad_threshold=listening.vad_threshold,
        min_speech_ms=listening.min_speech_ms,
        wake_words=listening.wake_words if wake_words else (),
        wake_threshold=listening.wake_threshold,
        wake_voice=0.0 if listening.wake_check == "off" else listening.wake_voice,
    )
    return lambda on_event: Detector(settings, on_event)


async def on_files(
    config: Config, settings: Settings, paths: list[Path], output: Path | None, as_json: bool
) -> int:
    """The exit status: `NOTHING_HEARD` when there is no speech in any of the recordings."""
    startup = Startup()
    files.checked(paths)
    if output is not None:
        await _check_output(output, paths)
    name = f"files-{uuid.uuid4().hex[:8]}"  # a conversation of its own, whatever was said before
    await trained(config)
    async with AsyncExitStack() as stack:
        assistant = await stack.enter_async_context(Assistant(config))
        engines = await _engines(stack, config, settings, assistant)
        if output and engines.voice is None:
            raise UserError(
                f"There is no voice to fill {output} with; `assistant doctor` says how to get one."
            )
        sink = WavSink(output, engines.voice.sample_rate_hz) if output and engines.voice else None
        if sink is not None:
            stack.push_async_callback(_keep, sink)
        recorder = Recorder(name)
        assistant.bus.observe(recorder)
        console = Console(printer())
        if not as_json:
            assistant.bus.observe(console)
        source = files.real_time()
        session = assistant.session(
            name,
            ears=Ears(source, detector_for(config, wake_words=False), _kept(assistant, engines, name)),
            mouth=Mouth(engines.voice, sink),
            open_mic=True,
            room=config.room,
        )
        await stack.enter_async_context(Reachable(assistant))

        unheard = _Unheard(notice if as_json else lambda text: console.line("heard", text))
        assistant.bus.observe(unheard)

        def on_file(path: Path) -> None:
            unheard.next(path)
            if not as_json:
                console.line("file", str(path))

        startup.mark("ready_to_listen")
        await awake(assistant.dialogue)
        startup.mark("dialogue_ready")
        if not as_json:
            console.line("ready", startup.line())
        async with asyncio.TaskGroup() as group:
            group.create_task(session.run(), name="session")
            await files.converse(session, source, paths, on_file)
            unheard.next(None)
    if as_json:
        turns = [turn.as_dict() for turn in recorder.turns.values()]
        print_json({"startup_s": startup.times_s, "turns": turns})
    if sink is not None and sink.written_samples and not as_json:
        console.line("answers", str(output))
    return 0 if any(turn.transcript for turn in recorder.turns.values()) else NOTHING_HEARD


async def _engines(
    stack: AsyncExitStack, config: Config, settings: Settings, assistant: Assistant
) -> Engines:
    """Recogniser and voice; names are followed from now on."""
    learned = await learned_names(assistant)
    engines = await stack.enter_async_context(Engines(config, assistant, notice, learned=learned))
    follower = Follower(assistant, engines.recognizer, settings.file, settings.read, notice, learned=learned)
    await stack.enter_async_context(follower)
    return engines


def _kept(assistant: Assistant, engines: Engines, session: str) -> Recognizer:
    """The recogniser; where the owner wants the sound of turns to be kept, one that does so, and says it."""
    if told := recordings.notice(assistant.config):
        notice(told)
    return recordings.as_wanted(assistant.config, engines.recognizer, session, assistant.bus.publish)


async def _keep(sink: WavSink) -> None:
    """What was said, however the conversation ended; of nothing said, no file and no earlier one overwritten."""
    await (sink.close() if sink.written_samples else sink.abandon())


class _Unheard:
    """Tells of each recording in which nobody was heard to speak."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._path: Path | None = None

    def __call__(self, event: Event) -> None:
        if isinstance(event, Heard):
            self._path = None

    def next(self, path: Path | None) -> None:
        if self._path is not None:
            self._tell(f"nothing: nobody speaks in {self._path}")
        self._path = path


async def _check_output(output: Path, inputs: list[Path]) -> None:
    """Before anything has started, and nobody is kept waiting for an answer that cannot be written."""
    if _is_one_of(output, inputs):
        raise UserError(f"{output} is one of the recordings; it would be overwritten.", exit_status=2)
    await WavSink(output).abandon()


def _is_one_of(path: Path, others: list[Path]) -> bool:
    return path.resolve() in [other.resolve() for other in others]


async def on_sound_card(config: Config, settings: Settings) -> int:
    console = Console(printer())
    open_mic = config.listening.mode == "open"
    by_wake_word = config.listening.mode != "push-to-talk"
    await trained(config)
    async with AsyncExitStack() as stack:
        assistant = await stack.enter_async_context(Assistant(config))
        engines = await _engines(stack, config, settings, assistant)
        if engines.voice is None:
            raise UserError("There is no voice to answer with; `assistant doctor` says how to get one.")
        rate_hz = engines.voice.sample_rate_hz
        assistant.bus.observe(console)

        def listening() -> None:
            name = sound.card.microphone.device.name
            console.line("listening", f"{name}: {how_to(config, keys.there)}. Ctrl-C ends.")

        sound = LastingCard(lambda: SoundCard.open(config, rate_hz), notice, on_back=listening)
        try:
            await stack.enter_async_context(sound)
        except NoDevice as error:
            raise UserError(
                f"{error} Files and text work without: `assistant run --input FILE`, `assistant ask TEXT`."
            ) from error
        session = assistant.session(
            "sound",
            ears=Ears(
                sound.source,
                detector_for(config, wake_words=by_wake_word),
                _kept(assistant, engines, "sound"),
            ),
            mouth=Mouth(engines.voice, sound.sink, config.listening.chime, sound.duck),
            open_mic=open_mic,
            room=config.room,
            echo_cancelled=config.audio.echo_cancellation,
        )
        assistant.api.listen = partial(push_to_talk, session)
        keys = Keys(session.press)
        await stack.enter_async_context(Outside(assistant))
        await stack.enter_async_context(Reachable(assistant))
        if config.audio.duck_others:
            others, resting = OtherSound(notes_file()), OPEN_RESTING if open_mic else RESTING
            await stack.enter_async_context(Ducking(assistant.bus, "sound", others, resting))
        listening()
        with keys:
            await session.run()
    return 0
