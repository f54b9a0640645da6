"""The home: names as people say them, a protocol for what can be switched, and a virtual home to try."""
