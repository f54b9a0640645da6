"""What keeps the assistant harmless, and the test that proves each of it.

A control without a test that passes is none: `tests/proof.py` fails the run. Functions are those of NIST's AI Risk
Management Framework 1.0 (NIST AI 100-1), articles those of the EU's AI Act (Regulation 2024/1689).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Function = Literal["GOVERN", "MAP", "MEASURE", "MANAGE"]
Outcome = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Control:
    """`risk`: what may go wrong without it. `where`: files or folders of the implementation. `tests`: node ids of
    pytest, without parameters. `articles`: such as 50(1)."""

    name: str
    risk: str
    what: str
    functions: tuple[Function, ...]
    where: tuple[str, ...]
    tests: tuple[str, ...]
    articles: tuple[str, ...] = ()


CONTROLS: tuple[Control, ...] = (
    Control(
        "It says that it is an AI",
        "People take it for a person.",
        "It says so before the first words of a language model at each place, after every three hours of talk with "
        "one, and whenever it is asked; no generated sentence may say otherwise.",
        ("GOVERN", "MANAGE"),
        ("assistant/safety/disclosure.py", "assistant/safety/rules", "rasa_project/domain/conversation.yml"),
        (
            "tests/generation/test_answerer.py::test_before_the_first_words_of_a_model_it_says_what_it_is",
            "tests/safety/test_disclosure.py::test_each_place_is_told_once_and_again_after_hours_of_talk",
            "tests/safety/test_disclosure.py::test_it_is_remembered_over_a_restart",
            "tests/safety/test_gate.py::test_a_claim_to_be_human_is_never_said",
            "tests/dialogue/test_understanding.py::test_who_asks_whether_it_is_a_person_is_told_the_truth",
        ),
        ("50(1)",),
    ),
    Control(
        "One gate before the voice",
        "A language model says what harms, insults or misleads.",
        "Every generated sentence is checked together with the one before it, before it is spoken; a check that fails "
        "or is late counts as a no.",
        ("MEASURE", "MANAGE"),
        ("assistant/safety/gate.py", "assistant/safety/rules"),
        (
            "tests/safety/test_gate.py::test_a_slow_guard_is_a_no",
            "tests/safety/test_gate.py::test_a_guard_that_fails_is_a_no",
            "tests/generation/test_answerer.py::test_nothing_forbidden_is_said_wherever_it_stands_between_the_tokens",
            "tests/generation/test_answerer.py::test_a_forbidden_word_across_two_sentences_is_never_whole",
            "tests/safety/test_sets.py::test_forbidden_sentences_are_blocked_and_fine_ones_pass",
        ),
    ),
    Control(
        "Secrets are not recited",
        "A model gives away keys, or what it was told to be.",
        "Keys of the configuration and sentences of the prompt are blocked in answers.",
        ("MANAGE",),
        ("assistant/safety/rule_guard.py",),
        (
            "tests/safety/test_gate.py::test_secrets_of_the_configuration_and_the_prompt_are_not_recited",
            "tests/generation/test_answerer_http.py::test_a_model_that_recites_its_instructions_is_cut_off",
        ),
    ),
    Control(
        "Crisis path",
        "Somebody in danger is answered by a machine that makes things up.",
        "Recognised before understanding and model; a fixed answer says where there is help.",
        ("MAP", "MANAGE"),
        ("assistant/safety/crisis.py", "assistant/safety/referral.py"),
        (
            "tests/safety/test_crisis.py::test_it_needs_no_dialogue",
            "tests/safety/test_crisis.py::test_neither_dialogue_nor_model_get_to_know_of_it_and_talk_goes_on",
            "tests/safety/test_sets.py::test_people_in_danger_are_heard_and_idioms_are_not",
            "tests/oversight/test_reviews.py::test_a_crisis_is_one_item",
        ),
    ),
    Control(
        "What is read gives no orders",
        "A document, a tool's result or a sentence tells the model to do something else.",
        "They reach the model as data, marked as such; orders in them are left out.",
        ("MEASURE", "MANAGE"),
        ("assistant/generation/answerer.py", "assistant/safety/screen.py"),
        (
            "tests/generation/test_answerer.py::test_passages_are_shown_to_the_model_as_data_that_cannot_end_its_marks",
            "tests/generation/test_answerer.py::test_a_question_that_gives_orders_reaches_no_model",
            "tests/generation/test_tools.py::test_a_result_that_gives_orders_is_not_shown_to_the_model",
            "tests/safety/test_sets.py::test_attacks_are_found_and_everyday_sentences_pass",
            "tests/documents/test_quote.py::test_nothing_in_a_text_can_end_its_quotation",
        ),
    ),
    Control(
        "A model only proposes",
        "A language model acts on its own.",
        "Its tool calls are those of a guest; what is risky is asked of a person, whose yes only counts from the same "
        "place, in time, and once.",
        ("GOVERN", "MANAGE"),
        (
            "assistant/generation/tools.py",
            "assistant/services/registry.py",
            "assistant/services/confirmations.py",
        ),
        (
            "tests/generation/test_tools.py::test_no_sequence_of_outputs_does_what_policy_does_not_allow",
            "tests/generation/test_answerer_http.py::test_a_model_is_a_guest_wherever_it_is_asked_from",
            "tests/services/test_policy.py::test_neither_a_model_nor_the_assistants_own_voice_says_yes",
        ),
    ),
    Control(
        "Who may do what",
        "Somebody has done what is not theirs to decide.",
        "One registry for all channels; roles by place; what is not known is a guest's, what is not classified is "
        "forbidden.",
        ("GOVERN", "MANAGE"),
        ("assistant/services/policy.py", "assistant/services/registry.py"),
        (
            "tests/services/test_policy.py::test_the_matrix_of_roles_and_risks",
            "tests/services/test_policy.py::test_nothing_unknown_or_wrong_is_ever_done",
        ),
    ),
    Control(
        "A yes before what is risky",
        "A misheard word unlocks a door.",
        "Read back and confirmed aloud: from the same place, within 15 seconds, once, for one thing.",
        ("MANAGE",),
        ("assistant/services/confirmations.py",),
        (
            "tests/services/test_policy.py::test_a_yes_counts_from_the_same_place_in_time",
            "tests/services/test_policy.py::test_a_yes_counts_once_and_for_one_thing",
        ),
    ),
    Control(
        "Answers with their source",
        "It makes facts up.",
        "The owner's documents come before a model and are cited; without any answer it says that it does not know.",
        ("MEASURE", "MANAGE"),
        ("assistant/documents", "assistant/generation/answerer.py"),
        (
            "tests/generation/test_answerer.py::test_the_owners_documents_come_before_a_model_and_are_cited",
            "tests/generation/test_answerer.py::test_without_a_model_it_is_honest_and_does_not_wait",
            "tests/documents/test_library.py::test_an_answer_names_its_source_and_what_is_not_said_is_not_answered",
        ),
    ),
    Control(
        "Switches",
        "It cannot be stopped.",
        "no-model, no-actions and mute: by voice, command line or a file; at once, over a restart, and on where that "
        "cannot be found out.",
        ("GOVERN", "MANAGE"),
        ("assistant/oversight/switches.py", "assistant/services/oversight.py"),
        (
            "tests/oversight/test_switches.py::test_a_folder_that_cannot_be_read_counts_as_on",
            "tests/oversight/test_switches.py::test_it_holds_over_a_restart",
            "tests/oversight/test_services.py::test_no_service_acts_while_actions_are_off_on_any_channel",
            "tests/oversight/test_services.py::test_going_on_needs_a_yes_of_the_same_place",
            "tests/generation/test_answerer.py::test_a_model_that_is_switched_off_is_not_asked_and_stops_in_mid_sentence",
        ),
    ),
    Control(
        "Review queue",
        "The same mistake is made again and nobody looks.",
        "What was not understood twice, blocked, complained of, or may be a crisis is kept for the owner; what they "
        "put right is learned, and checked from then on.",
        ("MEASURE", "MANAGE"),
        ("assistant/oversight/reviews.py", "assistant/dialogue/corrections.py"),
        (
            "tests/oversight/test_reviews.py::test_a_blocked_sentence_is_one_item_with_what_was_asked",
            "tests/oversight/test_reviews.py::test_two_in_a_row_that_were_not_understood_are_one_item_of_that_kind",
            "tests/oversight/test_corrections.py::test_a_correction_is_training_data_and_changes_the_model",
        ),
    ),
    Control(
        "Feedback without reading feelings",
        "Satisfaction is guessed from how people sound.",
        "People say it or click it; apart from that only what they do next is counted, from words and never from tone.",
        ("MEASURE",),
        ("assistant/oversight/satisfaction.py",),
        (
            "tests/oversight/test_reviews.py::test_what_people_say_of_an_answer_is_kept_with_its_turn",
            "tests/oversight/test_satisfaction.py::test_another_wish_in_similar_words_and_the_same_later_are_none",
        ),
        ("50(3)",),
    ),
    Control(
        "Limits",
        "One caller, or a model, keeps everybody else waiting.",
        "Calls for each place, person and service, turns of each caller, requests to models in an hour; what stops "
        "something always may.",
        ("MANAGE",),
        (
            "assistant/services/rate.py",
            "assistant/generation/budget.py",
            "assistant/channels/conversations.py",
        ),
        (
            "tests/oversight/test_services.py::test_a_flood_from_one_place_is_no_matter_elsewhere_nor_for_what_stops",
            "tests/channels/test_conversations.py::test_who_asks_too_much_is_refused_and_nobody_else_waits",
            "tests/generation/test_budget.py::test_after_so_many_it_says_so_and_goes_on_later",
        ),
    ),
    Control(
        "A record nobody can change unseen",
        "Nobody can tell afterwards who did what.",
        "Each call is written down before and after, in a chain of hashes that `assistant audit verify` follows.",
        ("GOVERN", "MEASURE"),
        ("assistant/storage/audit.py",),
        (
            "tests/storage/test_audit.py::test_a_changed_byte_names_its_record",
            "tests/storage/test_audit.py::test_what_was_taken_out_moved_or_put_in_is_named",
        ),
    ),
    Control(
        "Redaction",
        "What people say about themselves stands in a log.",
        "Addresses, numbers and keys are taken out before a log or trace is written, spoken forms too.",
        ("MANAGE",),
        ("assistant/safety/redaction",),
        (
            "tests/privacy/test_redaction.py::test_recall_on_what_was_written_before_the_rules",
            "tests/privacy/test_redaction.py::test_the_log_has_neither_in_message_arguments_nor_traceback",
            "tests/observe/test_collector.py::test_no_word_is_kept_unless_the_owner_wants_it",
        ),
    ),
    Control(
        "Nothing is kept longer than it should be, and all can be erased",
        "What people said stays for ever.",
        "Retention times; a person's data is given to them or erased from every store, the bytes too; no sound is "
        "written unless the owner wants it.",
        ("GOVERN", "MANAGE"),
        ("assistant/privacy",),
        (
            "tests/privacy/test_erase.py::test_nothing_of_an_erased_person_is_in_any_byte",
            "tests/privacy/test_erase.py::test_a_person_is_given_all_of_theirs_and_nothing_else",
            "tests/privacy/test_stores.py::test_what_was_kept_long_enough_is_deleted_and_nothing_else",
            "tests/privacy/test_no_sound.py::test_a_hundred_turns_leave_no_sound",
        ),
    ),
    Control(
        "Nobody gets in without a token",
        "Somebody in the network talks to it, or a web page does.",
        "Loopback by default; tokens of its own for everybody else, who are guests.",
        ("MANAGE",),
        ("assistant/api",),
        (
            "tests/api/test_outward.py::test_nobody_gets_in_without",
            "tests/api/test_server.py::test_a_request_for_another_host_is_refused",
        ),
    ),
)


def unproven(outcomes: Mapping[str, set[Outcome]], controls: tuple[Control, ...] = CONTROLS) -> list[str]:
    """Controls that a whole run of the tests has not proven, each with why. `outcomes`: by node id, without
    parameters. A test that was skipped proves nothing, and neither does one that failed with some parameters."""
    found = []
    for control in controls:
        for test in control.tests:
            came = outcomes.get(test, set())
            if "failed" in came or "passed" not in came:
                why = "failed" if "failed" in came else "was skipped" if came else "is not there"
                found.append(f"{control.name}: {test} {why}")
    return found
