"""The governance page: what the assistant is, as it is configured here, and how each risk is met. Markdown.

Pure: whoever asks for it gathers the facts. It names hosts, and no key, path or word of anybody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from assistant.config.model import Config
from assistant.oversight.controls import CONTROLS, Control
from assistant.oversight.switches import Switch

FUNCTIONS = {
    "GOVERN": "rules, roles and records that hold whatever is asked",
    "MAP": "what can go wrong here, and for whom",
    "MEASURE": "how it is found out whether it goes wrong",
    "MANAGE": "what is done so that it does not",
}
STOPS = {
    Switch.NO_MODEL: "no language model is asked",
    Switch.NO_ACTIONS: "nothing is done but what reads or stops something",
    Switch.MUTE: "nothing is said aloud",
}
_OWNERS = "as its owner says"


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """`licence`: empty where it is not known."""

    purpose: str
    name: str
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the configuration alone does not tell. `on`: switches that are on now."""

    version: str
    models: Sequence[ModelUsed]
    on: Sequence[Switch] = ()


def page(config: Config, facts: Facts) -> str:
    """The whole of it."""
    parts = [
        "# Governance\n\n"
        "Made from the running configuration by `assistant governance`. It is no legal advice: it says what this "
        "assistant does, so that whoever runs it can judge.\n",
        _what(config, facts),
        _models(facts),
        _data(config),
        _risks(),
        _framework(),
        _article_50(),
        _oversight(facts),
    ]
    return "\n".join(parts)


def _what(config: Config, facts: Facts) -> str:
    model = "asks a language model what nobody scripted" if _model_hosts(config) else "writes no free answers"
    return _section(
        "What it is",
        f"{config.name} is a voice assistant (version {facts.version}): a program that listens, understands commands "
        f"with rules and small models of its own, carries them out through typed services, answers aloud, and {model}. "
        "It runs on its owner's machine. It is no person, recognises nobody's feelings, and decides nothing about "
        "anybody: it makes no offers, scores nobody, and acts in its owner's home only.",
    )


def _models(facts: Facts) -> str:
    rows = [(each.purpose, each.name, each.licence or _OWNERS) for each in facts.models]
    text = _table(("for", "model", "licence"), rows)
    return _section(
        "Models and data",
        f"{text}\n\nRasa and the embedded recogniser learn on this machine: on the sentences of `rasa_project/data`,"
        " on the names of the owner's settings, and on what the owner put right (`assistant review accept`).",
    )


def _data(config: Config) -> str:
    rows = list(_destinations(config))
    text = (
        _table(("to", "what", "setting"), rows)
        if rows
        else "Nothing leaves this machine with these settings."
    )
    kept = [
        ("sound", f"{config.privacy.keep_audio_days} days" if config.privacy.keep_audio else "never written"),
        ("what was said in conversations", f"{config.privacy.conversation_days} days"),
        ("the record of service calls", f"{config.privacy.record_days} days"),
        ("turns for review", "30 days" if config.dialogue.keep_reviews else "not kept"),
        (
            "what people thought of answers, without words",
            "90 days" if config.dialogue.keep_reviews else "not kept",
        ),
        ("traces", f"{config.observe.keep_days} days" if config.observe.traces else "not kept"),
    ]
    return _section(
        "Where data goes",
        f"{text}\n\n{_table(('kept here', 'for'), kept)}\n\nEverything else, and how to erase it: "
        "[privacy.md](privacy.md).",
    )


def _destinations(config: Config) -> Iterable[tuple[str, str, str]]:
    for host, setting in _model_hosts(config):
        yield host, "questions that no rule answers, with the last few turns", setting
    known = (
        (config.safety.classifier_url, "generated sentences, to be judged", "safety.classifier_url"),
        (config.documents.embeddings_url, "the owner's documents, and questions", "documents.embeddings_url"),
        (config.calendar.url, "appointments", "calendar.url"),
        (config.weather.url, "coordinates", "weather.url"),
        (config.home_assistant.url, "what is switched in the home", "home_assistant.url"),
        (config.observe.otlp_url, "traces, without words unless `observe.keep_words`", "observe.otlp_url"),
        (config.storage.url.get_secret_value(), "everything that is kept", "storage.url"),
    )
    for url, what, setting in known:
        if url:
            yield _host(url), what, f"`{setting}`"
    if config.mqtt.host:
        yield config.mqtt.host, "that somebody spoke, and what was done", "`mqtt.host`"
    if config.api.port:
        yield "who has a token", "what they ask for", "`api.port`"


def _model_hosts(config: Config) -> list[tuple[str, str]]:
    found = [(_host(config.generation.url), "`generation.url`")] if config.generation.url else []
    found += [(_host(each.url), "`generation.models`") for each in config.generation.models]
    if not found and config.generation.discover:
        found.append(("this machine, where a model's server runs", "`generation.discover`"))
    return found


def _risks() -> str:
    rows = [
        (
            each.risk,
            f"**{each.name}.** {each.what}",
            ", ".join(each.functions),
            "<br>".join(f"`{where}`" for where in each.where),
            "<br>".join(f"`{test}`" for test in each.tests),
        )
        for each in CONTROLS
    ]
    return _section(
        "Risks and controls",
        _table(("risk", "control", "NIST AI RMF", "where", "proven by"), rows)
        + "\n\nA run of all tests fails where one of these tests is missing, fails or is skipped (`tests/proof.py`).",
    )


def _framework() -> str:
    rows = [
        (name, what, ", ".join(each.name for each in CONTROLS if name in each.functions))
        for name, what in FUNCTIONS.items()
    ]
    return _section("NIST AI RMF functions", _table(("function", "here", "controls"), rows))


def _article_50() -> str:
    rows = [
        (
            "50(1)",
            "People are told that it is an AI before a language model first answers them, now and then, and when "
            "they ask.",
            _named("50(1)"),
        ),
        ("50(2)", "Its voice is synthetic. What it writes to files (`assistant say -o`) carries no mark: who passes "
         "it on has to say so.", ""),
        ("50(3)", "It recognises no emotions and sorts nobody by their body.", _named("50(3)")),
        ("50(4)", "It makes no likeness of existing people, and publishes nothing.", ""),
    ]  # fmt: skip
    return _section("EU AI Act, Article 50", _table(("paragraph", "here", "controls"), rows))


def _named(article: str) -> str:
    return ", ".join(each.name for each in CONTROLS if article in each.articles)


def _oversight(facts: Facts) -> str:
    rows = [(switch.value, what, "**on**" if switch in facts.on else "off") for switch, what in STOPS.items()]
    return _section(
        "Who stays in charge",
        f"{_table(('switch', 'while it is on', 'now'), rows)}\n\nBy voice, with `assistant switch`, or with a file: "
        "[oversight.md](oversight.md). What people should look at: `assistant review list`; what was done: "
        "`assistant audit show`; what is kept of a person: `assistant privacy`.",
    )


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _host(url: str) -> str:
    """Without user, password or path."""
    return urlsplit(url).hostname or "a file of this machine"


__all__ = ["CONTROLS", "Control", "Facts", "ModelUsed", "page"]
