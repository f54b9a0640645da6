"""`assistant review`: the queue of turns that somebody should look at, as a person types it."""

from pathlib import Path

import click

from assistant.cli.commands import FilePath, group, json_option, with_settings
from assistant.cli.common import Settings, run


@group.group("review", short_help="Turns for you to look at, and to put right.")
def review_group() -> None:
    """Turns that were not understood, that somebody complained of, that were blocked, or in which somebody may be in
    danger. They are kept for 30 days, unless dialogue.keep_reviews is false."""


@review_group.command("list")
@click.option("--all", "every", is_flag=True, help="Those that were accepted or rejected, too.")
@with_settings
def review_list(settings: Settings, every: bool) -> None:
    """Show them, newest first: what was heard, why it is here, what it may have been, what came of it."""
    from assistant.cli import review

    run(review.show(settings.load(), every=every))


@review_group.command("accept")
@click.argument("number", type=int, metavar="N")
@click.option("--intent", default="", metavar="NAME", help="What it means; else its likeliest meaning.")
@click.option("--text", default="", metavar="TEXT", help="What was said, if that was heard wrongly.")
@with_settings
def review_accept(settings: Settings, number: int, intent: str, text: str) -> None:
    """Put turn N right: from now on its words mean the intent NAME.

    The sentence becomes training data, and a case for `assistant review check`. Names in TEXT are marked as Rasa has
    it: --text "turn on the [lamp](device)". An assistant that is running learns it in a minute or two.
    """
    from assistant.cli import review

    run(review.accept(settings.load(), number, intent, text))


@review_group.command("reject")
@click.argument("number", type=int, metavar="N")
@with_settings
def review_reject(settings: Settings, number: int) -> None:
    """There is nothing to put right in turn N."""
    from assistant.cli import review

    run(review.reject(settings.load(), number))


@review_group.command("check")
@json_option
@with_settings
def review_check(settings: Settings, as_json: bool) -> None:
    """Whether everything that was put right is understood. Exits with 1 where something is not."""
    from assistant.cli import review

    run(review.check(settings.load(), as_json))


@review_group.command("stats")
@click.option("--days", type=click.IntRange(1, 90), default=30, metavar="N", help="Of the last N days (30).")
@json_option
@with_settings
def review_stats(settings: Settings, days: int, as_json: bool) -> None:
    """What people said of answers, and what shows in what they did next, each by itself."""
    from assistant.cli import review_stats as stats

    run(stats.show(settings.load(), days, as_json))


@review_group.command("export")
@click.option("-o", "--output", type=FilePath, metavar="FILE", help="Into this file.")
@with_settings
def review_export(settings: Settings, output: Path | None) -> None:
    """One JSON object a line, oldest first."""
    from assistant.cli import review

    run(review.export(settings.load(), output))


@review_group.command("clear")
@with_settings
def review_clear(settings: Settings) -> None:
    """Forget all of them."""
    from assistant.cli import review

    run(review.clear(settings.load()))
