"""What may be said and done: checks of sentences, of what comes in, of who may stop what; nothing here asks a model."""
