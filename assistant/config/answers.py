"""How an answer is written that no template has: settings of `assistant.generation`."""

from pathlib import Path

from pydantic import Field

from assistant.config.section import Section


class Answers(Section):
    """What a language model is told, how its answers sound, and what it may propose. See docs/generation.md."""

    persona_file: Path | None = Field(
        None, description="Who it is, as text; empty: `assistant/prompts/persona.md`."
    )
    rules_file: Path | None = Field(
        None,
        description="How it answers, as text with `$date`, `$time`, `$room` and `$language`; empty: "
        "`assistant/prompts/rules.md`.",
    )
    history_characters: int = Field(
        4_000, ge=0, le=100_000, description="So much of the conversation so far goes along; 0: none of it."
    )
    longest_sentences: int = Field(
        8, ge=1, le=100, description="An answer ends after so many sentences, whatever the model would add."
    )
    filler_after_ms: int = Field(
        1_200,
        ge=0,
        le=60_000,
        description="Something short is said when the first sentence is later than this after the end of the turn, "
        "where it can be heard; 0: never.",
    )
    fillers: tuple[str, ...] = Field(
        ("Let me think.", "One moment.", "Let me see.", "Hmm, let me think about that."),
        description="What is said then, in turn.",
    )
    tools: tuple[str, ...] = Field(
        (
            "clock.*",
            "home.query",
            "home.set",
            "knowledge.*",
            "lists.add",
            "lists.read",
            "reminders.list",
            "timers.remaining",
            "timers.start",
        ),
        description="Services that the model may propose to call, `*` for any; who asks has to be allowed to call "
        "them, and so does a guest. Empty: none.",
    )
