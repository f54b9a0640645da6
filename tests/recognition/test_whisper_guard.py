"""What Whisper writes unasked never goes on; what people say does."""

import math

import pytest

from assistant.config.model import Whisper
from assistant.recognition.whisper_guard import Evidence, believed, doubt, objection, probability
from assistant.recognition.whisper_hotwords import Hotwords, names_to_expect
from assistant.recognition.whisper_phrases import doubled, is_credit, repeats
from assistant.recognition.whisper_reading import Reading, better, single
from assistant.recognition.whisper_windows import WINDOWS_S, window_for


def heard(text: str, **marks: float) -> Evidence:
    """A text with the marks of clear speech, but for those that are given."""
    return Evidence(
        text,
        audio_s=marks.get("audio_s", 2.0),
        log_probability=marks.get("log_probability", -0.2),
        no_speech=marks.get("no_speech", 0.03),
        compression=marks.get("compression", 0.9),
        voice_s=marks.get("voice_s", 1.2),
        cut_off=bool(marks.get("cut_off")),
        echo=bool(marks.get("echo")),
        short=bool(marks.get("short", True)),
    )


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for watching!",
        "Thank you for watching.",
        "Thank you so much for watching this video.",
        "Thank you for your attention.",
        "Please subscribe to my channel.",
        "Like and subscribe!",
        "Don't forget to subscribe.",
        "See you in the next video!",
        "Thanks for watching! See you next time.",
        "Subtitles by the Amara.org community",
        "Captions by Anonymous",
        "Transcription by CastingWords",
        "Copyright 2019 Somebody",
        "www.example.com",
        "Hit the like button and the bell",
    ],
)
def test_credits_are_never_said(text: str) -> None:
    assert is_credit(text)
    assert objection(heard(text)) == "a subtitle, not what was said"


@pytest.mark.parametrize(
    "text",
    [
        "remind me to subscribe to the newspaper tomorrow",
        "add thanks for watching the cat to my note",
        "what is the copyright of this song",
        "put see you next time on the list",
        "is there a bell",
        "turn on the light",
    ],
)
def test_sentences_that_hold_such_words_are(text: str) -> None:
    assert not is_credit(text)
    assert objection(heard(text)) == ""


@pytest.mark.parametrize("text", ["[Music]", "(applause)", "♪♪♪", "*coughs*", "[BLANK_AUDIO]", "♪ la la ♪"])
def test_sounds_are_no_words(text: str) -> None:
    assert objection(heard(text)) in ("a sound, not words", "no speech in it")


def test_sounds_and_credits_around_words_are_left_out() -> None:
    assert believed(heard("[music] Turn on the light. Thanks for watching!")) == "Turn on the light."
    assert believed(heard("Stop. Thank you.")) == "Stop. Thank you."


@pytest.mark.parametrize(
    "text", ["Thank you.", "you", "Bye.", "Okay", "Thank you. Thank you.", "I don't know."]
)
def test_a_courtesy_is_believed_where_somebody_spoke_clearly(text: str) -> None:
    assert objection(heard(text)) == ""
    assert objection(heard(text, no_speech=0.5)) == "no speech in it"
    assert objection(heard(text, log_probability=-0.9)) == "no speech in it"
    assert objection(heard(text, voice_s=0.05)) == "no voice in it"


def test_voice_must_be_enough_for_the_words() -> None:
    assert objection(heard("thank you very much", voice_s=0.2)) == "no speech in it"
    assert objection(heard("thank you very much", voice_s=0.8)) == ""


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        (heard(""), "no speech in it"),
        (heard(". . . . ."), "no speech in it"),
        (heard("na na na na na na", compression=3.0), "the text repeats itself"),
        (heard("bed, bed, bed, bed, bed, bed"), "the text repeats itself"),
        (heard("the end of the end of the end of the"), "the text repeats itself"),
        (heard("the the of it", log_probability=-1.4), "too unsure of the words"),
        (heard("a b c d e f g h i j k l m n", audio_s=0.5), "more words than can be said in that time"),
        (heard("turn on the light", voice_s=0.0), "no voice in it"),
    ],
)
def test_objections(evidence: Evidence, why: str) -> None:
    assert objection(evidence) == why


@pytest.mark.parametrize(
    "text", ["no no no", "stop stop stop", "call call me maybe", "bye bye", "two two four two"]
)
def test_people_repeat_themselves_too(text: str) -> None:
    assert not repeats(text)


def test_what_a_short_window_doubles_is_looked_at_again_and_in_the_longest_it_was_said() -> None:
    assert doubled("turn on the light, turn on the light")
    assert doubled("no, no")
    assert doubled("turn it on, turn it on, turn")
    assert not doubled("turn on the light. Turn on the")
    assert not doubled("turn on the light")
    assert doubt(heard("Stop, stop, stop")) == "the text says everything twice"
    assert doubt(heard("Stop, stop, stop", short=False)) == ""


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        (heard("turn on the light"), ""),
        (heard("turn on the light", log_probability=-1.2), "too unsure of the words"),
        (heard("turn on the light and the", cut_off=True), "the text was cut off"),
        (heard("turn on the light", no_speech=0.8), "words where it heard no speech"),
        (heard("kitchen, bedroom, hall", echo=True), "it lists the names that it was told to expect"),
        (heard("", voice_s=1.0), "no speech in it"),
        (heard("", voice_s=0.2), ""),  # not worth the time
        (heard("you", voice_s=0.0), ""),
        (heard("Turn", voice_s=1.2), "too few words for so much voice"),
        (heard("Turn", voice_s=0.4), ""),
    ],
)
def test_doubts(evidence: Evidence, why: str) -> None:
    assert doubt(evidence) == why


def reading(*pieces: Evidence, window_s: int = 5) -> Reading:
    return Reading(pieces, window_s)


def test_the_second_reading_is_taken_where_it_is_better() -> None:
    first = reading(heard("light, light on the kitchen", log_probability=-1.3))
    second = reading(heard("turn on the kitchen light", log_probability=-0.4, short=False), window_s=30)
    decoded = better(first, second)
    assert decoded.text == "turn on the kitchen light"
    assert decoded.reason == (
        "the second reading (30 s window), because of the first: too unsure of the words"
    )
    assert decoded.confidence == pytest.approx(math.exp(-0.4) * 0.97)


def test_the_first_reading_stands_where_the_second_is_worse() -> None:
    first = reading(heard("turn on the light", no_speech=0.7))
    second = reading(heard("term of delight", log_probability=-1.5, short=False), window_s=30)
    decoded = better(first, second)
    assert decoded.text == "turn on the light"
    assert decoded.reason.startswith("the first reading, after a second one")


def test_of_two_without_objection_the_other_is_an_alternative() -> None:
    first = reading(heard("turn on the light and the", cut_off=True))
    second = reading(heard("turn on the light and the lamp", short=False), window_s=30)
    assert better(first, second).text == "turn on the light and the lamp"
    assert better(first, second).alternatives == ("turn on the light and the",)


def test_where_both_are_bad_there_is_nothing() -> None:
    bad = reading(heard("Thanks for watching!"), window_s=30)
    decoded = better(reading(heard("bed bed bed bed bed bed")), bad)
    assert (decoded.text, decoded.confidence) == ("", 0.0)
    assert decoded.reason == "a subtitle, not what was said"


def test_an_echo_stands_only_where_it_is_heard_without_the_list_too() -> None:
    echo = reading(heard("kitchen, bedroom, hall", echo=True))
    assert better(echo, reading(heard("you", no_speech=0.8), window_s=30)).text == ""
    assert better(echo, reading(heard("Catch a bad room hall"), window_s=30)).text == "Catch a bad room hall"
    assert better(echo, reading(heard("Kitchen, bedroom, hall."), window_s=30)).text


def test_a_bad_piece_of_long_speech_costs_nothing_of_the_rest() -> None:
    decoded = single(
        reading(
            heard("I went to the shop."),
            heard("Thanks for watching!"),
            heard("And bought some milk."),
            heard("you", no_speech=0.9),
        )
    )
    assert decoded.text == "I went to the shop. And bought some milk."


def test_confidence_is_a_probability() -> None:
    assert 0.0 <= probability(heard("x", log_probability=-30.0, no_speech=1.0)) <= 1.0
    assert single(reading()).confidence == 0.0


@pytest.mark.parametrize(
    ("speech_s", "shortest_s", "longest_s", "window_s"),
    [(0.5, 5, 30, 5), (2.5, 5, 30, 5), (2.6, 5, 30, 10), (9.0, 5, 30, 15), (29.0, 5, 30, 30), (55.0, 5, 30, 30),
     (1.0, 30, 30, 30), (1.0, 7.5, 30, 10), (1.0, 5, 4, 4), (12.0, 5, 8, 8)],
)  # fmt: skip
def test_the_window_holds_the_speech(
    speech_s: float, shortest_s: float, longest_s: int, window_s: int
) -> None:
    assert window_for(speech_s, shortest_s=shortest_s, longest_s=longest_s) == window_s
    assert tuple(sorted(WINDOWS_S)) == WINDOWS_S


def test_names_come_in_turns_and_the_owner_s_own_first() -> None:
    groups = (("Siobhan", "Anna"), ("disco ball",), ("kitchen", "hall"))
    assert names_to_expect(Whisper(hotwords="Xylophone, hall"), groups) == (
        "Xylophone", "hall", "Siobhan", "disco ball", "kitchen", "Anna",
    )  # fmt: skip
    assert names_to_expect(Whisper(hotwords="Xylophone", expect_names=False), groups) == ("Xylophone",)
    assert names_to_expect(Whisper(), ()) == ()


def test_the_list_of_names_is_bounded_by_tokens() -> None:
    names = [f"name{number}" for number in range(500)]
    hotwords = Hotwords(names, lambda text: 3 * len(text.split()))
    assert hotwords.text.startswith("Name0, name1")
    assert hotwords.text.endswith("name32.")
    assert Hotwords([], len).text == ""


def test_an_echo_of_the_list_is_told_from_a_sentence_with_names() -> None:
    hotwords = Hotwords(["kitchen", "floor lamp", "milk", "bread", "shopping list"], len)
    assert hotwords.echoed("Kitchen, floor lamp, milk.")
    assert hotwords.echoed("milk, milk, milk, milk")
    assert hotwords.echoed("kitchen floor lamp milk bread shopping")
    assert not hotwords.echoed("bread, milk")
    assert not hotwords.echoed("milk, bread, kitchen")  # not the list's order
    assert not hotwords.echoed("turn on the floor lamp in the kitchen")
    assert not Hotwords([], len).echoed("anything")
