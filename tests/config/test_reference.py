"""The page about the configuration says what the model says."""

from assistant import paths
from assistant.config.reference import reference
from assistant.config.schema import all_keys, env_name


def test_page_is_current() -> None:
    page = paths.source_root() / "docs" / "configuration.md"
    assert page.read_text(encoding="utf-8") == reference(), (
        "run: python -m assistant.config.reference > docs/configuration.md"
    )


def test_every_key_and_variable_is_there() -> None:
    text = reference()
    for key in all_keys():
        assert env_name(key) in text
        assert f"`{'.'.join(key)}`" in text or f"`[[{'.'.join(key)}]]`" in text


def test_limits_and_defaults_are_there() -> None:
    rows = {line.split("`")[1]: line for line in reference().splitlines() if line.startswith("| `")}
    assert "number, at least 0, at most 1, or empty" in rows["listening.wake_threshold"]
    assert "`metric`, `imperial`" in rows["units"]
    assert '`["hey_jarvis"]`' in rows["listening.wake_words"]
    assert "required" in rows["service"]
