"""Understanding and dialogue: trains, starts and watches the Rasa project, and talks to it.

`training_data` reads the project's sentences, `names` adds the owner's, `project` and `train` make a model of
both, `supervisor` keeps the Rasa server and its action server running, and `client` sends turns to them.
"""
