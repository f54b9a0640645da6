"""The small Piper voice of tests/fixtures: how it is made."""
