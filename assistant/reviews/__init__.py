"""What was not understood for sure, kept for its owner to look at."""
