"""Where files belong, by the platform's conventions; every folder can be moved by an environment variable."""

import os
from pathlib import Path

import platformdirs

APP = "assistant"


def _dir(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or default).expanduser()


def config_file() -> Path:
    """The owner's settings (ASSISTANT_CONFIG)."""
    return _dir("ASSISTANT_CONFIG", f"{platformdirs.user_config_dir(APP)}/config.toml")


def state_dir() -> Path:
    """What must survive: the database, the dialogue's memory, logs (ASSISTANT_STATE_DIR)."""
    return _dir("ASSISTANT_STATE_DIR", platformdirs.user_state_dir(APP))


def cache_dir() -> Path:
    """What can be made again: trained models, phrases already spoken (ASSISTANT_CACHE_DIR)."""
    return _dir("ASSISTANT_CACHE_DIR", platformdirs.user_cache_dir(APP))


def models_dir() -> Path:
    """Whisper models and Piper voices that the owner fetched (ASSISTANT_MODELS_DIR)."""
    return _dir("ASSISTANT_MODELS_DIR", f"{platformdirs.user_data_dir(APP)}/models")


def plugins_dir() -> Path:
    """The owner's plugins (ASSISTANT_PLUGINS): `plugins` beside the settings file."""
    return _dir("ASSISTANT_PLUGINS", str(config_file().parent / "plugins"))


def source_root() -> Path:
    """The checkout: the folder that holds `assistant/` and `rasa_project/`."""
    return Path(__file__).resolve().parent.parent


def rasa_project() -> Path:
    """The Rasa project that comes with the assistant (ASSISTANT_RASA_PROJECT)."""
    return _dir("ASSISTANT_RASA_PROJECT", str(source_root() / "rasa_project"))
