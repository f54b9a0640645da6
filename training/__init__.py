"""How the small models that the tests use are made. A project of its own: see README.md."""
