"""The owner's own documents: kept in pieces, found by words and by meaning, quoted with their source."""
