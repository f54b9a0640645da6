"""The thinking half of a session: sentences to the dialogue, its answers to the turn machine."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from assistant.conversation import messages as m
from assistant.conversation.end_of_turn import EndOfTurn
from assistant.dialogue.client import DialogueUnavailable, Message, Parse, TurnDone
from assistant.dialogue.engine import Dialogue
from assistant.recognition.base import Hints
from assistant.safety.crisis import SOURCE, Help

log = logging.getLogger(__name__)

STILL_WAKING_UP = "I am still waking up. One moment, please."
DIALOGUE_FAILED = "Sorry, something went wrong inside me. Please say that again."
PROGRESS_S = 2.0  # while it waits for the dialogue, it says so often that it is alive


class Thinker:
    """One conversation with the dialogue, under the name `sender`. Loop thread.

    `on_understood` gets turn, text and parse of each turn that is committed, before the dialogue has it;
    `on_trouble` a sentence. `free_text_slots`: what the dialogue asks for that can be any words.
    `help_for`: what is said to somebody in danger, whom nothing else is asked about; `on_crisis` gets turn, text and
    kind of such a turn.
    Without `end_of_turn` all sentences are treated as if they might go on.
    """

    def __init__(
        self,
        sender: str,
        dialogue: Dialogue,
        *,
        clock: Callable[[], float],
        post: Callable[[m.Happening], None],
        on_understood: Callable[[int, str, Parse], None],
        on_trouble: Callable[[str], None],
        help_for: Callable[[str], Help | None],
        on_crisis: Callable[[int, str, str], None],
        free_text_slots: frozenset[str] = frozenset(),
        end_of_turn: EndOfTurn | None = None,
    ) -> None:
        self._sender = sender
        self._dialogue = dialogue
        self._clock = clock
        self._post = post
        self._on_understood = on_understood
        self._on_trouble = on_trouble
        self._help_for = help_for
        self._on_crisis = on_crisis
        self._free_text_slots = free_text_slots
        self._end_of_turn = end_of_turn
        self._requested_slot: str | None = None

    @property
    def question_open(self) -> bool:
        """The dialogue waits for the answer to a question of its own."""
        return self._requested_slot is not None

    def hints(self) -> Hints:
        """What is known now about what a person will say next."""
        return Hints(free_text=self._requested_slot in self._free_text_slots)

    async def understand(self, command: m.Understand) -> None:
        """Parse ahead of time; a failure here is no loss, for `ask` parses what has no parse."""
        if not self._dialogue.ready:
            return
        try:
            parse = await self._dialogue.parse(command.text)
        except DialogueUnavailable as error:
            log.info("no early parse: %s", error)
        except Exception:
            log.exception("the early parse failed")
        else:
            completeness, reason = m.Completeness.OPEN, ""
            if self._end_of_turn is not None:
                completeness, reason = self._end_of_turn.judge(command.text, parse, command.so_far)
            self._post(m.ParseReady(self._clock(), command.turn, command.rev, parse, completeness, reason))

    async def preview(self, command: m.Prepare) -> tuple[str, str]:
        """Text and source of what the answer begins with; empty where that cannot be known yet."""
        if not isinstance(command.parse, Parse):
            return "", ""
        try:
            messages = await self._dialogue.preview(self._sender, command.text, command.turn, command.parse)
        except DialogueUnavailable as error:
            log.info("no preview: %s", error)
        except Exception:
            log.exception("the preview failed")
        else:
            return next(((each.text, each.source) for each in messages if not each.spoken), ("", ""))
        return "", ""

    async def ask(self, command: m.Ask) -> None:
        """Hand the turn to the dialogue. Its actions run whatever happens to this reply."""
        turn = command.turn
        if self._helped(turn, command.text):
            return
        try:
            await self._awake(turn)
            parse = command.parse
            if not isinstance(parse, Parse):
                parse = await self._dialogue.parse(command.text)
            self._on_understood(turn, command.text, parse)
            await self._answer(turn, command.text, parse)
        except DialogueUnavailable as error:
            self._requested_slot = None
            self._on_trouble(str(error))
            self._post(m.Failed(self._clock(), turn, str(error)))
        except Exception:
            self._requested_slot = None
            log.exception("the dialogue failed")
            self._post(m.Failed(self._clock(), turn, DIALOGUE_FAILED))

    def _helped(self, turn: int, text: str) -> bool:
        """Somebody in danger is told where there is help, whatever works and whatever was being talked about."""
        try:
            found = self._help_for(text)
        except Exception:
            log.exception("whether somebody is in danger could not be found out")
            return False
        if found is None:
            return False
        self._on_crisis(turn, text, found.kind)
        self._post(m.ReplyText(self._clock(), turn, found.sentence, SOURCE))
        self._post(m.ReplyComplete(self._clock(), turn, asks=self.question_open))
        return True

    async def heard(self, text: str) -> None:
        """An answer of the dialogue was interrupted, and only this of it was heard."""
        try:
            await self._dialogue.heard(self._sender, text)
        except DialogueUnavailable as error:
            log.info("the dialogue was not told what was heard: %s", error)
        except Exception:
            log.exception("the dialogue was not told what was heard")

    async def _answer(self, turn: int, text: str, parse: Parse) -> None:
        async with contextlib.aclosing(self._dialogue.turn(self._sender, text, turn, parse)) as answer:
            async for news in answer:
                match news:
                    case Message(spoken=False):
                        self._post(m.ReplyText(self._clock(), turn, news.text, news.source))
                    case Message():
                        self._post(m.Progress(self._clock(), turn))
                    case TurnDone():
                        self._requested_slot = news.requested_slot
        self._post(m.ReplyComplete(self._clock(), turn, asks=self.question_open))

    async def _awake(self, turn: int) -> None:
        """Rasa takes seconds to load: say so at once, and keep the turn until it is there."""
        if self._dialogue.ready:
            return
        self._post(m.ReplyText(self._clock(), turn, STILL_WAKING_UP, "notice"))
        waiting = asyncio.ensure_future(self._dialogue.wait_ready())
        try:
            while not (await asyncio.wait({waiting}, timeout=PROGRESS_S))[0]:
                self._post(m.Progress(self._clock(), turn))
            waiting.result()
        finally:
            waiting.cancel()
