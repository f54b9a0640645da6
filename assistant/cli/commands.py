"""The command line as a person sees it: every command, its arguments and its help.

Nothing is imported here that takes time: `--help` is instant, and each command loads what it needs when it runs.
"""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from assistant import __version__
from assistant.cli import native
from assistant.cli.common import NOBODY_READS, Settings, run

FilePath = click.Path(path_type=Path)
CONTEXT = {"help_option_names": ["-h", "--help"]}
EPILOG = """\b
Exit status
  0    done
  1    it could not be done; a line says why, and what to do
  2    wrong arguments or settings
  3    nothing was heard
  70   a fault of the assistant itself
  130  Ctrl-C; 143 terminated, 141 nobody reads the output any more
"""


class Commands(click.Group):
    """As in click, but in the order that they are used in, and a reader who has seen enough (`assistant … | head`)
    is no failure of ours."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise click.exceptions.Exit(NOBODY_READS) from error


def settings_options(command: Callable[..., None]) -> Callable[..., None]:
    """--config, --set and --verbose."""
    for option in (
        click.option("-v", "--verbose", is_flag=True, help="Log what happens inside."),
        click.option(
            "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="A setting, e.g. voice.speed=1.2."
        ),
        click.option("--config", "config_path", type=FilePath, help="Settings file (TOML)."),
    ):
        command = option(command)
    return command


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """For a command that reads the configuration: it gets a `Settings`, from before and after its name."""

    @wraps(command)
    @settings_options
    @click.pass_obj
    def with_both(
        before: Settings,
        /,
        *,
        config_path: Path | None,
        overrides: tuple[str, ...],
        verbose: bool,
        **others: Any,
    ) -> None:
        settings = Settings(
            config_path or before.path, before.overrides + overrides, verbose or before.verbose
        )
        if not settings.verbose:
            native.into_log()
        command(settings, **others)

    return with_both


json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")
project_option = click.option("--project", "folder", type=FilePath, help="Another Rasa project's folder.")


@click.group(cls=Commands, context_settings=CONTEXT, epilog=EPILOG)
@click.version_option(__version__)
@settings_options
@click.pass_context
def group(ctx: click.Context, config_path: Path | None, overrides: tuple[str, ...], verbose: bool) -> None:
    """A voice assistant that runs on your own machine."""
    ctx.obj = Settings(config_path, overrides, verbose)


@group.command("run", short_help="Start the assistant: speak to it, and it answers.")
@click.option("--input", "first", type=FilePath, help="Recordings instead of a microphone.")
@click.argument("more", nargs=-1, type=FilePath, metavar="[FILE]…")
@click.option("--output", type=FilePath, help="A WAV file for the answers.")
@click.option("--json", "as_json", is_flag=True, help="With --input: the turns, for programs.")
@with_settings
def run_command(
    settings: Settings, first: Path | None, more: tuple[Path, ...], output: Path | None, as_json: bool
) -> None:
    """Start the assistant: speak to it, and it answers.

    With --input A.wav [B.wav …] the same pipeline hears recordings (WAV, FLAC, MP3, OGG), one turn after
    the other, and with --output it speaks into a file: for machines without sound.
    """
    if first is None and (more or output or as_json):
        raise click.UsageError("FILE, --output and --json go with --input FILE [FILE …].")
    config = settings.load()
    from assistant.cli.run import on_files, on_sound_card

    if first is None:
        run(on_sound_card(config, settings), endless=True)
    else:
        run(on_files(config, settings, [first, *more], output, as_json))


@group.command("listen", short_help="Speak to the running assistant without the wake word.")
@click.option("--hold", "key", flag_value="hold", help="Listen until --release, whatever the pauses.")
@click.option("--release", "key", flag_value="release", help="What was said since --hold is all.")
@with_settings
def listen_command(settings: Settings, key: str | None) -> None:
    """Speak to the running assistant without the wake word.

    For a hotkey of your desktop. The first time it begins a turn, and silences an answer; the second time, the
    turn is over. A desktop that tells press and release apart calls it with --hold and with --release.
    """
    from assistant.cli.listen import listen  # and no settings: the person speaks already

    listen(key or "press")


@group.command("serve", short_help="Answer other programs and machines, without sound.")
@with_settings
def serve_command(settings: Settings) -> None:
    """Answer other programs and machines, over HTTP (`api.port`) and MQTT (`mqtt.host`), without sound.

    `assistant run` answers them, too.
    """
    config = settings.load()
    from assistant.cli.serve import serve

    run(serve(config, settings), endless=True)


@group.group("tokens", short_help="Who may use the API from elsewhere.")
def tokens_group() -> None:
    """Who may use the API from elsewhere (`api.port`)."""


@tokens_group.command("add", short_help="Make a token for NAME.")
@click.argument("name", metavar="NAME")
@with_settings
def tokens_add(settings: Settings, name: str) -> None:
    """Make a token for NAME and print it, this once. What it may do is the policy's matter: its calls come from
    the place api:NAME:*."""
    config = settings.load()
    from assistant.cli.tokens import add

    add(config, name)


@tokens_group.command("remove", short_help="Let NAME in no more.")
@click.argument("name", metavar="NAME")
@with_settings
def tokens_remove(settings: Settings, name: str) -> None:
    """Let NAME in no more, from now on."""
    config = settings.load()
    from assistant.cli.tokens import remove

    remove(config, name)


@tokens_group.command("list", short_help="Names of those that are let in.")
@with_settings
def tokens_list(settings: Settings) -> None:
    """Names of those that are let in."""
    config = settings.load()
    from assistant.cli.tokens import show

    show(config)


@group.command("ask", short_help="Ask by text, without sound.")
@click.argument("texts", nargs=-1, metavar="TEXT…")
@click.option("--json", "as_json", is_flag=True, help="Everything about each turn, for programs.")
@click.option("--alone", is_flag=True, help="Without the assistant that is running, if one is.")
@with_settings
def ask_command(settings: Settings, texts: tuple[str, ...], as_json: bool, alone: bool) -> None:
    """Ask by TEXT, each a turn of one conversation; without TEXT, line by line from standard input.

    An assistant that is running with the same settings answers at once; without one, the dialogue is loaded
    first, which takes about ten seconds.
    """
    config = settings.load()
    from assistant.cli.ask import ask

    run(ask(config, texts, as_json, alone=alone))


@group.command("call", short_help="Call a service, such as timers.start.")
@click.argument("name", default="", metavar="[NAME]")
@click.argument("pairs", nargs=-1, metavar="[KEY=VALUE]…")
@click.option("--list", "listing", is_flag=True, help="Which services there are, and what they take.")
@click.option("--yes", is_flag=True, help="Yes to the question that a risky service asks.")
@json_option
@with_settings
def call_command(
    settings: Settings, name: str, pairs: tuple[str, ...], listing: bool, yes: bool, as_json: bool
) -> None:
    """Call the service NAME of the assistant that is running or, without one, here.

    What is risky asks for a yes first. Values are numbers, texts, true or false as the service wants them; a
    list has commas, and a part of an argument a dot: assistant call home.set target.device="floor lamp" state=on
    """
    if listing == bool(name):
        raise click.UsageError("Give a NAME, or --list.")
    config = settings.load()
    from assistant.cli.call import call, show

    run(show(config, as_json) if listing else call(config, name, pairs, as_json, yes))


@group.group("plugins", short_help="Services of your own.")
def plugins_group() -> None:
    """Services, and sentences for them, in the folder `plugins` beside the settings file. See docs/plugins.md."""


@plugins_group.command("list", short_help="Which plugins there are, and what they offer.")
@json_option
@with_settings
def plugins_list(settings: Settings, as_json: bool) -> None:
    """Which plugins there are, with their services and intents."""
    settings.load()
    from assistant.cli.plugins import show

    run(show(as_json))


@plugins_group.command("check", short_help="Whether each plugin can be loaded.")
@with_settings
def plugins_check(settings: Settings) -> None:
    """Whether each plugin can be loaded and its sentences read. Exits with 1 when one cannot."""
    settings.load()
    from assistant.cli.plugins import check

    run(check())


@group.command("parse", short_help="What would be understood, without doing it.")
@click.argument("inputs", nargs=-1, required=True, metavar="TEXT|FILE…")
@project_option
@json_option
@with_settings
def parse_command(settings: Settings, inputs: tuple[str, ...], folder: Path | None, as_json: bool) -> None:
    """Intent and entities of each TEXT or recording. Nothing is done and nothing is remembered."""
    config = settings.load()
    from assistant.cli.parse import parse

    run(parse(config, inputs, folder, as_json))


@group.command("transcribe", short_help="Speech in files to text.")
@click.argument("files", nargs=-1, required=True, type=FilePath, metavar="FILE…")
@click.option(
    "--engine", type=click.Choice(["auto", "whisper", "sphinx"]), help="Otherwise the configured one."
)
@click.option("--json", "as_json", is_flag=True, help="With times, confidences and engine, for programs.")
@with_settings
def transcribe_command(
    settings: Settings, files: tuple[Path, ...], engine: str | None, as_json: bool
) -> None:
    """Write down what is said in each FILE (WAV, FLAC, MP3, OGG; of any length), pause by pause."""
    config = settings.load()
    from assistant.cli.transcribe import transcribe_files

    run(transcribe_files(config, files, engine, as_json))


@group.command("say", short_help="Text to speech, in a file or aloud.")
@click.argument("texts", nargs=-1, required=True, metavar="TEXT…")
@click.option("-o", "--output", type=FilePath, help="A WAV file; without it, the speaker.")
@with_settings
def say_command(settings: Settings, texts: tuple[str, ...], output: Path | None) -> None:
    """Speak TEXT in the assistant's voice."""
    config = settings.load()
    from assistant.cli.say import say

    run(say(config, " ".join(texts), output))


@group.group("voice", short_help="Which voice speaks; another one, at once.")
def voice_group() -> None:
    """The voice of the assistant that is running, or of its next start."""


@voice_group.command("show", short_help="Which voice speaks, and which others there are.")
@json_option
@with_settings
def voice_show(settings: Settings, as_json: bool) -> None:
    """Which voice speaks, how, and which others there are."""
    config = settings.load()
    from assistant.cli.voice import show

    run(show(config, as_json))


@voice_group.command("use", short_help="Speak with another voice, speed or volume.")
@click.argument("name", default="", metavar="[NAME]")
@click.option("--speaker", help="Of a voice that has several: number or name.")
@click.option("--speed", type=click.FloatRange(0.5, 2.0), help="1 is the voice's own.")
@click.option("--volume", type=click.FloatRange(0.1, 2.0), help="1 is the usual one.")
@with_settings
def voice_use(
    settings: Settings, name: str, speaker: str | None, speed: float | None, volume: float | None
) -> None:
    """Speak with the voice NAME (see `assistant voice show`; `other`: the next one; `configured`: as in the
    settings), at once where the assistant is running; it is remembered. What is being said is said to its end."""
    if not name and speaker is None and speed is None and volume is None:
        raise click.UsageError("Give a NAME, --speaker, --speed or --volume.")
    config = settings.load()
    from assistant.cli.voice import use

    run(use(config, name, speaker, speed, volume))


@group.command("train", short_help="Train what the assistant understands.")
@project_option
@with_settings
def train_command(settings: Settings, folder: Path | None) -> None:
    """Train what the assistant understands, after sentences or names were changed. Quick when nothing was."""
    config = settings.load()
    from assistant.cli.train import train

    run(train(config, folder))


@group.command("devices", short_help="List microphones and speakers.")
@json_option
@with_settings
def devices_command(settings: Settings, as_json: bool) -> None:
    """List microphones and speakers; * marks the defaults."""
    from assistant.cli.devices import show

    show(as_json)


@group.command("doctor", short_help="Check every part, and say how to mend it.")
@click.option("--tune", is_flag=True, help="Measure which settings of Whisper are the fastest here.")
@click.option("--audio", is_flag=True, help="Play tones, and measure what the microphone hears of them.")
@click.option("--write", is_flag=True, help="With --tune or --audio: put the result into the settings file.")
@json_option
@with_settings
def doctor_command(settings: Settings, tune: bool, audio: bool, write: bool, as_json: bool) -> None:
    """Check every part of the assistant on this machine. Exits with 1 when something does not work.

    With --tune it measures the Whisper models that are installed instead: compute types, numbers of threads and
    windows, with sentences of the embedded voice. With --audio it measures noise, clipping and the echo of the
    speaker in the microphone, which takes eight seconds.
    """
    if tune and audio:
        raise click.UsageError("--tune and --audio are measured one at a time.")
    if write and not tune and not audio:
        raise click.UsageError("--write goes with --tune or --audio.")
    if audio:
        from assistant.cli.doctor_audio import check_sound

        run(check_sound(settings, write=write, as_json=as_json))
    elif tune:
        from assistant.cli.tune import tune_whisper

        run(tune_whisper(settings, write=write, as_json=as_json))
    else:
        from assistant.cli.doctor import doctor

        run(doctor(settings, as_json))


@group.command("traces", short_help="Where the time of the turns went.")
@click.option("--last", type=click.IntRange(1), metavar="N", help="The latest N turns (100).")
@click.option("--since", default="", metavar="TIME", help="30m, 2h, 3d ago; or 2026-01-31T18:00.")
@click.option("--session", default="", metavar="NAME", help="Of one session, such as sound or console.")
@click.option("--turn", default="", metavar="ID", help="This one, by the beginning of its id.")
@click.option("--slowest", type=click.IntRange(1), default=None, metavar="N", help="The slowest N.")
@click.option(
    "--waterfall", type=click.IntRange(1), default=None, metavar="N", help="The latest N, one by one."
)
@click.option("--follow", is_flag=True, help="Each turn as it ends.")
@click.option("--export", type=FilePath, help="Write them to a file of JSON lines.")
@click.option(
    "--otlp", default="", metavar="FILE|URL", help="As OpenTelemetry spans, to a file or a collector."
)
@json_option
@with_settings
def traces_command(
    settings: Settings,
    last: int | None,
    since: str,
    session: str,
    turn: str,
    slowest: int | None,
    waterfall: int | None,
    follow: bool,
    export: Path | None,
    otlp: str,
    as_json: bool,
) -> None:
    """Where the time of the turns went: percentiles of each stage, or turns one by one.

    Traces hold no word that was said, unless `observe.keep_words` is on. Exits with 3 when no turn fits.
    """
    if follow and (last or since or turn or slowest or waterfall or export or otlp):
        raise click.UsageError("Only --session and --json go with --follow.")
    settings.load()
    from assistant.cli import traces

    if follow:
        run(traces.follow(session, as_json), endless=True)
        return
    options = traces.Options(last, since, session, turn, slowest or 0, waterfall or 0, as_json, export, otlp)
    run(traces.traces(options))


@group.group("names", invoke_without_command=True, short_help="Which names are known, and how they sound.")
@json_option
@click.pass_context
def names_group(ctx: click.Context, as_json: bool) -> None:
    """Which names are known and where they are from, and which words' sounds had to be guessed."""
    if ctx.invoked_subcommand is not None:
        return
    config = ctx.obj.load()
    from assistant.cli.names import show

    native.into_log()
    run(show(config, as_json))


@names_group.command("pronounce", short_help="How words sound to the recogniser.")
@click.argument("words", nargs=-1, required=True, metavar="WORD…")
@click.option("--like", default="", metavar="WORDS", help="It sounds like these, or these ARPAbet phones.")
def names_pronounce(words: tuple[str, ...], like: str) -> None:
    """How each WORD sounds to the recogniser. To correct one: pronounce siobhan --like “shove on”."""
    from assistant.cli.names import pronounced

    run(pronounced(words, like))


@names_group.command("forget", short_help="Forget names that were learned.")
@click.argument("names", nargs=-1, metavar="[NAME]…")
def names_forget(names: tuple[str, ...]) -> None:
    """Forget each NAME that was learned from what was put on lists and set as timers; without NAME, all of them."""
    from assistant.cli.names import forget

    run(forget(names))


@group.group("models", short_help="Whisper models and Piper voices.")
def models_group() -> None:
    """Whisper models and Piper voices."""


@models_group.command("list")
@json_option
def models_list(as_json: bool) -> None:
    """What can be fetched and what is installed, with size and licence."""
    from assistant.cli.models import show

    show(as_json)


@models_group.command("get", short_help="Fetch models by name.")
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
def models_get(names: tuple[str, ...]) -> None:
    """Fetch models by name; a broken download is continued, and what came is verified."""
    from assistant.cli.models import fetch

    run(fetch(names))


@models_group.command("reachable", short_help="Whether the model hub can be reached.")
def models_reachable() -> None:
    """Exit with 0 when the model hub can be reached, else with 1."""
    from assistant.cli.models import reachable

    run(reachable())


# Commands in files of their own, which take their place in the group when they are imported.
from assistant.cli import audit, governance, knowledge, privacy, review_commands, switch  # noqa: E402, F401
