"""Text to speech: Piper, the embedded voice, spoken form, clauses and the phrase cache."""
