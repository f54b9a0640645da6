"""How much of what must not be written down is left out, and how often something else is."""
