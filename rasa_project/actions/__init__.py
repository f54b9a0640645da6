"""Custom actions: what the dialogue does. Each calls a service of the assistant and says how it went.

`rasa_sdk` imports every module of this package, and finds the actions in them.
"""
