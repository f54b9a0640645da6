"""What is done later (`plans`), and what belongs together (`routines`)."""
