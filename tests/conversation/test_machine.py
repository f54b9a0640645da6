"""The turn machine: scripted conversations, named races, and random histories."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.conversation import machine as m
from assistant.conversation import messages as e
from assistant.conversation.machine import BargeIn, Phase, State, Timing, step
from assistant.conversation.machine.floor import MAX_WAITING

T = Timing()


def run(state: State, *events: e.Happening) -> tuple[State, list[e.Command]]:
    commands: list[e.Command] = []
    for event in events:
        state, more = step(state, event)
        commands += more
    return state, commands


def open_mic(**changes: object) -> State:
    return m.start(replace(State(open_mic=True), **changes))  # type: ignore[arg-type]


def spoken_turn(at: float = 0.0, turn: int = 1, text: str = "what time is it") -> list[e.Happening]:
    """A person says `text` from `at` to `at` + 1 s, and the turn is committed."""
    return [
        e.SpeechStarted(at, 16_000),
        e.SpeechStopped(at + 1.2, at + 1.0),
        e.TranscriptReady(at + 1.3, turn, 0, text),
        e.ParseReady(at + 1.31, turn, 0, "parse"),
        e.Tick(at + 1.0 + T.end_silence_s),
    ]


def answer(at: float, turn: int) -> list[e.Happening]:
    return [
        e.ReplyText(at, turn, "It is noon.", "template"),
        e.ReplyComplete(at, turn),
        e.ReplyHeard(at + 1, turn),
    ]


def test_one_turn_from_speech_to_rest() -> None:
    state, commands = run(open_mic(), *spoken_turn(), *answer(2, 1))
    assert commands == [
        e.StartRecognition(1, 0, 8_000),
        e.FinishRecognition(1, 0),
        e.Understand(1, 0, "what time is it"),
        e.Ask(1, "what time is it", "parse"),
        e.Say(1, "It is noon.", "template"),
        e.CloseReply(1),
        e.EndTurn(1, "answered"),
    ]
    assert state.phase is Phase.LISTENING
    assert state.deadline_s is None


def test_a_pause_for_breath_does_not_split_the_turn() -> None:
    state, commands = run(
        open_mic(),
        e.SpeechStarted(0, 16_000),
        e.SpeechStopped(1.2, 1.0),
        e.TranscriptReady(1.3, 1, 0, "set a timer for"),
        e.SpeechStarted(1.5, 40_000),
        e.TranscriptReady(1.55, 1, 0, "late news of the first half"),
        e.SpeechStopped(2.5, 2.3),
        e.TranscriptReady(2.6, 1, 1, "set a timer for five minutes"),
        e.Tick(2.95),
    )
    starts = [c for c in commands if isinstance(c, e.StartRecognition)]
    assert starts == [e.StartRecognition(1, 0, 8_000), e.StartRecognition(1, 1, 8_000)]
    assert [c for c in commands if isinstance(c, e.Ask)] == [e.Ask(1, "set a timer for five minutes", None)]
    assert state.phase is Phase.THINKING


def test_speech_after_the_end_of_turn_but_before_the_transcript_takes_the_turn_back() -> None:
    state, commands = run(
        open_mic(),
        e.SpeechStarted(0, 16_000),
        e.SpeechStopped(1.2, 1.0),
        e.Tick(1.7),  # the recogniser is slow
        e.SpeechStarted(1.8, 45_000),
        e.TranscriptReady(1.9, 1, 0, "turn on the"),
    )
    assert state.phase is Phase.USER_SPEAKING
    assert state.rev == 1
    assert not any(isinstance(c, e.Ask) for c in commands)


def paused(completeness: e.Completeness, understood_s: float) -> State:
    """A pause after speech that ended at 1.0 s, whose meaning is known at `understood_s`."""
    state, _ = run(
        open_mic(),
        e.SpeechStarted(0, 16_000),
        e.SpeechStopped(1.16, 1.0),
        e.TranscriptReady(understood_s, 1, 0, "some words"),
        e.ParseReady(understood_s, 1, 0, "parse", completeness),
    )
    return state


@pytest.mark.parametrize(
    ("completeness", "silence_s"),
    [
        (e.Completeness.COMPLETE, T.complete_silence_s),
        (e.Completeness.OPEN, T.end_silence_s),
        (e.Completeness.UNFINISHED, T.unfinished_silence_s),
    ],
)
def test_what_was_said_decides_how_long_a_silence_ends_the_turn(
    completeness: e.Completeness, silence_s: float
) -> None:
    state = paused(completeness, understood_s=1.2)
    _, early = step(state, e.Tick(1.0 + silence_s - 0.01))
    _, commands = step(state, e.Tick(1.0 + silence_s))
    assert (early, commands) == ([], [e.Ask(1, "some words", "parse")])


def test_a_complete_command_that_was_understood_late_ends_the_turn_at_once() -> None:
    _, commands = step(paused(e.Completeness.COMPLETE, understood_s=1.4), e.Tick(1.4))
    assert commands == [e.Ask(1, "some words", "parse")]


@pytest.mark.parametrize(
    ("completeness", "understood_s", "prepared"),
    [
        (e.Completeness.COMPLETE, 1.0 + T.complete_silence_s - 0.05, True),
        (
            e.Completeness.COMPLETE,
            1.0 + T.complete_silence_s - 0.01,
            False,
        ),  # the turn itself is about to come
        (e.Completeness.OPEN, 1.2, False),
        (e.Completeness.UNFINISHED, 1.2, False),
    ],
)
def test_only_what_is_complete_is_prepared_and_only_in_good_time(
    completeness: e.Completeness, understood_s: float, prepared: bool
) -> None:
    state, _ = run(
        open_mic(),
        e.SpeechStarted(0, 16_000),
        e.SpeechStopped(1.16, 1.0),
        e.TranscriptReady(understood_s, 1, 0, "some words"),
    )
    state, commands = step(state, e.ParseReady(understood_s, 1, 0, "parse", completeness))
    assert commands == ([e.Prepare(1, 0, "some words", "parse")] if prepared else [])
    assert not state.committed


def test_a_turn_is_not_closed_over_a_voice_that_may_just_go_on() -> None:
    over_s = 1.0 + T.complete_silence_s
    state = paused(e.Completeness.COMPLETE, understood_s=1.15)
    hinted, _ = step(state, e.SpeechHinted(over_s - 0.01))
    hinted, commands = step(hinted, e.Tick(over_s))
    assert commands == []
    _, commands = step(hinted, e.SpeechStarted(over_s + 0.1, 20_000))  # it was one
    assert commands == [e.StartRecognition(1, 1, 8_000)]
    _, commands = step(hinted, e.Tick(over_s - 0.01 + T.hint_s))  # it was a click
    assert commands == [e.Ask(1, "some words", "parse")]


def test_an_unfinished_sentence_that_goes_on_is_one_turn() -> None:
    state, commands = step(paused(e.Completeness.UNFINISHED, understood_s=1.2), e.SpeechStarted(2.0, 48_000))
    assert commands == [e.StartRecognition(1, 1, 8_000)]
    _, late = step(state, e.ParseReady(2.01, 1, 0, "of the first half", e.Completeness.COMPLETE))
    assert late == []


WAKE_END = 13_000 - T.wake_lag_samples


def test_wake_word_and_command_in_one_breath() -> None:
    state, commands = run(State(), e.SpeechStarted(0, 1_000), e.WakeWord(0.8, 13_000))
    assert (state.phase, commands) == (Phase.LISTENING, [])
    assert state.deadline_s is not None
    state, commands = run(state, e.Tick(state.deadline_s))
    assert commands == [e.StartRecognition(1, 0, WAKE_END)]
    assert state.phase is Phase.USER_SPEAKING


def test_wake_word_and_a_short_command_in_one_breath() -> None:
    state, commands = run(
        State(), e.SpeechStarted(0, 1_000), e.WakeWord(0.8, 13_000), e.SpeechStopped(1.19, 1.03)
    )
    assert commands == [e.StartRecognition(1, 0, WAKE_END), e.FinishRecognition(1, 0)]
    assert state.phase is Phase.PAUSED


def test_a_wake_word_alone_is_no_command() -> None:
    """The detector of voice still hears its end when the wake word is noticed."""
    events = (e.SpeechStarted(0, 1_000), e.WakeWord(0.8, 13_000), e.SpeechStopped(0.96, 0.8))
    state, commands = run(State(), *events, e.Tick(1.3), e.Tick(2.0))
    assert commands == [e.Acknowledge()]
    assert state.phase is Phase.LISTENING
    _, commands = run(state, e.SpeechStarted(2.5, 37_000))
    assert commands == [e.StartRecognition(1, 0, 29_000)]


def test_the_end_of_the_answer_is_no_command_either() -> None:
    speaking: list[e.Happening] = [*spoken_turn(), e.ReplyText(2, 1, "A long story.", "template")]
    state, commands = run(
        open_mic(), *speaking, e.SpeechStarted(2.5, 30_000), e.WakeWord(3, 48_000), e.SpeechStopped(3.4, 3.25)
    )
    assert commands[-3:] == [e.StopReply(1), e.EndTurn(1, "interrupted"), e.Acknowledge()]
    assert state.phase is Phase.LISTENING


def test_wake_word_then_a_pause_then_the_command_without_the_wake_word_in_it() -> None:
    _, commands = run(State(), e.WakeWord(0.8, 13_000), e.SpeechStarted(1.3, 15_000))
    assert commands == [e.Acknowledge(), e.StartRecognition(1, 0, WAKE_END)]


def test_without_a_wake_word_nothing_is_recognised() -> None:
    state, commands = run(State(), e.SpeechStarted(0, 1_000), e.SpeechStopped(1, 0.9))
    assert commands == []
    assert state.phase is Phase.IDLE


def test_wake_word_and_silence_ends_in_a_sentence() -> None:
    state, commands = run(State(), e.WakeWord(0, 0), e.Tick(T.no_speech_s))
    assert e.Say(1, m.NOTHING_HEARD, "notice") in commands
    assert state.phase is Phase.SPEAKING


def test_a_wake_word_that_needs_words_makes_no_sound_without() -> None:
    unsure = State(wake_needs_words=True)
    state, commands = run(unsure, e.WakeWord(0, 0), e.Tick(T.no_speech_s))
    assert (state.phase, commands) == (Phase.IDLE, [e.DropWake()])
    refused: list[e.Happening] = [
        e.WakeWord(0, 0),
        e.SpeechStarted(1, 20_000),
        e.SpeechStopped(1.4, 1.3),
        e.TranscriptReady(1.5, 1, 0, ""),
        e.Tick(1.9),
    ]
    state, commands = run(unsure, *refused)
    assert state.phase is Phase.IDLE
    assert commands[-2:] == [e.EndTurn(1, "nothing-heard"), e.DropWake()]
    assert not any(isinstance(command, e.Say | e.Acknowledge) for command in commands)


def test_with_words_it_is_a_turn_like_any_other() -> None:
    _, commands = run(State(wake_needs_words=True), e.WakeWord(0, 0), *spoken_turn(1.0))
    assert commands[-1] == e.Ask(1, "what time is it", "parse")
    assert e.DropWake() not in commands


def test_noise_on_an_open_microphone_is_not_answered() -> None:
    events: list[e.Happening] = [
        e.SpeechStarted(0, 0),
        e.SpeechStopped(0.4, 0.3),
        e.TranscriptReady(0.5, 1, 0, ""),
        e.Tick(0.9),
    ]
    state, commands = run(open_mic(), *events)
    assert commands[-1] == e.EndTurn(1, "nothing-heard")
    assert state.phase is Phase.LISTENING


def test_noise_after_a_wake_word_is_answered() -> None:
    events: list[e.Happening] = [
        e.SpeechStarted(1, 0),
        e.SpeechStopped(1.4, 1.3),
        e.TranscriptReady(1.5, 1, 0, ""),
        e.Tick(1.9),
    ]
    _, commands = run(State(), e.WakeWord(0, 0), *events)
    assert e.Say(1, m.NOT_UNDERSTOOD, "notice") in commands


def test_speech_does_not_interrupt_where_the_loudspeaker_could_be_the_speaker() -> None:
    speaking: list[e.Happening] = [*spoken_turn(), e.ReplyText(2, 1, "A long story.", "template")]
    state, commands = run(open_mic(), *speaking, e.SpeechStarted(3, 90_000), e.Tick(4))
    assert state.phase is Phase.SPEAKING
    assert not any(isinstance(c, e.StopReply) for c in commands)


def test_the_wake_word_interrupts_and_listens() -> None:
    speaking: list[e.Happening] = [*spoken_turn(), e.ReplyText(2, 1, "A long story.", "template")]
    state, commands = run(open_mic(), *speaking, e.WakeWord(3, 90_000))
    assert commands[-3:] == [e.StopReply(1), e.EndTurn(1, "interrupted"), e.Acknowledge()]
    assert state.phase is Phase.LISTENING


def test_an_announcement_waits_until_the_person_has_been_answered() -> None:
    state, commands = run(open_mic(), e.SpeechStarted(0, 16_000), e.Announcement(0.5, "Your timer is done."))
    assert not any(isinstance(c, e.Say) for c in commands)
    state, commands = run(state, *spoken_turn()[1:], *answer(2, 1))
    assert commands[-2:] == [e.Say(2, "Your timer is done.", "announcement"), e.CloseReply(2)]
    assert state.turn == 2


def test_an_announcement_waits_for_the_command_after_the_wake_word() -> None:
    state, commands = run(State(), e.WakeWord(0, 0), e.Announcement(1, "Your timer is done."))
    assert commands == [e.Acknowledge()]
    _, commands = run(state, e.Tick(T.no_speech_s), e.ReplyHeard(T.no_speech_s + 1, 1))
    assert e.Say(2, "Your timer is done.", "announcement") in commands


def test_who_talks_over_the_end_of_an_answer_is_heard() -> None:
    """Where the loudspeaker may be what is heard, the voice has to go on; with headphones it need not."""
    overlap: list[e.Happening] = [
        *spoken_turn(),
        e.ReplyText(2, 1, "It is noon.", "template"),
        e.ReplyComplete(2, 1),
        e.SpeechStarted(2.9, 40_000),
        e.ReplyHeard(3, 1),
    ]
    state, _ = run(open_mic(), *overlap)
    assert state.phase is Phase.LISTENING
    state, commands = run(state, e.Tick(3 + T.beyond_end_s))
    assert commands == [e.StartRecognition(2, 0, 32_000)]
    state, commands = run(open_mic(barge_in=BargeIn.SPEECH), *overlap)
    assert e.StartRecognition(2, 0, 32_000) in commands  # and its recognition goes on
    assert (state.phase, state.turn, state.rev) == (Phase.USER_SPEAKING, 2, 0)


def test_the_echo_of_an_answer_is_no_turn() -> None:
    history: list[e.Happening] = [
        e.WakeWord(0, 0),
        *spoken_turn(0.5),
        e.ReplyText(2.5, 1, "It is noon.", "template"),
        e.ReplyComplete(2.5, 1),
        e.SpeechStarted(2.7, 43_000),
        e.ReplyHeard(3.5, 1),
        e.SpeechStopped(3.8, 3.6),
    ]
    state, commands = run(State(), *history)
    assert commands[-1] == e.EndTurn(1, "answered")
    assert state.deadline_s == 3.8 + T.follow_up_s


def test_the_follow_up_window_closes() -> None:
    state = State(phase=Phase.THINKING, turn=1, committed=True)
    state, _ = run(state, *answer(2, 1))
    assert state.phase is Phase.LISTENING
    state, commands = run(state, e.Tick(3 + T.follow_up_s))
    assert (state.phase, commands) == (Phase.IDLE, [])


def test_a_dialogue_without_an_answer_is_not_silent() -> None:
    _, commands = run(open_mic(), *spoken_turn(), e.ReplyComplete(2, 1))
    assert e.Say(1, m.NOT_UNDERSTOOD, "notice") in commands


def test_a_turn_without_end_is_cut_and_answered() -> None:
    state, commands = run(open_mic(), e.SpeechStarted(0, 0), e.Tick(T.max_turn_s))
    assert commands[-1] == e.FinishRecognition(1, 0)
    assert state.phase is Phase.THINKING


# ── random histories ──────────────────────────────────────────────────────────────────────────────────────

turns = st.integers(0, 4)
revs = st.integers(0, 3)
texts = st.sampled_from(["", "stop", "okay", "what time is it"])
overs = st.sampled_from(["", "stop", "uh huh", "no the other"])
announced = st.sampled_from(["Tea is done.", "Wake up.", "Call Anna."])
gaps = st.floats(0.0, 8.0)


def happenings() -> st.SearchStrategy[e.Happening]:
    zero = st.just(0.0)
    return st.one_of(
        st.builds(e.WakeWord, zero, st.integers(0, 10**6)),
        st.builds(e.SpeechHinted, zero),
        st.builds(e.SpeechStarted, zero, st.integers(0, 10**6)),
        st.builds(e.SpeechStopped, zero, zero),
        st.builds(e.Tick, zero),
        st.builds(e.TranscriptReady, zero, turns, revs, texts),
        st.builds(e.PartialReady, zero, turns, revs, overs, overs),
        st.builds(e.ParseReady, zero, turns, revs, st.integers(), st.sampled_from(e.Completeness)),
        st.builds(e.Failed, zero, turns, st.just("It broke.")),
        st.builds(e.ReplyText, zero, turns, st.just("Yes."), st.just("template")),
        st.builds(e.Progress, zero, turns),
        st.builds(e.ReplyComplete, zero, turns, st.booleans()),
        st.builds(e.ReplyHeard, zero, turns),
        st.builds(e.Typed, zero, st.just("hello")),
        st.builds(e.Announcement, zero, announced, st.sampled_from(e.Priority), st.booleans()),
        st.builds(e.Interrupt, zero),
        st.builds(e.Leave, zero, turns),
        st.builds(e.CloseWindow, zero, st.just("music")),
        st.builds(e.Acknowledged, zero),
        st.builds(e.Pressed, zero, st.integers(0, 10**6), st.booleans()),
        st.builds(e.Released, zero),
    )


def timed(history: Iterable[tuple[float, e.Happening]]) -> list[e.Happening]:
    now, events = 0.0, []
    for gap, event in history:
        now += gap
        if isinstance(event, e.SpeechStopped):
            event = replace(event, at_s=now, voice_end_s=now - 0.2)
        else:
            event = replace(event, at_s=now)
        events.append(event)
    return events


histories = st.lists(st.tuples(gaps, happenings()), max_size=60).map(timed)
starts = st.builds(
    lambda mic, barge, words: m.start(State(open_mic=mic, barge_in=barge, wake_needs_words=words)),
    st.booleans(),
    st.sampled_from(BargeIn),
    st.booleans(),
)


@settings(max_examples=400, deadline=None)
@given(starts, histories)
def test_nothing_is_committed_twice_or_said_in_the_wrong_turn(
    state: State, history: list[e.Happening]
) -> None:
    asked: set[int] = set()
    ended: set[int] = set()
    for event in history:
        before = state
        state, commands = step(state, event)
        for command in commands:
            match command:
                case e.Ask():
                    assert command.turn not in asked
                    asked.add(command.turn)
                    if isinstance(event, e.TranscriptReady):
                        assert (event.turn, event.rev) == (before.turn, before.rev)
                case e.Say():
                    assert command.turn == state.turn
                    assert command.turn not in ended
                case e.EndTurn():
                    assert command.turn not in ended
                    ended.add(command.turn)
                case _:
                    pass
        assert state.turn >= before.turn


@settings(max_examples=400, deadline=None)
@given(starts, histories)
def test_no_history_deadlocks(state: State, history: list[e.Happening]) -> None:
    """When people and engines fall silent, deadlines alone bring the machine to rest."""
    now = 0.0
    for event in history:
        state, _ = step(state, event)
        now = event.at_s
    state, _ = step(state, e.SpeechStopped(now, now))
    for _ in range(4 * (MAX_WAITING + 2) + 4 * T.most_rings):
        if state.deadline_s is None:
            break
        now = max(now, state.deadline_s)
        state, _ = step(state, e.Tick(now))
    assert state.resting, state
    assert state.waiting == ()
    assert state.ringing == ()


@settings(max_examples=400, deadline=None)
@given(starts, histories)
def test_a_committed_turn_is_answered_interrupted_or_has_a_deadline(
    state: State, history: list[e.Happening]
) -> None:
    open_turns: set[int] = set()
    for event in history:
        state, commands = step(state, event)
        for command in commands:
            if isinstance(command, e.Ask):
                open_turns.add(command.turn)
            if isinstance(command, e.EndTurn):
                open_turns.discard(command.turn)
    if open_turns:
        assert open_turns == {state.turn}
        assert state.deadline_s is not None
