"""The small Whisper model: what it understands, its speech, its training, its file."""
