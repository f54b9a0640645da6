"""One utterance on its way through the router."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from assistant.recognition.base import (
    Hints,
    LooksAhead,
    OnPartial,
    Partial,
    Recognizer,
    RecognizerUnavailable,
    Transcript,
)
from assistant.recognition.decision import Decision, Meaning, Opinion
from assistant.recognition.policy import (
    Choice,
    Look,
    Thresholds,
    Verdict,
    Whose,
    first_look,
    second_look,
    without_whisper,
    worth_asking,
)
from assistant.recognition.second_opinion import Said, SecondOpinion
from audio.frames import SAMPLE_RATE_HZ, Pcm

MAX_UTTERANCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for what others think, in seconds of the clock."""

    judge_s: float = 0.25  # for the understanding: a command must not wait for it long
    check_s: float = 1.0  # for Whisper's reading of the free part, where all else is sure
    answer_s: float = 8.0  # for Whisper otherwise


class Panel(Protocol):
    """Those who are asked, and the rules."""

    embedded: Recognizer
    whisper: Recognizer | None
    thresholds: Thresholds
    patience: Patience
    clock: Callable[[], float]

    async def judge(self, text: str) -> Meaning | None: ...


@dataclass(frozen=True, slots=True)
class _Heard:
    """The embedded recogniser's result, what it means, and when that was known."""

    transcript: Transcript
    meaning: Meaning | None
    verdict: Verdict
    took_s: float


class RoutedStream:
    """A `RecognitionStream` that takes hints."""

    def __init__(self, panel: Panel, on_partial: OnPartial | None) -> None:
        self.hints = Hints()
        self._panel = panel
        self._on_partial = on_partial
        self._so_far = ""  # the words of the live pass
        self._sound: list[Pcm] = []  # for Whisper, should it be asked
        self._samples = 0
        self.embedded = panel.embedded.stream(self._understood_so_far)
        self._second: SecondOpinion | None = None
        self._early: tuple[str, asyncio.Task[Meaning | None]] | None = None  # what the words of a pause mean
        self._ahead = False
        self._over = False
        self._finished_s = 0.0  # when the utterance was over

    def feed(self, pcm: Pcm) -> None:
        room = int(MAX_UTTERANCE_S * SAMPLE_RATE_HZ) - self._samples
        if self._over or room <= 0:
            return
        block = np.array(pcm[:room], dtype=np.int16)  # a copy: the caller may use its buffer again
        self.embedded.feed(block)
        self._samples += block.size
        if self._panel.whisper is not None:
            self._sound.append(block)

    def look_ahead(self) -> None:
        """As in `LooksAhead`, by the embedded recogniser and the understanding. Whether Whisper is needed is known only
        afterwards."""
        if self._over or not isinstance(self.embedded, LooksAhead):
            return
        self.embedded.look_ahead()
        self._judge_ahead(self._so_far)

    async def finish(self) -> Transcript:
        if self._over:
            raise RuntimeError("this utterance is already finished or cancelled")
        self._over = True
        self._finished_s = self._panel.clock()
        if self._panel.whisper is not None:
            self._second = SecondOpinion(self._panel.whisper, self._sound, self._panel.clock)
        try:
            if self.hints.free_text:
                return await self._free_text()
            return await self._command()
        finally:
            self.cancel()

    def cancel(self) -> None:
        self._over = True
        self._sound.clear()
        self.embedded.cancel()
        if self._early is not None:
            self._early[1].cancel()
        if self._second is not None:
            self._second.cancel()

    def _understood_so_far(self, partial: Partial) -> None:
        self._so_far = partial.text
        if self._on_partial is not None:
            self._on_partial(partial)

    # ── the two ways ──────────────────────────────────────────────────────────────────────────────────────

    async def _command(self) -> Transcript:
        """The embedded recogniser's words where they stand, else what both have to say."""
        limits, second = self._panel.thresholds, self._second
        try:
            heard = await self._listen()
        except RecognizerUnavailable as error:
            if second is None:
                raise
            said = await second.result(self._panel.patience.answer_s)
            return self._taken(Choice(Whose.WHISPER, f"the embedded recogniser failed: {error}"), said=said)
        verdict = heard.verdict
        if verdict.look is Look.TAKE:
            return self._taken(Choice(Whose.EMBEDDED, verdict.reason), heard)
        left = without_whisper(heard.transcript, heard.meaning, verdict, limits)
        if second is None or not worth_asking(heard.transcript):
            return self._taken(left, heard)
        patience = self._panel.patience
        patience_s = patience.answer_s
        if verdict.look is Look.CHECK:
            patience_s = min(patience_s, patience.check_s)
        try:
            said = await second.result(patience_s)
        except RecognizerUnavailable as error:
            return self._taken(replace(left, reason=f"{verdict.reason}, but Whisper failed: {error}"), heard)
        meaning = await self._panel.judge(said.transcript.text)
        choice = second_look(heard.transcript, heard.meaning, verdict, said.transcript, meaning, limits)
        return self._taken(choice, heard, said, meaning)

    async def _free_text(self) -> Transcript:
        """Whisper's words; the embedded recogniser's only where there are none of Whisper's."""
        if self._second is None:
            heard = await self._listen()
            whose = Whose.EMBEDDED if heard.transcript.text else Whose.NOBODY
            return self._taken(Choice(whose, "free text, but there is no Whisper model"), heard)
        why = "the dialogue waits for free text"
        try:
            said = await self._second.result(self._panel.patience.answer_s)
        except RecognizerUnavailable as error:
            heard = await self._listen()
            left = without_whisper(heard.transcript, heard.meaning, heard.verdict, self._panel.thresholds)
            return self._taken(replace(left, reason=f"{why}, but Whisper failed: {error}"), heard)
        if said.transcript.text:
            return self._taken(Choice(Whose.WHISPER, why), said=said)
        heard = await self._listen()
        whose = Whose.NOBODY if heard.verdict.look is Look.ASK else Whose.EMBEDDED
        why = f"{why}, but Whisper understood nothing ({said.transcript.reason})"
        return self._taken(Choice(whose, why), heard, said)

    # ── the embedded recogniser ───────────────────────────────────────────────────────────────────────────

    async def _listen(self) -> _Heard:
        """Its result with the meaning. Meanwhile the understanding looks at the words of the live pass: mostly
        they are the same, and where they are no command Whisper need not wait for the second pass."""
        so_far, early = self._judge_ahead(self._so_far)
        whisper = asyncio.create_task(self._whisper_early(early), name="early judgement")
        try:
            transcript = await self.embedded.finish()
            meaning = await (early if transcript.text == so_far else self._panel.judge(transcript.text))
        finally:
            whisper.cancel()
            early.cancel()
        verdict = first_look(transcript, meaning, self._panel.thresholds)
        return _Heard(transcript, meaning, verdict, self._since())

    def _judge_ahead(self, so_far: str) -> tuple[str, asyncio.Task[Meaning | None]]:
        """What these words mean, asked for once."""
        if self._early is None or self._early[0] != so_far:
            if self._early is not None:
                self._early[1].cancel()
            task = asyncio.create_task(self._panel.judge(so_far), name="meaning of the words so far")
            task.add_done_callback(_noted)
            self._early = (so_far, task)
        return self._early

    async def _whisper_early(self, early: asyncio.Task[Meaning | None]) -> None:
        """Where the words so far are no command Whisper begins at once."""
        await asyncio.wait([early])
        meaning = None if early.cancelled() or early.exception() is not None else early.result()
        if meaning is None or self._second is None or self._second.begun:
            return
        if meaning.free_words or meaning.confidence < self._panel.thresholds.judge:
            self._ahead = True
            self._second.begin()

    # ── the result ────────────────────────────────────────────────────────────────────────────────────────

    def _since(self) -> float:
        return self._panel.clock() - self._finished_s

    def _taken(
        self,
        choice: Choice,
        heard: _Heard | None = None,
        said: Said | None = None,
        said_meaning: Meaning | None = None,
    ) -> Transcript:
        """The transcript of the one chosen, with the grounds."""
        if said is not None and (choice.whose is Whose.WHISPER or heard is None):
            transcript = said.transcript
        else:
            assert heard is not None
            transcript = heard.transcript
        if choice.whose is Whose.NOBODY:
            transcript = replace(transcript, text="", words=(), alternatives=())
        reason = _with_own(choice.reason, transcript.reason)
        decision = Decision(
            reason=reason,
            embedded=None if heard is None else _opinion(heard.transcript, heard.took_s, heard.meaning),
            whisper=None if said is None else _opinion(said.transcript, said.took_s, said_meaning),
            asked_whisper=self._second is not None and self._second.begun,
            ahead=self._ahead,
            took_s=self._since(),
        )
        return replace(transcript, reason=reason, compute_s=decision.took_s, decision=decision)


def _noted(task: "asyncio.Task[Meaning | None]") -> None:
    """A failure that nobody waits for is none."""
    if not task.cancelled():
        task.exception()


def _opinion(transcript: Transcript, took_s: float, meaning: Meaning | None) -> Opinion:
    return Opinion(transcript.text, transcript.confidence, transcript.reason, took_s, meaning)


def _with_own(reason: str, own: str) -> str:
    """The router's reason before the engine's."""
    return reason if not own or own in reason else f"{reason}; {own}"
