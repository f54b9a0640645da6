"""What the embedded recogniser takes for a command, and what it refuses."""
