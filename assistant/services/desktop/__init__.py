"""The desktop that the assistant runs on: media players, volume, applications, clipboard, screen, typing.

Linux first: players, notifications and the lock screen over D-Bus (`bus`), the rest by the platform's own tools
(`tools`), each with an argument vector and a time limit. Where there is no desktop, or a tool is missing, the answer
says so and what to install.
"""
