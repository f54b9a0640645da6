"""Where the small Whisper model is: it understands the sentences of training/whisper/sentences.py."""

from pathlib import Path

FOLDER = Path(__file__).parent / "fixtures" / "whisper-fixture.en"
