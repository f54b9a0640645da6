"""Text to speech: Piper, the embedded voice, spoken form, clauses and the phrase cache.

`factory.create` gives the voice that the configuration asks for; `clauses.ClauseSplitter` cuts text that is still
being written; `spoken.spoken_form` says what a voice would say.
"""
