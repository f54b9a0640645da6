"""Pipecat's local pipeline: what `benchmarks.pipecat` starts with the Python of this folder's environment.

    python agent.py --whisper FOLDER --voice FILE.onnx --answer TEXT [--tuned]

Microphone → Whisper → turns (Silero, smart-turn) → the answer → Piper → loudspeaker: Pipecat's own transport,
services and defaults. Pipecat has no dialogue engine, and a language model would be a third party's delay:
in its place `Answer` gives the same answer to every turn, at once. What happens is told on standard output, a
line of JSON each: {"event": "ready" | "turn", …}. Nothing is fetched: both models come from folders.
"""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

# Before anything is imported that looks at them: models come from folders, and nothing is reported anywhere.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # ONNX Runtime 1.32 sends usage data to its maker

from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import (
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.piper.tts import PiperTTSService
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transports.local.audio import LocalAudioTransport, LocalAudioTransportParams
from pipecat.workers.runner import WorkerRunner

SAMPLE_RATE_HZ = 16_000
TUNED_VAD = VADParams(start_secs=0.1)
"""Half of the default: a person who speaks over an answer is heard sooner. The end of speech stays as it is."""
TUNED_CHUNKS_10MS = 2
"""Sound is written to the device 20 ms at a time, not 40."""


class Answer(FrameProcessor):  # type: ignore[misc]  # untyped outside of its own environment
    """In the place of the language model."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        for part in (LLMFullResponseStartFrame(), LLMTextFrame(self._text), LLMFullResponseEndFrame()):
            await self.push_frame(part)


def tell(event: str, **facts: Any) -> None:
    print(json.dumps({"event": event} | facts), flush=True)


def pipeline(arguments: argparse.Namespace) -> Pipeline:
    """Microphone to loudspeaker, with the default settings or the tuned ones."""
    chunks = {"audio_out_10ms_chunks": TUNED_CHUNKS_10MS} if arguments.tuned else {}
    transport = LocalAudioTransport(
        LocalAudioTransportParams(audio_in_enabled=True, audio_out_enabled=True, **chunks)
    )
    vad = SileroVADAnalyzer(params=TUNED_VAD if arguments.tuned else None)
    context = LLMContextAggregatorPair(LLMContext(), user_params=LLMUserAggregatorParams(vad_analyzer=vad))
    user = context.user()

    @user.event_handler("on_user_turn_stopped")  # type: ignore[untyped-decorator]
    async def on_user_turn_stopped(_aggregator: Any, _strategy: Any, message: Any) -> None:
        tell("turn", text=(message.content or "").strip())

    voice: Path = arguments.voice
    return Pipeline(
        [
            transport.input(),
            WhisperSTTService(
                device="cpu", settings=WhisperSTTService.Settings(model=str(arguments.whisper))
            ),
            user,
            Answer(arguments.answer),
            PiperTTSService(download_dir=voice.parent, settings=PiperTTSService.Settings(voice=voice.stem)),
            transport.output(),
            context.assistant(),
        ]
    )


async def run(arguments: argparse.Namespace) -> None:
    worker = PipelineWorker(
        pipeline(arguments),
        params=PipelineParams(audio_in_sample_rate=SAMPLE_RATE_HZ, audio_out_sample_rate=SAMPLE_RATE_HZ),
        idle_timeout_secs=None,
    )

    @worker.event_handler("on_pipeline_started")  # type: ignore[untyped-decorator]
    async def on_pipeline_started(_worker: Any, _frame: Any) -> None:
        tell("ready")

    runner = WorkerRunner(handle_sigterm=True)
    await runner.add_workers(worker)
    await runner.run()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--whisper", type=Path, required=True, help="folder of a faster-whisper model")
    parser.add_argument("--voice", type=Path, required=True, help="a Piper voice's .onnx file")
    parser.add_argument("--answer", required=True, help="what every turn is answered with")
    parser.add_argument("--tuned", action="store_true", help="other than default settings: see TUNED_…")
    arguments = parser.parse_args()
    logger.remove()
    logger.add(sys.stderr, level="WARNING")
    asyncio.run(run(arguments))


if __name__ == "__main__":
    main()
