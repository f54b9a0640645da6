"""llama.cpp's server in a process of its own. `serve.py` is that process; nothing of it is imported here."""
