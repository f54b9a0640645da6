"""A person talks over the answer: it becomes quieter, then silent, and then either theirs or goes on.

What is spoken over an answer is recognised from its first sample on as the *next* turn, so nothing of its beginning
is lost if it becomes one, and nothing of it can be credited to the turn that is being answered. If it is none, its
revision is used up (`State.next_rev`), so that a late result is never taken for something else.

    SPEAKING ─voice─▶ DUCKED ─goes on─▶ HELD ─words, or too long─▶ the next turn: USER_SPEAKING, PAUSED
        ▲                └── ends ────────┴─ no words, or only "uh-huh" ─▶ back, from the word that was cut
        └───────────────────────────────────────────────────────────────────┘
"""

from dataclasses import replace

from assistant.conversation.machine.floor import silence
from assistant.conversation.machine.state import Phase, State, Step, new_turn
from assistant.conversation.machine.words import Said, judge
from assistant.conversation.messages import (
    CancelRecognition,
    Command,
    Duck,
    FinishRecognition,
    Hold,
    PartialReady,
    Resume,
    SpeechStopped,
    StartRecognition,
    TranscriptReady,
    Understand,
)


def began(state: State, at_s: float, from_sample: int) -> Step:
    """A voice over the answer."""
    state = replace(
        state,
        phase=Phase.DUCKED,
        from_sample=from_sample,
        overlap_s=at_s,
        deadline_s=at_s + state.timing.held_after_s(state.false_alarms),
    )
    return state, [Duck(down=True), _recognise(state)]


def voice_again(state: State, at_s: float) -> Step:
    """The voice goes on before it was decided what it meant: the words so far and these are one."""
    ducked = state.phase is Phase.DUCKED
    wait_s = state.timing.held_after_s(state.false_alarms) if ducked else state.timing.barge_in_s
    state = replace(state, next_rev=state.next_rev + 1, overlap_s=at_s, deadline_s=at_s + wait_s)
    return state, [_recognise(state)]


def voice_ended(state: State, event: SpeechStopped) -> Step:
    """A cough, or a word: the recogniser says which. The answer stays silent until then."""
    state = replace(state, voice_end_s=event.voice_end_s, deadline_s=event.at_s + state.timing.verdict_s)
    return state, [FinishRecognition(state.turn + 1, state.next_rev)]


def partial(state: State, event: PartialReady) -> Step:
    """Words so far. `text` may still change, and is only trusted to stop the answer.

    Words count when the voice still goes on a while after the answer fell silent: what is left of its echo does not,
    and is then judged as a whole, with all doubts that a recogniser has at the end.
    """
    if not _is_candidate(state, event):
        return state, []
    if judge(event.text, state.stop_words) is Said.STOP:
        return take_turn(replace(state, stopped=True), event.at_s)
    if state.phase is Phase.HELD and state.voice and _counts(state, judge(event.steady, state.stop_words)):
        return replace(state, deadline_s=max(state.overlap_s + state.timing.words_s, event.at_s)), []
    return state, []


def transcript(state: State, event: TranscriptReady) -> Step:
    """All that was said over the answer, while its turn was not yet decided."""
    if not _is_candidate(state, event):
        return state, []
    said = judge(event.text, state.stop_words)
    if not _counts(state, said):
        return resume(state, event.at_s)
    state, commands = take_turn(replace(state, stopped=said is Said.STOP), event.at_s)
    state = replace(state, transcript=event.text)
    return state, [*commands, Understand(state.turn, state.rev, event.text, event.so_far)]


def deadline(state: State, at_s: float) -> Step:
    """The voice went on: silence, and after that the floor is the person's. Or the recogniser is overdue."""
    if not state.voice:
        return resume(state, at_s)
    if state.phase is Phase.DUCKED:
        deadline_s = at_s + state.timing.barge_in_s  # from when nothing is heard of the answer any more
        return replace(state, phase=Phase.HELD, overlap_s=at_s, deadline_s=deadline_s), [Hold(state.turn)]
    return take_turn(state, at_s)


def resume(state: State, at_s: float) -> Step:
    """It was nothing: the answer goes on with the word at which it was cut."""
    commands: list[Command] = [CancelRecognition(state.turn + 1), Duck(down=False)]
    if state.phase is Phase.HELD:
        commands.append(Resume(state.turn))
    state = replace(
        state,
        phase=Phase.SPEAKING,
        next_rev=state.next_rev + 1,
        false_alarms=state.false_alarms + 1,
        deadline_s=at_s + state.timing.stall_s,
    )
    return state, commands


def take_turn(state: State, at_s: float) -> Step:
    """The answer is over for good, and what is being said is the next turn. Its recognition goes on as it is."""
    state, commands = silence(state, candidate_stays=True)
    return as_turn(state, at_s), commands


def as_turn(state: State, at_s: float) -> State:
    """What was spoken over the answer is a turn now, whose voice may have ended already."""
    cut_s = at_s + state.timing.max_turn_s
    stopped = state.stopped
    after = replace(new_turn(state), over_answer=True, stopped=stopped, cut_s=cut_s)
    if state.voice:
        return replace(after, phase=Phase.USER_SPEAKING, deadline_s=cut_s)
    deadline_s = max(state.voice_end_s + state.timing.end_silence_s, at_s)
    return replace(after, phase=Phase.PAUSED, deadline_s=deadline_s)


def _recognise(state: State) -> StartRecognition:
    return StartRecognition(state.turn + 1, state.next_rev, state.from_sample)


def _is_candidate(state: State, event: PartialReady | TranscriptReady) -> bool:
    return state.overlapping and (event.turn, event.rev) == (state.turn + 1, state.next_rev)


def _counts(state: State, said: Said) -> bool:
    """Where something was asked, "yes" is an answer."""
    return said in (Said.WORDS, Said.STOP) or (said is Said.BACKCHANNEL and state.asks)
