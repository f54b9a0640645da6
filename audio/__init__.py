"""Sound only: frames, devices, files, detection and playback. Imports nothing of `assistant`."""
