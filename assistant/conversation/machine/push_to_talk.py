"""A key in place of the wake word: pressed and released, or pressed once.

Held down, the turn lasts until the key is released, whatever the pauses. Pressed once, it begins a turn that ends
as always; pressed again before that, the turn is over now, or where nothing was said yet, not begun at all. Both
silence an answer, whatever `barge_in` says: nobody presses a key by coughing.

A key that is never released (its program died) is no trap: the turn is cut at its greatest length.
"""

from dataclasses import replace

from assistant.conversation.machine.floor import never_mind, silence
from assistant.conversation.machine.person import await_command, begin_turn, end_turn, take_back
from assistant.conversation.machine.state import BargeIn, Phase, State, Step, then
from assistant.conversation.messages import Command, Pressed, Released


def pressed(state: State, event: Pressed) -> Step:
    """The person wants to speak, or has spoken."""
    commands: list[Command] = []
    own_voice = False
    state = replace(state, unsure=False)
    if state.answering:
        # Where the loudspeaker may be what is heard, neither the voice nor the sound before now is the person's.
        own_voice = state.barge_in is not BargeIn.SPEECH
        state, commands = silence(state)
    elif not state.resting:
        return _within_turn(state, event)
    elif state.woken and not event.hold:
        return never_mind(state, event.at_s)
    begin = event.sample if own_voice else max(event.sample - state.timing.pre_roll_samples, 0)
    if event.hold:
        state = replace(state, woken=state.voice and not own_voice)
        return then(_held(begin_turn(state, event.at_s, begin)), commands)
    state = replace(state, phase=Phase.LISTENING, woken=True, from_sample=begin)
    if not state.voice:
        state = replace(state, key_sample=event.sample, wake_over_s=event.at_s)
        return then(await_command(state, event.at_s), commands)
    if not own_voice:
        return then(begin_turn(state, event.at_s, begin), commands)
    over_s = event.at_s + state.timing.echo_tail_s
    deadline_s = over_s + state.timing.hangover_s
    return replace(state, key_sample=0, wake_over_s=over_s, deadline_s=deadline_s), commands


def released(state: State, event: Released) -> Step:
    """What was said while the key was down is the turn."""
    if not state.holding:
        return state, []
    return end_turn(replace(state, voice_end_s=event.at_s), event.at_s)


def _within_turn(state: State, event: Pressed) -> Step:
    """The person is speaking already, or has just stopped."""
    if not event.hold:
        return end_turn(state, event.at_s)
    if state.phase is Phase.USER_SPEAKING:
        return _held((state, []))
    if event.at_s < state.cut_s:
        return _held(take_back(state))
    return state, []


def _held(step: Step) -> Step:
    state, commands = step
    return replace(state, held=True), commands
