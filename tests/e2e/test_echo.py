"""An open loudspeaker beside the microphone: the assistant does not hear itself, and hears who talks over it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import ON_A_SOUND_CARD, Person
from tests.sound_card import SoundCard, sound_card

pytestmark = ON_A_SOUND_CARD


@pytest.fixture
def room() -> Iterator[SoundCard]:
    """The microphone hears the speaker at half its amplitude, some 40 ms later."""
    with sound_card() as card:
        card.control(
            "load-module", "module-loopback", "source=speaker.monitor", "sink=mic", "latency_msec=40"
        )
        stream = card.control("list", "short", "sink-inputs").split()[0]
        card.control("set-sink-input-volume", stream, "-6dB")
        yield card


def test_it_does_not_answer_itself_and_can_be_talked_over(
    person: Person, speech: Callable[..., Path], room: SoundCard
) -> None:
    person.extra = room.env
    with person.start("--set", "listening.mode=open", "run") as running:
        running.line("listening")
        room.say(speech("turn on the kitchen light"))
        running.line("did")  # its dialogue is awake now
        running.line("times")
        room.say(speech("what can you do"))
        assert "what can you do" in running.line("heard")
        assert "template" in running.line("said")
        running.line("times")  # ten seconds later: nothing interrupted it
        room.say(speech("turn off the kitchen light"))
        assert "turn off the kitchen light" in running.line("heard")  # and it did not answer itself
        running.line("times")
        heard = [line for line in running.lines if line.startswith("heard")]
        assert len(heard) == 3, heard

        room.say(speech("what can you do"))
        running.line("said")
        room.say(speech("what time is it"))  # over the answer
        assert "what time is it" in running.line("heard")
        assert [line for line in running.lines if line.startswith("interrupted")]
    assert running.process.returncode == 0
