"""Turn-taking: a pure turn machine, and the session that feeds it and carries out what it decides."""
