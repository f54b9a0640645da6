"""Turn-taking, measured from outside: what a person in the room would time with a stopwatch."""
