"""The person's side: from a wake word or a voice to the turn that is handed to the dialogue."""

from dataclasses import replace

from assistant.conversation.machine import floor, overlap
from assistant.conversation.machine.floor import never_mind, rest, say_only, silence
from assistant.conversation.machine.state import BargeIn, Phase, State, Step, new_turn, then
from assistant.conversation.machine.words import Said, judge, only_stops
from assistant.conversation.messages import (
    Acknowledge,
    Ask,
    Command,
    Completeness,
    DropWake,
    EndTurn,
    FinishRecognition,
    ParseReady,
    Prepare,
    SpeechHinted,
    SpeechStarted,
    SpeechStopped,
    StartRecognition,
    TranscriptReady,
    Understand,
    WakeWord,
)

NOT_UNDERSTOOD = "Sorry, I did not catch that."


def wake_word(state: State, event: WakeWord) -> Step:
    """The command may follow in the same breath; if the voice ends here, it is waited for."""
    commands: list[Command] = []
    tail_s = state.timing.wake_tail_s
    if state.answering:
        if state.barge_in is BargeIn.OFF:
            return state, []
        state, commands = silence(state)
        tail_s += state.timing.echo_tail_s
    elif not state.resting:
        return state, []  # part of what the person is saying anyway
    begin = max(event.sample - state.timing.wake_lag_samples, 0)
    state = replace(state, phase=Phase.LISTENING, woken=True, from_sample=begin, key_sample=0)
    state = replace(state, unsure=state.wake_needs_words)
    if not state.voice:
        return then(await_command(state, event.at_s), commands)
    over_s = event.at_s + tail_s
    return replace(state, wake_over_s=over_s, deadline_s=over_s + state.timing.hangover_s), commands


def speech_hinted(state: State, event: SpeechHinted) -> State:
    """A turn is not closed over a person who may just be going on."""
    if state.phase is not Phase.PAUSED or state.deadline_s is None:
        return state
    return replace(state, deadline_s=max(state.deadline_s, event.at_s + state.timing.hint_s))


def speech_started(state: State, event: SpeechStarted) -> Step:
    begin = max(event.sample - state.timing.pre_roll_samples, 0)
    match state.phase:
        case Phase.LISTENING if state.woken and event.sample < state.key_sample:
            return replace(state, deadline_s=event.at_s + state.timing.hangover_s), []
        case Phase.LISTENING:
            if state.woken:
                begin = max(begin, state.from_sample)  # not the wake word itself
            return begin_turn(state, event.at_s, begin)
        case Phase.USER_SPEAKING if state.held:
            return replace(state, woken=True), []  # so there is something to be understood
        case Phase.PAUSED:
            return take_back(state)
        case Phase.THINKING if not state.committed:
            return take_back(state) if event.at_s < state.cut_s else (state, [])
        case Phase.SPEAKING if state.barge_in is BargeIn.SPEECH:
            return overlap.began(state, event.at_s, begin)
        case Phase.DUCKED | Phase.HELD:
            return overlap.voice_again(state, event.at_s)
        case Phase.IDLE | Phase.SPEAKING | Phase.THINKING:  # see `first_text` and `answered` in answer.py
            return replace(state, from_sample=begin), []
        case _:
            return state, []


def speech_stopped(state: State, event: SpeechStopped) -> Step:
    match state.phase:
        case Phase.USER_SPEAKING if state.held:
            return state, []
        case Phase.USER_SPEAKING:
            deadline = max(event.voice_end_s + state.timing.end_silence_s, event.at_s)
            state = replace(state, voice_end_s=event.voice_end_s)
            # The recogniser finishes during the closing silence; if speech goes on the result is thrown away.
            state = replace(state, phase=Phase.PAUSED, deadline_s=deadline)
            return state, [FinishRecognition(state.turn, state.rev)]
        case Phase.DUCKED | Phase.HELD:  # a cough does not lose the answer
            return overlap.voice_ended(state, event)
        case Phase.LISTENING if not state.woken:  # it was the end of the answer's echo
            return rest(state, event.at_s)  # and what waited for its end comes now
        case Phase.LISTENING if event.voice_end_s > state.wake_over_s:  # a short command, in one breath
            state, commands = begin_turn(state, event.at_s, state.from_sample)
            return then(speech_stopped(state, event), commands)
        case Phase.LISTENING if state.key_sample:  # it was over when the key was pressed
            return replace(state, deadline_s=event.at_s + state.timing.no_speech_s), []
        case Phase.LISTENING:  # it was the wake word alone
            return await_command(state, event.at_s)
        case _:
            return state, []


def begin_turn(state: State, at_s: float, from_sample: int) -> Step:
    """A new turn, whose speech begins at `from_sample`."""
    cut_s = at_s + state.timing.max_turn_s
    state = replace(
        new_turn(state), phase=Phase.USER_SPEAKING, from_sample=from_sample, cut_s=cut_s, deadline_s=cut_s
    )
    return state, [StartRecognition(state.turn, state.rev, from_sample)]


def transcript(state: State, event: TranscriptReady) -> Step:
    if state.overlapping:
        return overlap.transcript(state, event)
    if not state.awaits(event.turn, event.rev):
        return state, []
    state = replace(state, transcript=event.text)
    if state.phase is Phase.THINKING:
        return commit(state, event.at_s)
    return state, [Understand(state.turn, state.rev, event.text, event.so_far)] if event.text else []


def parsed(state: State, event: ParseReady) -> Step:
    """What was said decides how long a silence ends the turn."""
    if not state.awaits(event.turn, event.rev):
        return state, []
    state = replace(state, parse=event.parse)
    if state.phase is Phase.PAUSED:
        silence_s = state.timing.closing_silence_s(event.completeness)
        deadline_s = max(state.voice_end_s + silence_s, event.at_s)
        state = replace(state, deadline_s=deadline_s)
        time_left = deadline_s - event.at_s >= state.timing.prepare_s
        if event.completeness is Completeness.COMPLETE and time_left:
            return state, [Prepare(state.turn, state.rev, state.transcript or "", event.parse)]
    return state, []


def commit(state: State, at_s: float) -> Step:
    """The end of the turn was decided and its transcript is there."""
    said = judge(state.transcript or "", state.stop_words)
    if state.stopped and (not state.transcript or only_stops(state.transcript, state.stop_words)):
        return then(rest(floor.acknowledged(state), at_s), [EndTurn(state.turn, "stopped")])
    if not state.transcript or (state.over_answer and said is Said.BACKCHANNEL):
        if state.woken and state.unsure:
            return then(never_mind(state, at_s), [EndTurn(state.turn, "nothing-heard"), DropWake()])
        if state.woken:
            return say_only(state, at_s, NOT_UNDERSTOOD)
        return then(rest(state, at_s), [EndTurn(state.turn, "nothing-heard")])
    state = replace(floor.acknowledged(state), committed=True, deadline_s=at_s + state.timing.think_s)
    return state, [Ask(state.turn, state.transcript or "", state.parse)]


def end_turn(state: State, at_s: float) -> Step:
    """Nothing more is waited for, whatever comes: it is cut for length, or a key says so."""
    deadline_s = at_s + state.timing.think_s
    match state.phase:
        case Phase.USER_SPEAKING:
            state = replace(state, phase=Phase.THINKING, cut_s=at_s, deadline_s=deadline_s)
            return state, [FinishRecognition(state.turn, state.rev)]
        case Phase.PAUSED:
            state = replace(state, phase=Phase.THINKING, deadline_s=deadline_s)
            return commit(state, at_s) if state.transcript is not None else (state, [])
        case _:
            return state, []


def await_command(state: State, at_s: float) -> Step:
    chime: list[Command] = [] if state.unsure else [Acknowledge()]
    return replace(state, deadline_s=at_s + state.timing.no_speech_s), chime


def take_back(state: State) -> Step:
    """Speech goes on before anything was committed: the same turn, from its beginning, as a new revision."""
    state = replace(
        state,
        phase=Phase.USER_SPEAKING,
        rev=state.rev + 1,
        transcript=None,
        parse=None,
        deadline_s=state.cut_s,
    )
    return state, [StartRecognition(state.turn, state.rev, state.from_sample)]
