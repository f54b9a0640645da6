"""Speech to text: faster-whisper, PocketSphinx, and the router between them."""
