"""The whole configuration, typed. The descriptions are the reference: docs/configuration.md is made from them.

Precedence: command line (`--set section.key=value`) over environment (`ASSISTANT__SECTION__KEY`) over file.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from assistant.config.api import Api
from assistant.config.calendar import Calendar
from assistant.config.commands import Command
from assistant.config.desktop import Desktop
from assistant.config.documents import Documents
from assistant.config.generation import Generation
from assistant.config.home_assistant import HomeAssistant
from assistant.config.knowledge import Knowledge, Weather
from assistant.config.mqtt import Mqtt
from assistant.config.oversight import Oversight
from assistant.config.policy import Policy
from assistant.config.privacy import Privacy
from assistant.config.routines import Routine
from assistant.config.safety import Safety
from assistant.config.section import Section
from assistant.config.stores import Storage, Stores

VOICE_OF_A_WAKE_WORD = 0.5
"""As `audio.wake_check.VOICE`, of which a test sees to it; settings import no sound."""
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Milliseconds = Annotated[int, Field(ge=0, le=600_000)]
Pause = Annotated[int, Field(ge=0, le=3_000)]
"""Milliseconds, at speed 1."""


def _number_as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Audio(Section):
    """Microphone and speaker."""

    input_device: str = Field(
        "", description="Name or number of the microphone; empty: the system's default."
    )
    output_device: str = Field("", description="Name or number of the speaker; empty: the system's default.")
    volume: Fraction = Field(1.0, description="Loudness of the answers, 0 to 1.")
    echo_cancellation: bool = Field(
        True, description="The microphone does not hear what the speaker plays; not needed with headphones."
    )
    echo_delay_ms: Milliseconds = Field(
        0,
        description="How much later the microphone hears what the speaker is given, as `assistant doctor --audio` "
        "measures it; 0: estimated.",
    )
    duck_others: bool = Field(
        True,
        description="Other sound on the speaker is quieter while the assistant listens to a turn or speaks; with "
        "PulseAudio or PipeWire.",
    )


class Listening(Section):
    """When the assistant listens, and when it takes a turn to be over."""

    mode: Literal["wake-word", "push-to-talk", "open"] = Field(
        "wake-word",
        description="`wake-word`: wait for one, or for a key; `push-to-talk`: wait for a key only; `open`: "
        "everything said is meant for the assistant.",
    )
    wake_words: tuple[str, ...] = Field(
        ("hey_jarvis",),
        description="Built in: okay_nabu, hey_jarvis, hey_mycroft, alexa; or the path of a microWakeWord model; each "
        "perhaps with a threshold of its own: `alexa:0.9`.",
    )
    wake_threshold: Fraction | None = Field(
        None, description="Probability from which a wake word counts; empty: the model's own."
    )
    wake_check: Literal["off", "voice", "words"] = Field(
        "voice",
        description="What a wake word needs to count: nothing more (`off`), a voice in its sound (`voice`), or that "
        "and words behind it that make sense (`words`; without, no sound is made).",
    )
    wake_voice: Fraction = Field(
        VOICE_OF_A_WAKE_WORD, description="Probability of a voice from which a wake word's sound holds one."
    )
    vad_threshold: Fraction = Field(0.5, description="Probability of speech from which a person is speaking.")
    min_speech_ms: Milliseconds = Field(120, description="Sound shorter than this is not speech.")
    pre_roll_ms: Milliseconds = Field(
        500,
        description="Sound from before the detector woke that is recognised too, so no first word is lost.",
    )
    end_of_turn: Literal["meaning", "silence"] = Field(
        "meaning",
        description="`meaning`: a complete command ends the turn sooner, an unfinished sentence later; "
        "`silence`: always after `end_silence_ms`.",
    )
    end_silence_ms: Milliseconds = Field(
        600, description="Silence after which the turn is over where the words do not tell."
    )
    complete_silence_ms: Milliseconds = Field(
        200, description="The same after a complete command; the voice seems to end 50 ms later than it does."
    )
    unfinished_silence_ms: Milliseconds = Field(
        1_200, description="The same after what is clearly unfinished, such as “set a timer for”."
    )
    no_speech_ms: Milliseconds = Field(6_000, description="After a wake word, how long to wait for speech.")
    max_turn_ms: Milliseconds = Field(20_000, description="A turn longer than this is cut here and answered.")
    follow_up_ms: Milliseconds = Field(
        5_000,
        description="After an answer, how long a person can go on without the wake word; 0: not at all.",
    )
    barge_in: Literal["auto", "wake-word", "speech", "off"] = Field(
        "auto",
        description="What interrupts an answer: the wake word, any speech (needs `audio.echo_cancellation` or "
        "headphones), or nothing; `auto`: any speech where echo is cancelled, the wake word otherwise.",
    )
    stop_words: tuple[str, ...] = Field(
        ("stop", "be quiet", "shut up", "enough", "that's enough", "cancel", "quiet", "silence"),
        description="Said over an answer or a ringing timer these silence it at once, where speech interrupts.",
    )
    closing_intents: tuple[str, ...] = Field(
        ("thanks", "goodbye"),
        description="Intents after which nobody is listened to without the wake word.",
    )
    chime: bool = Field(True, description="A soft sound when the wake word was heard.")


class Whisper(Section):
    """faster-whisper, for open speech."""

    model: str = Field(
        "",
        description="A model's name (tiny.en, base.en, small, …), a folder, or empty: the best one that is "
        "installed. See `assistant models`.",
    )
    device: Literal["cpu", "cuda", "auto"] = Field("cpu", description="Where it runs.")
    compute_type: str = Field("int8", description="CTranslate2 compute type: int8, int8_float32, float16, …")
    cpu_threads: int = Field(
        0, ge=0, le=64, description="Threads; 0: one less than there are cores, at least 1."
    )
    language: str = Field("en", description="Language spoken, as an ISO code; empty: detect.")
    beam_size: int = Field(1, ge=1, le=10, description="1 is greedy.")
    window_s: float = Field(
        10.0,
        gt=0.0,
        le=30.0,
        description="Length of the shortest window (5, 10, 15, 20 or 30); longer speech gets the next that "
        "holds it. 30: always the longest.",
    )
    second_opinion: bool = Field(
        True, description="Read what is doubtful once more, with the longest window and a wider beam."
    )
    hotwords: str = Field("", description="Words to expect, such as names; with commas between them.")
    expect_names: bool = Field(True, description="Expect the names of the home, people, items and lists too.")
    idle_unload_s: int = Field(0, ge=0, description="Free its memory after so long without use; 0: never.")


class Sphinx(Section):
    """PocketSphinx, the embedded recogniser, with a language model of what the assistant can do."""

    language_weight: float = Field(9.5, gt=0.0, description="`lw` of PocketSphinx.")
    beam: float = Field(1e-80, gt=0.0, lt=1.0, description="`beam` and `pbeam`.")
    word_beam: float = Field(1e-60, gt=0.0, lt=1.0, description="`wbeam`.")
    dither: float = Field(
        20.0, ge=0.0, le=200.0, description="Standard deviation of the noise added, in sample units."
    )


class Recognition(Section):
    """Speech to text."""

    engine: Literal["auto", "whisper", "sphinx"] = Field(
        "auto",
        description="`auto`: the embedded engine for commands, Whisper where a model is there otherwise.",
    )
    patience_s: float = Field(
        8.0,
        gt=0.0,
        le=25.0,
        description="With `auto`: how long Whisper may take before the embedded engine's words are taken, if "
        "they are any good.",
    )
    whisper: Whisper = Whisper()
    sphinx: Sphinx = Sphinx()


class Voice(Section):
    """Text to speech."""

    engine: Literal["auto", "piper", "embedded"] = Field(
        "auto", description="`auto`: Piper where a voice is installed, otherwise the embedded voice."
    )
    piper_voice: str = Field(
        "", description="A Piper voice's name (en_US-lessac-medium) or .onnx file; empty: the one installed."
    )
    speaker: Annotated[str, BeforeValidator(_number_as_text)] = Field(
        "", description="Speaker of a Piper voice that has several, by number or name; empty: its first."
    )
    speed: float = Field(1.0, ge=0.5, le=2.0, description="1 is the voice's own speed.")
    volume: float = Field(
        1.0,
        ge=0.1,
        le=2.0,
        description="1 is the level that every voice is brought to; `audio.volume` is the loudspeaker's.",
    )
    variation: float = Field(
        1.0,
        ge=0.0,
        le=1.5,
        description="How much a Piper voice varies its intonation; 0: the same text always sounds the same.",
    )
    clause_pause_ms: Pause = Field(120, description="Silence behind a comma where an answer is cut there.")
    sentence_pause_ms: Pause = Field(300, description="Silence between sentences.")
    paragraph_pause_ms: Pause = Field(600, description="Silence between paragraphs.")
    dates: Literal["auto", "day-first", "month-first"] = Field(
        "auto",
        description="How 3/4/2026 is read aloud; `auto`: month first with imperial units, else day first.",
    )
    embedded_voice: Literal["slt", "rms", "awb", "kal16"] = Field("slt", description="flite's voice.")
    cache_mb: int = Field(32, ge=0, le=4096, description="Disk for phrases already spoken; 0: none.")


class Dialogue(Stores):
    """The Rasa server and action server."""

    pipeline: str = Field(
        "config.yml",
        description="File of the Rasa project that says how sentences are understood: `config.yml`, "
        "`config-embeddings.yml`, `config-diet.yml` or your own.",
    )
    nlu_threshold: Fraction = Field(
        0.5,
        description="Below this confidence the assistant does not act but takes the turn as out of scope.",
    )
    start_timeout_s: int = Field(120, ge=5, description="How long Rasa may take to load.")
    turn_timeout_s: float = Field(10.0, gt=0.0, description="How long one turn may take without any news.")
    memory: Literal["disk", "none"] = Field(
        "disk", description="`disk`: a conversation survives a restart of Rasa; `none`: nothing is written."
    )
    keep_reviews: bool = Field(
        True,
        description="Keep turns that were not understood for sure, with their words, for 30 days "
        "(`assistant review`).",
    )


class Floor(Section):
    """A storey of the home, to be spoken of as a whole."""

    name: str
    aliases: tuple[str, ...] = ()
    level: int | None = Field(
        None, description="0: the ground floor; tells what “upstairs” and “downstairs” are."
    )


class Area(Section):
    """A room or another part of the home."""

    name: str
    floor: str = ""
    aliases: tuple[str, ...] = ()


class Device(Section):
    """Something in the home that can be told what to do, or that tells something."""

    name: str
    kind: Literal["light", "switch", "cover", "climate", "fan", "lock", "sensor", "media", "scene"]
    area: str = ""
    aliases: tuple[str, ...] = ()
    device_class: str = Field(
        "",
        description="What a sensor measures or a cover is, as Home Assistant calls it: temperature, humidity, "
        "window, door, motion, curtain, …",
    )
    unit: str = Field("", description="Of a sensor's value: %, lx, W, …; temperatures are in °C.")
    id: str = Field("", description="Stays when the name changes; empty: made of kind, area and name.")


class SceneSetting(Section):
    """What a scene makes of one device; what is not given is left as it is."""

    device: str
    state: Literal["on", "off", "open", "closed", "locked"] | None = None
    brightness: float | None = Field(None, ge=0, le=100, description="Percent; of a fan its speed.")
    color: str | None = None
    temperature: float | None = Field(None, description="Degrees Celsius.")
    position: float | None = Field(None, ge=0, le=100, description="Percent open.")


class Scene(Section):
    """Several devices brought into a state with one sentence, such as “movie night”."""

    name: str
    area: str = ""
    aliases: tuple[str, ...] = ()
    settings: tuple[SceneSetting, ...] = ()


class Home(Section):
    """The home: its rooms and devices. With none named, a small virtual home is there to try things on."""

    floors: tuple[Floor, ...] = ()
    areas: tuple[Area, ...] = ()
    devices: tuple[Device, ...] = ()
    scenes: tuple[Scene, ...] = ()


class Names(Section):
    """Names that the recogniser and the understanding must know, beside those of the home."""

    lists: tuple[str, ...] = Field(("shopping", "to do"), description="Lists that are there from the start.")
    items: tuple[str, ...] = Field((), description="Things that go on lists and are no everyday words.")
    people: tuple[str, ...] = Field((), description="People.")
    media: tuple[str, ...] = Field((), description="Titles and artists of music.")
    folder: str = Field(
        "",
        description="Folder of `people.txt`, `items.txt` and `media.txt`, a name on each line; empty: `names` "
        "beside the settings file.",
    )


class Server(Section):
    """The HTTP API on loopback, for programs of the same owner. For others see `[api]`."""

    port: int = Field(0, ge=0, le=65535, description="On loopback; 0: any free port.")


class Observe(Section):
    """Where the time of each turn went. See `assistant traces`."""

    traces: bool = Field(True, description="Keep a trace of each turn, without the words that were said.")
    keep_words: bool = Field(False, description="Keep the words in the traces, too.")
    keep_days: int = Field(30, ge=1, le=3650, description="Traces that are older are removed.")
    keep_mb: int = Field(20, ge=1, le=10_000, description="Disk for traces; the oldest are removed first.")
    otlp_url: str = Field(
        "",
        description="An OpenTelemetry collector that gets each trace (OTLP/HTTP, JSON), such as "
        "http://127.0.0.1:4318; empty: none.",
    )


class Log(Section):
    """The log."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="What is worth a line."
    )
    file: Path | None = Field(None, description="Where to; empty: standard error.")


class Config(Section):
    """All settings of the assistant."""

    name: str = Field("Jarvis", description="What the assistant calls itself.")
    timezone: str = Field("", description="IANA name such as Europe/Berlin; empty: the system's.")
    units: Literal["metric", "imperial"] = Field("metric", description="Units of spoken answers.")
    room: str = Field("", description="The room of the microphone, as one of the home's areas is called.")
    audio: Audio = Audio()
    listening: Listening = Listening()
    recognition: Recognition = Recognition()
    voice: Voice = Voice()
    dialogue: Dialogue = Dialogue()
    generation: Generation = Generation()
    home: Home = Home()
    home_assistant: HomeAssistant = HomeAssistant()
    names: Names = Names()
    calendar: Calendar = Calendar()
    server: Server = Server()
    api: Api = Api()
    mqtt: Mqtt = Mqtt()
    knowledge: Knowledge = Knowledge()
    weather: Weather = Weather()
    documents: Documents = Documents()
    desktop: Desktop = Desktop()
    storage: Storage = Storage()
    policy: Policy = Policy()
    privacy: Privacy = Privacy()
    safety: Safety = Safety()
    oversight: Oversight = Oversight()
    commands: tuple[Command, ...] = ()
    routines: tuple[Routine, ...] = ()
    observe: Observe = Observe()
    log: Log = Log()
