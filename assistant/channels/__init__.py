"""Where a conversation comes from: a sound card, files, a console."""
