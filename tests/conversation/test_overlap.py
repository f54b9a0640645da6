"""The turn machine while a person talks over an answer, and when something is announced: by tables, and for random
histories. What people notice of it is in test_talking_over.py."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings

from assistant.conversation import messages as e
from assistant.conversation.machine import BargeIn, Phase, State, Timing, step
from assistant.conversation.machine.floor import MAX_WAITING
from assistant.conversation.machine.words import Said, judge, only_stops
from tests.conversation.test_machine import histories, run, spoken_turn, starts

T = Timing()
TALKING = State(phase=Phase.SPEAKING, turn=1, committed=True, deadline_s=10.0, barge_in=BargeIn.SPEECH)
VOICE = e.SpeechStarted(3.0, 48_000)
SILENT = e.Tick(3.0 + T.held_after_s(0))
OVER = e.SpeechStopped(3.6, 3.4)
START = e.StartRecognition(2, 0, 40_000)
TAKEN: list[e.Command] = [e.StopReply(1), e.EndTurn(1, "interrupted"), e.Duck(down=False)]
BACK: list[e.Command] = [e.CancelRecognition(2), e.Duck(down=False), e.Resume(1)]


def words(text: str, at_s: float = 3.3, rev: int = 0) -> e.PartialReady:
    return e.PartialReady(at_s, 2, rev, text, text)


def final(text: str, at_s: float = 3.7, turn: int = 2, rev: int = 0) -> e.TranscriptReady:
    return e.TranscriptReady(at_s, turn, rev, text)


def test_a_voice_makes_the_answer_quieter_at_once_and_silent_when_it_goes_on() -> None:
    state, commands = run(TALKING, VOICE)
    assert (state.phase, commands) == (Phase.DUCKED, [e.Duck(down=True), START])
    state, commands = run(state, SILENT)
    assert (state.phase, commands) == (Phase.HELD, [e.Hold(1)])


TABLE: dict[str, tuple[list[e.Happening], list[e.Command], Phase]] = {
    "words, and the voice goes on": (
        [words("no the other one"), e.Tick(SILENT.at_s + T.words_s)],
        TAKEN,
        Phase.USER_SPEAKING,
    ),
    "words that are gone when the answer is silent": (
        [words("turn it off", at_s=3.1), e.SpeechStopped(3.38, 3.2), final("", at_s=3.4)],
        [e.FinishRecognition(2, 0), *BACK],
        Phase.SPEAKING,
    ),
    "too much voice, whatever it is": ([e.Tick(SILENT.at_s + T.barge_in_s)], TAKEN, Phase.USER_SPEAKING),
    "a listener's uh-huh, so far": ([words("uh huh")], [], Phase.HELD),
    "words that the assistant is saying, so far": ([words("")], [], Phase.HELD),
    "words of another revision": ([words("turn it off", rev=1)], [], Phase.HELD),
    "words of the turn that is being answered": ([final("what time is it", turn=1)], [], Phase.HELD),
    "a voice that ended is being decided": ([OVER], [e.FinishRecognition(2, 0)], Phase.HELD),
    "a cough": ([OVER, final("")], [e.FinishRecognition(2, 0), *BACK], Phase.SPEAKING),
    "uh-huh": ([OVER, final("yeah right")], [e.FinishRecognition(2, 0), *BACK], Phase.SPEAKING),
    "a recogniser that never answers": (
        [OVER, e.Tick(3.6 + T.verdict_s)],
        [e.FinishRecognition(2, 0), *BACK],
        Phase.SPEAKING,
    ),
    "a recogniser that fails": (
        [OVER, e.Failed(3.7, 2, "It broke.")],
        [e.FinishRecognition(2, 0), *BACK],
        Phase.SPEAKING,
    ),
    "words that are known only at their end": (
        [OVER, final("the other one")],
        [e.FinishRecognition(2, 0), *TAKEN, e.Understand(2, 0, "the other one")],
        Phase.PAUSED,
    ),
    "the rest of the answer is heard meanwhile": (
        [e.ReplyComplete(3.1, 1), e.ReplyHeard(3.2, 1)],
        [e.CloseReply(1), e.Duck(down=False), e.EndTurn(1, "answered")],
        Phase.USER_SPEAKING,
    ),
    "more text of the answer": (
        [e.ReplyText(3.2, 1, "More.", "template")],
        [e.Say(1, "More.", "template")],
        Phase.HELD,
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_over_an_answer(name: str) -> None:
    events, expected, phase = TABLE[name]
    state, commands = run(run(TALKING, VOICE, SILENT)[0], *events)
    assert (commands, state.phase) == (expected, phase)


def test_a_late_result_of_a_cough_is_not_credited_to_the_next_words() -> None:
    state, _ = run(TALKING, VOICE, SILENT, OVER, e.Tick(6.0), e.SpeechStarted(7.0, 112_000), e.Tick(7.2))
    assert state.phase is Phase.HELD
    state, commands = run(state, final("turn off the light", at_s=7.3, rev=0))
    assert (commands, state.phase) == ([], Phase.HELD)
    _, commands = run(state, words("turn it on", rev=1), e.Tick(7.7))
    assert commands == TAKEN


def test_in_lasting_noise_the_answer_is_silenced_ever_later() -> None:
    """So an echo that nobody takes away cannot keep it at one word."""
    state, held_s = TALKING, []
    for _ in range(5):
        state, _ = run(state, VOICE)
        assert state.deadline_s is not None
        held_s.append(round(state.deadline_s - VOICE.at_s, 3))
        state, _ = run(state, OVER, final("", rev=state.next_rev))
    assert held_s == [0.0, 0.2, 0.8, 0.8, 0.8]


def test_the_answer_stays_silent_while_it_is_decided_whether_a_voice_goes_on() -> None:
    state, commands = run(TALKING, VOICE, SILENT, OVER, e.SpeechStarted(3.65, 58_000), final("stop"))
    assert state.phase is Phase.HELD
    assert commands[-1] == e.StartRecognition(2, 1, 40_000)


def test_in_answer_to_a_question_yes_is_no_backchannel() -> None:
    events: list[e.Happening] = [e.ReplyComplete(2.5, 1, asks=True), VOICE, SILENT, OVER, final("yes")]
    state, _ = run(TALKING, *events)
    assert (state.phase, state.transcript) == (Phase.PAUSED, "yes")


def test_stop_silences_before_the_end_of_the_sentence_and_is_no_turn_for_the_dialogue() -> None:
    state, commands = run(TALKING, VOICE, words("stop", at_s=3.02))  # not even held yet
    assert commands[2:] == TAKEN
    _, commands = run(state, OVER, final("stop"), e.Tick(4.1))
    assert commands == [e.FinishRecognition(2, 0), e.Understand(2, 0, "stop"), e.EndTurn(2, "stopped")]


def test_stop_works_though_the_final_is_doubtful() -> None:
    state, commands = run(TALKING, VOICE, SILENT, words("stop"), OVER, final(""), e.Tick(4.1))
    assert commands[-1] == e.EndTurn(2, "stopped")
    assert state.phase is Phase.LISTENING


def test_stop_with_more_words_is_a_turn() -> None:
    _, commands = run(TALKING, VOICE, SILENT, words("stop"), OVER, final("stop the timer"), e.Tick(4.1))
    assert commands[-1] == e.Ask(2, "stop the timer", None)


@pytest.mark.parametrize(
    ("text", "said", "only"),
    [
        ("", Said.NOTHING, False),
        ("uh-huh, yeah", Said.BACKCHANNEL, False),
        ("I see. Okay.", Said.BACKCHANNEL, False),
        ("stop", Said.STOP, True),
        ("okay, stop it please", Said.STOP, True),
        ("that's enough", Said.STOP, True),
        ("be quiet", Said.STOP, True),
        ("stop the timer", Said.STOP, False),
        ("cancel the pasta timer", Said.STOP, False),
        ("do not stop", Said.WORDS, False),
        ("okay turn it off", Said.WORDS, False),
    ],
)
def test_what_words_mean(text: str, said: Said, only: bool) -> None:
    assert (judge(text), only_stops(text)) == (said, only)


def test_stop_words_are_the_owners() -> None:
    assert judge("basta", ("basta",)) is Said.STOP
    assert judge("stop", ("basta",)) is Said.WORDS


# ── announcements ─────────────────────────────────────────────────────────────────────────────────────────

TEA = e.Announcement(3.0, "Tea is done.", e.Priority.TIMER, rings=True)
MAIL = e.Announcement(3.1, "There is mail.")
WAKE = e.Announcement(3.2, "Wake up.", e.Priority.ALARM, rings=True)


def said(commands: list[e.Command]) -> list[str]:
    return [command.text for command in commands if isinstance(command, e.Say)]


def test_what_waited_is_said_in_one_go_the_most_important_first_and_once() -> None:
    state, commands = run(replace(TALKING, closed=True), TEA, MAIL, MAIL, WAKE)
    assert commands == []
    state, commands = run(state, e.ReplyHeard(4, 1))
    assert commands[1:] == [
        e.Ring(2),
        e.Say(2, "Wake up.", "announcement"),
        e.Say(2, "Tea is done.", "announcement"),
        e.Say(2, "There is mail.", "announcement"),
        e.CloseReply(2),
    ]
    assert state.waiting == ()


def test_it_waits_for_the_end_of_a_voice_that_may_be_a_turn() -> None:
    """The loudspeaker may be what is heard beyond the end of an answer; then it is said right after."""
    talking = replace(TALKING, closed=True, barge_in=BargeIn.WAKE_WORD)
    state, commands = run(talking, VOICE, e.ReplyHeard(3.1, 1), MAIL, e.CloseWindow(3.15, "music"))
    assert said(commands) == []
    assert said(run(state, e.SpeechStopped(3.4, 3.2))[1]) == [MAIL.text]


def test_too_many_lose_the_least_important() -> None:
    notices = [replace(MAIL, text=f"Notice {number}.") for number in range(MAX_WAITING)]
    state, _ = run(replace(TALKING, closed=True), *notices, WAKE)
    _, commands = run(state, e.ReplyHeard(4, 1))
    assert len(said(commands)) == MAX_WAITING
    assert said(commands)[0] == "Wake up."


def rung(state: State) -> list[float]:
    """When it rings though nobody says anything; each takes a second."""
    times = []
    while state.deadline_s is not None:
        at_s = state.deadline_s
        state, commands = step(state, e.Tick(at_s))
        if said(commands):
            times.append(at_s)
            state, _ = step(state, e.ReplyHeard(at_s + 1, state.turn))
    return times


def ringing() -> State:
    state, _ = run(State(), TEA, e.ReplyHeard(4.0, 1))
    return state


def test_a_timer_rings_on_ever_more_slowly_and_not_for_ever() -> None:
    times = [3.0, *rung(ringing())]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert len(times) == T.most_rings
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (T.ring_s, T.most_ring_s)


@pytest.mark.parametrize(
    "notice",
    [
        [e.Interrupt(4.5)],
        [e.Acknowledged(4.5)],
        [e.Typed(4.5, "thanks"), e.ReplyComplete(5, 2), e.ReplyHeard(6, 2)],
        [
            *spoken_turn(4.5, turn=2, text="thanks"),
            e.ReplyText(7, 2, "You are welcome.", "template"),
            e.ReplyComplete(7, 2),
            e.ReplyHeard(8, 2),
        ],
    ],
)
def test_whoever_takes_notice_silences_it(notice: list[e.Happening]) -> None:
    state, _ = run(ringing(), *notice)
    assert state.ringing == ()
    assert rung(state) == []


def test_stop_over_a_ringing_timer_silences_it() -> None:
    state, _ = run(State(barge_in=BargeIn.SPEECH), TEA, VOICE, SILENT)
    state, commands = run(state, words("stop"), OVER, final("stop"), e.Tick(4.1))
    assert commands[-1] == e.EndTurn(2, "stopped")
    assert rung(state) == []


def test_noise_is_no_notice() -> None:
    noise: list[e.Happening] = [
        e.SpeechStarted(4.5, 70_000),
        e.SpeechStopped(4.9, 4.8),
        e.TranscriptReady(5, 2, 0, ""),
        e.Tick(5.4),
    ]
    state, _ = run(ringing(), *noise)
    assert len(rung(state)) == T.most_rings - 1


# ── the follow-up window ──────────────────────────────────────────────────────────────────────────────────


def answered(*before: e.Happening) -> State:
    return run(replace(TALKING, closed=True), *before, e.ReplyHeard(4, 1))[0]


def test_the_window_stays_closed_after_thanks_and_closes_when_music_begins() -> None:
    assert answered().phase is Phase.LISTENING
    assert answered(e.Leave(3, 1)).phase is Phase.IDLE
    assert answered(e.Leave(3, 0)).phase is Phase.LISTENING  # of another turn
    assert run(answered(), e.CloseWindow(5, "music"))[0].phase is Phase.IDLE
    assert answered(e.CloseWindow(3, "music")).phase is Phase.IDLE  # begun by this turn, answered first
    assert run(State(), e.WakeWord(0, 0), e.CloseWindow(1, "music"))[0].phase is Phase.LISTENING


# ── random histories ──────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=300, deadline=None)
@given(starts, histories)
def test_a_reply_that_is_over_is_never_resumed_held_or_spoken_on(
    state: State, history: list[e.Happening]
) -> None:
    over: set[int] = set()
    held = False
    for event in history:
        state, commands = step(state, event)
        for command in commands:
            match command:
                case e.EndTurn():
                    over.add(command.turn)
                    held = False
                case e.Hold():
                    assert command.turn not in over
                    held = True
                case e.Resume():
                    assert held
                    assert command.turn not in over
                    held = False
                case e.Say() | e.Ring() | e.CloseReply():
                    assert command.turn not in over
                case _:
                    pass
        assert held == (state.phase is Phase.HELD)  # never silent without being held, nor the other way round


@settings(max_examples=300, deadline=None)
@given(starts, histories)
def test_it_is_quieter_exactly_while_somebody_speaks_over_it(
    state: State, history: list[e.Happening]
) -> None:
    ducked = False
    for event in history:
        state, commands = step(state, event)
        for command in commands:
            if isinstance(command, e.Duck):
                assert command.down is not ducked
                ducked = command.down
        assert ducked == state.overlapping
        if state.overlapping:
            assert state.deadline_s is not None


@settings(max_examples=300, deadline=None)
@given(starts, histories)
def test_results_are_only_taken_for_what_was_begun_last(state: State, history: list[e.Happening]) -> None:
    """No two recognitions have the same turn and revision, and what is asked is of the latest."""
    begun: list[tuple[int, int]] = []
    for event in history:
        state, commands = step(state, event)
        for command in commands:
            match command:
                case e.StartRecognition():
                    assert (command.turn, command.rev) not in begun
                    begun.append((command.turn, command.rev))
                case e.Ask() if isinstance(event, e.TranscriptReady):
                    assert begun[-1] == (event.turn, event.rev)
                case _:
                    pass


@settings(max_examples=300, deadline=None)
@given(starts, histories)
def test_no_announcement_is_lost_or_said_twice(state: State, history: list[e.Happening]) -> None:
    """Each is said as often as it was announced while it was not waiting already (what rings: at least that)."""
    due: dict[str, int] = {}
    told: dict[str, int] = {}
    rings: set[str] = set()
    for event in history:
        if isinstance(event, e.Announcement):
            waits = any(
                event.text == other.text for other in state.waiting if isinstance(other, e.Announcement)
            )
            due[event.text] = due.get(event.text, 0) + (not waits)
            rings |= {event.text} if event.rings else set()
        state, commands = step(state, event)
        for command in commands:
            if isinstance(command, e.Say) and command.source == "announcement":
                told[command.text] = told.get(command.text, 0) + 1
    if len(state.waiting) >= MAX_WAITING:
        return
    for text, count in due.items():
        still = sum(text == other.text for other in state.waiting if isinstance(other, e.Announcement))
        if text in rings:
            assert told.get(text, 0) + still >= count
        else:
            assert told.get(text, 0) + still == count
